import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { type Check, examine, ok, warn, worstOf } from '../../../src/cli/doctor/examination.ts';
import { NoFactError } from '../../../src/cli/doctor/facts.ts';
import { soon } from './planned.ts';

const examined = async (...checks: readonly Check<string>[]): Promise<readonly string[]> =>
	(await examine(checks, 'facts', soon())).map(
		({ check, verdict, text, remedy = '' }) => `${verdict} ${check}: ${text} > ${remedy}`,
	);

const throwing = (name: string, error: Error, about?: string): Check<string> => ({
	name,
	...(about === undefined ? {} : { about }),
	run: async () => {
		throw error;
	},
});
const away = new NoFactError('docker', 'Docker does not answer', {
	cause: new Error('Docker: refused; is it running?'),
});

suite('the checks of doctor', () => {
	test('are told in their order, whichever ends first', async () => {
		const { promise, resolve } = Promise.withResolvers<void>();
		const slow: Check<string> = { name: 'slow', run: () => promise.then(() => ok('late')) };
		const quick: Check<string> = {
			name: 'quick',
			run: async () => {
				resolve();
				return [ok('a'), warn('b', 'do c')];
			},
		};
		assert.deepEqual(await examined(slow, quick), ['ok slow: late > ', 'ok quick: a > ', 'warn quick: b > do c']);
	});

	test('get the facts, and whoever asked is told how many are done', async () => {
		const counts: number[] = [];
		const check: Check<string> = { name: 'one', run: async (facts) => ok(facts) };
		const results = await examine([check, check], 'facts', soon(), (done) => void counts.push(done));
		assert.deepEqual(
			[results.map(({ text }) => text), counts],
			[
				['facts', 'facts'],
				[1, 2],
			],
		);
	});

	test('fail where they judge what cannot be had, and are skipped where they only build on it', async () => {
		assert.deepEqual(await examined(throwing('docker', away, 'docker'), throwing('ids', away)), [
			'fail docker: Docker: refused > is it running?',
			'skip ids: not looked at: Docker does not answer > ',
		]);
	});

	test('are skipped where there is nothing to judge', async () => {
		const none = new NoFactError('consul', 'there is no Consul', { isMissing: true });
		assert.deepEqual(await examined(throwing('consul', none, 'consul')), [
			'skip consul: not looked at: there is no Consul > ',
		]);
	});

	test('fail by themselves alone, with the message and the remedy behind its semicolon', async () => {
		const broken = throwing('broken', new Error('it broke; mend it; soon'));
		assert.deepEqual(await examined(broken, { name: 'other', run: async () => ok('well') }), [
			'fail broken: it broke > mend it; soon',
			'ok other: well > ',
		]);
	});

	test('have deadlines', async () => {
		const hanging: Check<string> = { name: 'hangs', deadlineMs: 20, run: () => new Promise(() => {}) };
		const [told = ''] = await examined(hanging);
		assert.match(told, /^fail hangs: hangs: no answer within 20 ms > ./);
	});

	test('are as bad as the worst of them; one that was skipped is not bad', () => {
		const of = (...verdicts: readonly ('ok' | 'warn' | 'fail' | 'skip')[]) =>
			worstOf(verdicts.map((verdict) => ({ verdict, text: '' })));
		assert.deepEqual(
			[of('ok', 'skip'), of('ok', 'warn', 'skip'), of('warn', 'fail', 'ok'), of()],
			['ok', 'warn', 'fail', 'ok'],
		);
	});
});
