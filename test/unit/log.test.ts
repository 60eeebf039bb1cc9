import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open } from 'node:fs/promises';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import {
	cleanText,
	createLogger,
	type LogFields,
	type Logger,
	type LogLevel,
	repeating,
	textLine,
} from '../../src/log.ts';

/** A logger and the lines that it wrote. */
function recorder(
	format: 'json' | 'text',
	level: LogLevel = 'debug',
): { readonly log: Logger; readonly lines: string[] } {
	const lines: string[] = [];
	return { lines, log: createLogger({ level, format, destination: { write: (line) => void lines.push(line) } }) };
}

function record(fields: LogFields, message = 'something'): Readonly<Record<string, unknown>> {
	const { log, lines } = recorder('json');
	log.info(fields, message);
	return JSON.parse(lines.join(''));
}

suite('the log as JSON', () => {
	test('is one object a line with level, time, message and the fields', () => {
		const { log, lines } = recorder('json');
		log.warn({ id: 'u1:redis.0:6379', because: ['missing'] }, 'registered');
		const { time, ...rest } = JSON.parse(lines.join(''));
		assert.deepEqual(rest, { level: 'warn', id: 'u1:redis.0:6379', because: ['missing'], message: 'registered' });
		assert.match(time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
		assert.equal(lines.join('').split('\n').length, 2);
	});

	const levels: readonly [LogLevel, readonly string[]][] = [
		['debug', ['debug', 'info', 'warn', 'error']],
		['info', ['info', 'warn', 'error']],
		['warn', ['warn', 'error']],
		['error', ['error']],
	];
	for (const [level, written] of levels) {
		test(`at level ${level} writes ${written.join(', ')}`, () => {
			const { log, lines } = recorder('json', level);
			for (const at of ['debug', 'info', 'warn', 'error'] as const) log[at]({}, at);
			assert.deepEqual(
				lines.map((line) => JSON.parse(line).message),
				written,
			);
		});
	}

	test('an error shows name, class, code, status, a short message and its cause', () => {
		const error = Object.assign(new TypeError('x'.repeat(1_000), { cause: new Error('below') }), {
			class: 'unreachable',
			code: 'ECONNREFUSED',
			status: 503,
		});
		assert.deepEqual(record({ error })['error'], {
			name: 'TypeError',
			class: 'unreachable',
			code: 'ECONNREFUSED',
			status: 503,
			message: `${'x'.repeat(299)}…`,
			cause: 'Error: below',
		});
	});

	test('an error shows nothing else that hangs on it: no response, header, environment or stack', () => {
		const error = Object.assign(new Error('refused', { cause: { token: 'topsecret' } }), {
			response: { headers: { 'x-consul-token': 'topsecret' } },
			config: 'topsecret',
			env: ['PASSWORD=topsecret'],
			code: { topsecret: 1 },
		});
		const { log, lines } = recorder('json');
		log.error({ error, deep: { list: [error] } }, 'x');
		assert.doesNotMatch(lines.join(''), /topsecret|log\.test/);
		const { error: shown, deep } = JSON.parse(lines.join(''));
		assert.deepEqual([shown, deep], [{ name: 'Error', message: 'refused' }, { list: [shown] }]);
	});

	test('fields cannot take the place of level, time and message', () => {
		const line = record({ level: 'error', message: 'forged', time: 'never' }, 'true');
		assert.equal(line['level'], 'info');
		assert.equal(line['message'], 'true');
		assert.equal(line['message_'], 'forged');
	});

	test('long texts, long lists, many fields and deep nests are cut', () => {
		const many = Object.fromEntries(Array.from({ length: 100 }, (_, at) => [`k${at}`, at]));
		const line = record({ text: 'x'.repeat(10_000), list: Array.from({ length: 100 }, (_, at) => at), many });
		assert.equal(String(line['text']).length, 500);
		assert.deepEqual((line['list'] as unknown[]).slice(-2), [19, '… 80 more']);
		assert.equal(Object.keys(line['many'] as object).length, 20);
		assert.equal(Object.keys(record(many)).length, 23);
		const ring: Record<string, unknown> = {};
		ring['ring'] = ring;
		assert.deepEqual(record({ ring })['ring'], { ring: { ring: { ring: '…' } } });
	});

	test('maps, sets, dates and big numbers are written as what they are', () => {
		const fields = {
			map: new Map([['a', 1]]),
			set: new Set(['b']),
			date: new Date(0),
			big: 12n,
			bad: new Date(Number.NaN),
		};
		const { level: _, time: __, message: ___, ...rest } = record(fields);
		assert.deepEqual(rest, {
			map: { a: 1 },
			set: ['b'],
			date: '1970-01-01T00:00:00.000Z',
			big: '12',
			bad: 'invalid date',
		});
	});
});

suite('what no text can be made of', () => {
	// Found by the property below, once in some ten thousand values.
	const odd: readonly (readonly [what: string, value: object])[] = [
		['an object without a prototype', Object.create(null)],
		['an object whose toString is none', { toString: '' }],
		['a list with such an object', [Object.create(null)]],
		['a function whose toString is none', Object.assign(() => {}, { toString: '' })],
	];
	for (const [what, value] of odd) {
		test(`${what} is a line all the same, as a key`, () => {
			assert.deepEqual(record({ map: new Map([[value, 1]]) })['map'], { '…': 1 });
		});

		test(`${what} is a line all the same, as the words of an error`, () => {
			const error = Object.assign(new Error('', { cause: Object.assign(new Error(''), { name: value }) }), {
				name: value,
				message: value,
			});
			assert.deepEqual(record({ error })['error'], { name: '…', message: '…', cause: '…: ' });
		});
	}
});

suite('words of others in the log', () => {
	const rows: readonly [sentence: string, text: string, written: string][] = [
		['a line break does not begin a new line', 'a\nb\r', 'a\\nb\\r'],
		['a terminal is not told to clear itself', '\u001b[2J', '\\u001b[2J'],
		['nor by the short form of the same sequence', '\u009b2J', '\\u009b2J'],
		['the direction of writing cannot be turned', 'a\u202eb', 'a\\u202eb'],
		['a line separator is escaped', 'a\u2028b', 'a\\u2028b'],
		['half a character is replaced', 'a\ud800b', 'a\ufffdb'],
		["a URL's password is masked", 'GET http://u:p/w@h:1/', 'GET http://***@h:1/'],
		['a token in a query is masked', '/v1/x?token=abc&dc=1', '/v1/x?token=***&dc=1'],
		['ordinary text stays', 'u1:redis.0:6379 größe 容器 🐳', 'u1:redis.0:6379 größe 容器 🐳'],
	];
	for (const [sentence, text, written] of rows) test(sentence, () => assert.equal(cleanText(text, 500), written));

	test('a password is masked even where the text is cut in the middle of it', () => {
		assert.doesNotMatch(cleanText(`${'x'.repeat(480)} http://user:hunter2hunter2@host/`, 500), /hunter2/);
	});

	test('whatever is logged, in either format it is one line without control characters', () => {
		const anything = fc.anything({ withBigInt: true, withDate: true, withMap: true, withSet: true });
		fc.assert(
			fc.property(
				fc.constantFrom('json', 'text'),
				fc.string({ unit: 'binary' }),
				anything,
				(format, message, value) => {
					const { log, lines } = recorder(format);
					log.info({ value, [message]: message }, message);
					const written = lines.join('');
					assert.equal(lines.length, 1);
					// biome's rule against control characters in patterns is met by asking for their class
					assert.match(written, /^\P{Cc}*\n$/u);
					if (format === 'json') JSON.parse(written);
				},
			),
		);
	});
});

suite('the log as text', () => {
	test('is a short line: clock, level, message, then the fields', () => {
		const time = new Date(2026, 0, 2, 12, 1, 2).toISOString();
		const line = textLine({
			level: 'info',
			time,
			message: 'registered u1:redis.0:6379',
			because: ['port', 'tags'],
			times: 3,
		});
		assert.equal(line, '12:01:02 INFO  registered u1:redis.0:6379 because=port,tags times=3\n');
	});

	test('values with spaces, quotes or equals signs are quoted, an error is one value', () => {
		const { log, lines } = recorder('text');
		log.error(
			{ name: 'a b', code: 'k=v', empty: '', error: Object.assign(new Error('no "route"'), { code: 'E1' }) },
			'bad',
		);
		assert.match(
			lines.join(''),
			/^\d\d:\d\d:\d\d ERROR bad name="a b" code="k=v" empty="" error="Error E1: no \\"route\\""\n$/,
		);
	});
});

suite('a failure that repeats', () => {
	test('is told the first time, every tenth time, and when it is over', () => {
		const { log, lines } = recorder('json');
		let suppressed = 0;
		const reading = repeating(log, 'reading the catalog', () => (suppressed += 1));
		for (let times = 0; times < 25; times += 1) reading.failed(new Error('refused'));
		reading.recovered();
		const told = lines.map((line) => JSON.parse(line)).map(({ level, times, message }) => [level, times, message]);
		assert.deepEqual(told, [
			['warn', undefined, 'reading the catalog: failed; trying again'],
			['error', 10, 'reading the catalog: still failing'],
			['error', 20, 'reading the catalog: still failing'],
			['info', 25, 'reading the catalog: works again'],
		]);
		assert.equal(suppressed, 22);
	});

	test('what never failed does not recover, and a new failure is told anew', () => {
		const { log, lines } = recorder('json');
		const reading = repeating(log, 'reading');
		reading.recovered();
		assert.deepEqual(lines, []);
		reading.failed(new Error('a'));
		reading.recovered();
		reading.recovered();
		reading.failed(new Error('b'));
		assert.deepEqual(
			lines.map((line) => JSON.parse(line).level),
			['warn', 'info', 'warn'],
		);
	});
});

suite("the process's log", () => {
	const child = (script: string) =>
		spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'pipe'] });

	test('goes to standard error, complete even if the process is killed right after', async () => {
		const process_ = child(`
			import { createLogger } from './src/log.ts';
			const log = createLogger({ level: 'info', format: 'json' });
			for (let at = 0; at < 1000; at += 1) log.info({ at }, 'x'.repeat(100));
			process.kill(process.pid, 'SIGKILL');`);
		const read = { stdout: '', stderr: '' };
		process_.stdout.on('data', (chunk) => (read.stdout += chunk));
		process_.stderr.on('data', (chunk) => (read.stderr += chunk));
		const [, signal] = await once(process_, 'close');
		assert.equal(signal, 'SIGKILL');
		assert.equal(read.stdout, '');
		assert.equal(JSON.parse(read.stderr.trim().split('\n').at(-1) ?? '').at, 999);
	});

	test('a reader that went away does not end the process', async () => {
		const process_ = child(`
			import { createLogger } from './src/log.ts';
			const log = createLogger({ level: 'info', format: 'json' });
			process.stdout.write('ready');
			setTimeout(() => { for (let at = 0; at < 100; at += 1) log.info({ at }, 'unheard'); }, 200);
			setTimeout(() => process.exit(7), 600);`);
		await once(process_.stdout, 'data');
		process_.stderr.destroy();
		const [code] = await once(process_, 'exit');
		assert.equal(code, 7);
	});

	test('a full disk does not end the process', async () => {
		const full = await open('/dev/full', 'w');
		const script = `
			import { createLogger } from './src/log.ts';
			const log = createLogger({ level: 'info', format: 'json' });
			for (let at = 0; at < 100; at += 1) log.info({ at }, 'unwritten');
			setTimeout(() => process.exit(7), 100);`;
		const process_ = spawn(process.execPath, ['--input-type=module', '-e', script], {
			stdio: ['ignore', 'ignore', full.fd],
		});
		const [code] = await once(process_, 'exit');
		await full.close();
		assert.equal(code, 7);
	});
});
