import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { parseFlags } from '../../../src/config/flags.ts';
import { type OptionValue, optionRows } from '../../../src/config/options.ts';
import { resultOrComplaint, usageErrorOf } from './usage-errors.ts';

suite('flags', () => {
	const rows: readonly [
		sentence: string,
		argv: readonly string[],
		given: Readonly<Record<string, OptionValue>>,
		rest: readonly string[],
	][] = [
		['nothing at all', [], {}, []],
		['a value behind a blank', ['-ip', '1.2.3.4', 'u'], { ip: '1.2.3.4' }, ['u']],
		['a value behind =', ['-ip=1.2.3.4', 'u'], { ip: '1.2.3.4' }, ['u']],
		['two dashes are one', ['--ip=1.2.3.4', '--ttl', '5'], { ip: '1.2.3.4', ttl: 5 }, []],
		['only the first = parts name and value', ['-tags=a=b=c'], { tags: 'a=b=c' }, []],
		['a value may begin with a dash', ['-ip', '-internal', 'u'], { ip: '-internal' }, ['u']],
		['a value may be --', ['-ip', '--', 'u'], { ip: '--' }, ['u']],
		['a value may be empty', ['-ip', '', 'u'], { ip: '' }, ['u']],
		['a value may have lines', ['-tags=a\nb'], { tags: 'a\nb' }, []],
		['a negative number', ['-retry-attempts', '-1', 'u'], { 'retry-attempts': -1 }, ['u']],
		['a switch leaves the next argument alone', ['-cleanup', 'false', 'u'], { cleanup: true }, ['false', 'u']],
		['a switch is switched off behind =', ['-cleanup=F'], { cleanup: false }, []],
		['the last of several counts', ['-ip=a', '-cleanup', '-ip=b', '-cleanup=0'], { ip: 'b', cleanup: false }, []],
		['a list has them all', ['-former-hostname=a', '--former-hostname', 'b'], { 'former-hostname': ['a', 'b'] }, []],
		[
			'flags end at the first argument that is none',
			['-internal', 'u', '-explicit'],
			{ internal: true },
			['u', '-explicit'],
		],
		['flags end at --', ['-internal', '--', '-explicit'], { internal: true }, ['-explicit']],
		['a single dash is no flag', ['-', '-internal'], {}, ['-', '-internal']],
		['an empty argument is no flag', ['', '-internal'], {}, ['', '-internal']],
		['durations are in milliseconds', ['-interval', '1m30s'], { interval: 90_000 }, []],
		['a duration of zero needs no unit', ['-interval=0'], { interval: 0 }, []],
		['one of several words', ['-policy', 'upsert-only'], { policy: 'upsert-only' }, []],
	];
	for (const [sentence, argv, given, rest] of rows)
		test(sentence, () => {
			const parsed = parseFlags(argv);
			assert.deepEqual(Object.fromEntries(parsed.given), given);
			assert.deepEqual([parsed.rest, parsed.wantsHelp], [rest, false]);
		});

	for (const argv of [['-h'], ['--help'], ['-help=x'], ['-internal', '-h', '-bogus'], ['-h', '-ttl', 'x']])
		test(`${argv.join(' ')} asks for help, whatever follows`, () => assert.ok(parseFlags(argv).wantsHelp));

	const wrong: readonly [argv: readonly string[], message: string][] = [
		[['-bogus', '-h'], 'flag provided but not defined: -bogus'],
		[['--bogus=secret'], 'flag provided but not defined: -bogus'],
		[['-\u001b[31m\n'], 'flag provided but not defined: -?[31m?'],
		[['---x'], 'bad flag syntax: ---x'],
		[['-=x'], 'bad flag syntax: -=x'],
		[['--=x'], 'bad flag syntax: --=x'],
		[['-ip'], 'flag needs an argument: -ip'],
		[['-ttl='], 'invalid value "" for flag -ttl: parse error'],
		[['-ttl', '-5'], 'invalid value "-5" for flag -ttl: must not be negative'],
		[['-ttl', '1800001'], 'invalid value "1800001" for flag -ttl: must be 1800000 or less'],
		[['-retry-attempts', '-2'], 'invalid value "-2" for flag -retry-attempts: must be -1 or more'],
		[['-concurrency', '0'], 'invalid value "0" for flag -concurrency: must be 1 or more'],
		[['-interval', '30'], 'invalid value "30" for flag -interval: parse error'],
		[['-interval', '999ms'], 'invalid value "999ms" for flag -interval: must be 0, or from 1s to 1800000s'],
		[['-interval', '-1s'], 'invalid value "-1s" for flag -interval: must be 0, or from 1s to 1800000s'],
		[['-policy', 'Sync'], 'invalid value "Sync" for flag -policy: must be sync or upsert-only'],
		[['-log-level=x'], 'invalid value "x" for flag -log-level: must be debug, info, warn or error'],
		[['-dry-run=yes'], 'invalid boolean value "yes" for -dry-run: parse error'],
		[
			['-hostname', 'a:b'],
			'invalid value "a:b" for flag -hostname: must be a host name: letters, digits, ".", "_" and "-"',
		],
		[['-ttl', '\u007f\u009b\u202e'], 'invalid value "\\u007f\\u009b\\u202e" for flag -ttl: parse error'],
		[['-ttl', 'x'.repeat(200)], `invalid value "${'x'.repeat(80)}…" for flag -ttl: parse error`],
	];
	for (const [argv, message] of wrong)
		test(`${JSON.stringify(argv).slice(0, 60)} is refused with 2 and the usage`, () => {
			const error = usageErrorOf(() => parseFlags(argv));
			assert.deepEqual([error.message, error.exitCode, error.usage], [message, 2, true]);
		});
});

/** Command lines that look like some: options, pieces of them, values and rubbish. */
const argument = fc.oneof(
	fc.constantFrom('-', '--', '---', '-h', '-=', '--=x', '', 'consul://h', '-1', '0', '5', 'true', '1s', 'sync'),
	fc.constantFrom(...optionRows.map(({ name }) => `-${name}`)),
	fc.constantFrom(...optionRows.map(({ name }) => `--${name}`)),
	fc
		.tuple(fc.constantFrom(...optionRows.map(({ name }) => name)), fc.string())
		.map(([name, text]) => `-${name}=${text}`),
	fc.string({ unit: 'binary' }),
);

suite('any command line', () => {
	test('is parsed or refused in a short message, and leaves its end as the rest', () => {
		fc.assert(
			fc.property(fc.array(argument), (argv) => {
				const parsed = resultOrComplaint(() => parseFlags(argv));
				if (parsed === undefined || parsed.wantsHelp) return;
				assert.deepEqual(parsed.rest, argv.slice(argv.length - parsed.rest.length));
				const [first = 'x'] = parsed.rest;
				const before = argv[argv.length - parsed.rest.length - 1];
				assert.ok(first.length < 2 || !first.startsWith('-') || before === '--');
			}),
			{ numRuns: 2_000 },
		);
	});

	test('means the same with one dash or two, and with = or a blank', () => {
		const valued = optionRows.filter(({ kind }) => kind !== 'boolean').map(({ name }) => name);
		fc.assert(
			fc.property(fc.constantFrom(...valued), fc.string(), (name, text) => {
				const outcomes = [[`-${name}`, text], [`--${name}`, text], [`-${name}=${text}`], [`--${name}=${text}`]].map(
					(argv) => resultOrComplaint(() => parseFlags(argv)),
				);
				for (const outcome of outcomes) assert.deepEqual(outcome, outcomes[0]);
			}),
		);
	});
});
