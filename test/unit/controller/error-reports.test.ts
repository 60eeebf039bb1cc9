import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { ErrorReports } from '../../../src/controller/error-reports.ts';
import { RegistryError, type RegistryErrorClass } from '../../../src/registry/registry.ts';
import { SourceError } from '../../../src/source/source.ts';
import { containerId } from '../plan/samples.ts';
import { recordLog } from './recorders.ts';

const key = containerId('a');
const refused = (errorClass: RegistryErrorClass): Error => new RegistryError(errorClass, 'Consul says no');

function reporting() {
	const recorder = recordLog();
	return { ...recorder, reports: new ErrorReports(recorder.log) };
}

suite('a failure that goes on', () => {
	test('is told the first time, every tenth time, and when it is over', () => {
		const { reports, lines } = reporting();
		for (let n = 1; n <= 21; n++) reports.failed(key, refused('invalid'));
		reports.recovered(key);
		assert.deepEqual(
			lines.map(({ level, message, fields }) => [level, message, fields['times']]),
			[
				['warn', 'Consul says no; tried again when its container changes, or after 10 minutes', 1],
				['error', 'still failing: Consul says no', 10],
				['error', 'still failing: Consul says no', 20],
				['info', 'what failed before no longer does', 21],
			],
		);
	});

	test('is told anew after it was over', () => {
		const { reports, said } = reporting();
		reports.failed(key, refused('invalid'));
		reports.recovered(key);
		reports.recovered(key);
		reports.failed(key, refused('invalid'));
		assert.deepEqual(said('warn', 'info').length, 3);
	});

	test('is another one for another key', () => {
		const { reports, said } = reporting();
		reports.failed(key, refused('forbidden'));
		reports.failed(containerId('b'), refused('forbidden'));
		assert.equal(said('warn').length, 2);
	});

	test('carries the error, so that the log can tell its class', () => {
		const { reports, lines } = reporting();
		const error = refused('forbidden');
		reports.failed(key, error);
		assert.equal(lines[0]?.fields['error'], error);
	});

	test('may be anything that was thrown', () => {
		const { reports, said } = reporting();
		reports.failed(key, 'a text');
		assert.deepEqual(said('warn'), ['a text; trying again']);
	});

	test('of more keys than can be remembered is told for the first thousand only', () => {
		const { reports, said } = reporting();
		for (let n = 0; n < 1_500; n++) reports.failed(containerId(`${n}f`), refused('invalid'));
		assert.equal(said('warn').length, 1_000);
	});
});

suite('a side that is away', () => {
	for (const errorClass of ['unreachable', 'timeout'] as const)
		test(`is told once, whoever needs it: ${errorClass}`, () => {
			const { reports, said } = reporting();
			for (const digits of ['a', 'b', 'c']) reports.failed(containerId(digits), refused(errorClass));
			reports.failed('resync', refused(errorClass));
			assert.deepEqual(said('warn', 'error'), ['Consul says no; trying again']);
			reports.recovered('consul');
			assert.deepEqual(said('info'), ['Consul answers again']);
		});

	for (const errorClass of ['unavailable', 'throttled', 'forbidden'] as const)
		test(`is not away because it answers one thing badly: ${errorClass}`, () => {
			const { reports, said } = reporting();
			for (const digits of ['a', 'b']) reports.failed(containerId(digits), refused(errorClass));
			reports.recovered('consul');
			assert.deepEqual([said('warn').length, said('info').length], [2, 0]);
		});

	test('is told apart from the other side', () => {
		const { reports, said } = reporting();
		reports.failed(key, refused('unreachable'));
		reports.failed(key, new SourceError('unreachable', 'Docker says nothing'));
		reports.failed(containerId('b'), new SourceError('timeout', 'Docker says nothing'));
		assert.deepEqual(said('warn'), ['Consul says no; trying again', 'Docker says nothing; trying again']);
	});
});
