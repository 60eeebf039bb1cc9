import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { show } from '../../../src/controller/notices.ts';
import { type View, Views } from '../../../src/controller/views.ts';
import type { OmissionReason } from '../../../src/derive/derive.ts';
import type { LogLevel } from '../../../src/log.ts';
import { self, service } from '../plan/samples.ts';
import { recordLog, recordMetrics } from './recorders.ts';

const base: View = {
	key: self,
	at: 0,
	container: { id: self, name: 'web', startedAt: '2026-08-01T09:00:00Z' },
	isRunning: true,
	follows: new Set(),
	services: [],
	omitted: [],
	warnings: [],
};

/** Shows the same container in several ways, one after the other. */
function shown(...changes: readonly Partial<View>[]) {
	const recorder = recordLog();
	const metrics = recordMetrics();
	const views = new Views();
	for (const change of changes) show({ log: recorder.log, metrics }, views, { ...base, ...change });
	return { ...recorder, metrics, views };
}

const warned: Partial<View> = { warnings: [{ code: 'check', text: 'SERVICE_CHECK_TTL: no duration' }] };
const dropped: Partial<View> = { warnings: [{ code: 'meta-key', text: 'a key is left out' }] };
const conflict: Partial<View> = { services: [{ service, state: 'conflict', reason: 'its id is taken' }] };
const held: Partial<View> = { services: [{ service, state: 'held', held: 'policy', reason: 'kept' }] };

suite('what the log is told of a container', () => {
	test('is nothing as long as all is well', () => {
		const { lines, views } = shown({ services: [{ service, state: 'registered' }] }, { at: 1 });
		assert.deepEqual([lines, views.get(self)?.at], [[], 1]);
	});

	const rows: readonly [sentence: string, changes: readonly Partial<View>[], messages: readonly string[]][] = [
		['a warning, once', [warned, warned, warned], ['SERVICE_CHECK_TTL: no duration']],
		[
			'a warning again when it was gone in between',
			[warned, {}, warned],
			Array(2).fill('SERVICE_CHECK_TTL: no duration'),
		],
		[
			'what is new beside what was told',
			[warned, { warnings: [...(warned.warnings ?? []), { code: 'tags', text: 'x' }] }],
			['SERVICE_CHECK_TTL: no duration', 'x'],
		],
		['a conflict, once', [conflict, conflict], ['its id is taken']],
		['a held delete, once', [held, held], ['kept']],
		[
			'another reason for the same',
			[conflict, { services: [{ service, state: 'conflict', reason: 'by another' }] }],
			['its id is taken', 'by another'],
		],
		[
			'not what is pending, failed or registered',
			(['pending', 'failed', 'registered', 'orphaned'] as const).map((state) => ({
				services: [{ service, state, reason: 'x' }],
			})),
			[],
		],
	];
	for (const [sentence, changes, messages] of rows)
		test(sentence, () => assert.deepEqual(shown(...changes).said('warn'), messages));

	test('names the container, not its id', () => {
		assert.deepEqual(shown(warned).lines[0]?.fields, { container: 'web' });
		assert.deepEqual(shown(conflict).lines[0]?.fields, { container: 'web', id: 'u1:web:80', state: 'conflict' });
	});

	test('pairs of Meta left out are counted by why, once each', () => {
		const { metrics } = shown(dropped, dropped);
		assert.equal(metrics.count('reconsul_meta_dropped_total', { reason: 'key' }), 1);
		assert.equal(metrics.count('reconsul_meta_dropped_total'), 1);
	});
});

suite('a port that is no service', () => {
	const levels: readonly [reason: OmissionReason, level: LogLevel][] = [
		['not-published', 'debug'],
		['ignored', 'debug'],
		['own-container', 'debug'],
		['no-address', 'info'],
		['base-not-running', 'info'],
		['no-host-address', 'warn'],
		['bad-id', 'warn'],
		['duplicate-id', 'warn'],
	];
	const omitting = (reason: OmissionReason, port = '80/tcp'): Partial<View> => ({
		omitted: [{ port, reason, detail: 'because' }],
	});
	for (const [reason, level] of levels)
		test(`because it is ${reason} is told as ${level}`, () => {
			assert.deepEqual(shown(omitting(reason)).lines, [
				{ level, message: 'not a service: because', fields: { container: 'web', port: '80/tcp', reason } },
			]);
		});

	test('is told once for each port and reason', () => {
		const { lines } = shown(
			omitting('bad-id'),
			omitting('bad-id'),
			omitting('no-address'),
			omitting('no-address', '81/tcp'),
		);
		assert.deepEqual(
			lines.map(({ fields }) => [fields['port'], fields['reason']]),
			[
				['80/tcp', 'bad-id'],
				['80/tcp', 'no-address'],
				['81/tcp', 'no-address'],
			],
		);
	});
});
