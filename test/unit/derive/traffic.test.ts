import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { drainBeganAt, type Life, type TrafficSettings, trafficOf } from '../../../src/derive/traffic.ts';
import type { Container, Health } from '../../../src/model.ts';
import { container } from '../controller/containers.ts';
import { plainSettings } from '../controller/contexts.ts';

const startedAt = '2026-01-01T00:00:00Z';
const start = Date.parse(startedAt);
const now = start + 60_000;
const recommended: Partial<TrafficSettings> = { dockerHealth: true, drain: 'maintenance', pause: 'maintenance' };

interface Given {
	readonly container?: Partial<Container>;
	readonly settings?: Partial<TrafficSettings>;
	readonly labels?: Parameters<typeof trafficOf>[1];
	readonly life?: Partial<Life>;
	readonly now?: number;
}

const of = (given: Given) =>
	trafficOf(
		container({ startedAt, ...given.container }),
		given.labels ?? {},
		{ ...plainSettings.derive.traffic, ...given.settings },
		{ signals: new Map(), isRegistered: false, ...given.life },
		given.now ?? now,
	);

const sick = (status: Health['status'], output = ''): Partial<Container> => ({ health: { status, output } });
const told = (at: number, signal = 15): Partial<Life> => ({ signals: new Map([[signal, at]]) });

/** What is said, in one line. */
const brief = (given: Given): string => {
	const { withheld, report, maintenance } = of(given);
	const said = [withheld && `withheld: ${withheld.reason}`, report?.status, maintenance].filter(
		(it) => it !== undefined,
	);
	return said.join(', ') || 'nothing';
};

const draining = 'reconsul: draining since 2026-01-01T00:00:50.000Z, when its container got SIGTERM';

suite('what is said of a container', () => {
	const rows: readonly (readonly [sentence: string, given: Given, said: string])[] = [
		['nothing unless asked', { container: sick('unhealthy'), life: told(now - 1) }, 'nothing'],
		['nothing of one that just runs', { settings: recommended }, 'nothing'],
		['healthy is passing', { container: sick('healthy'), settings: recommended }, 'passing'],
		['unhealthy is critical', { container: sick('unhealthy'), settings: recommended }, 'critical'],
		['starting is critical', { container: sick('starting'), settings: recommended }, 'critical'],
		[
			'starting is what is asked for',
			{ container: sick('starting'), settings: { ...recommended, healthStarting: 'warning' } },
			'warning',
		],
		['a label switches it on', { container: sick('healthy'), labels: { 'docker-health': true } }, 'passing'],
		['and off', { container: sick('healthy'), settings: recommended, labels: { 'docker-health': false } }, 'nothing'],
		[
			'registered when healthy: not while it starts',
			{ container: sick('starting'), settings: { register: 'healthy' } },
			'withheld: not-healthy-yet, critical',
		],
		[
			'not while it never was healthy',
			{ container: sick('unhealthy'), settings: { register: 'healthy' } },
			'withheld: not-healthy-yet, critical',
		],
		['once it is', { container: sick('healthy'), labels: { register: 'healthy' } }, 'passing'],
		[
			'and afterwards it is critical, not gone',
			{ container: sick('unhealthy'), settings: { register: 'healthy' }, life: { isRegistered: true } },
			'critical',
		],
		['one without a HEALTHCHECK is as good as healthy', { settings: { register: 'healthy' } }, 'nothing'],
		['paused', { container: { isPaused: true }, settings: recommended }, 'reconsul: its container is paused'],
		[
			'paused where a label minds not',
			{ container: { isPaused: true }, settings: recommended, labels: { pause: 'off' } },
			'nothing',
		],
		['told to stop', { settings: recommended, life: told(now - 10_000) }, draining],
		['told to stop where a label asks', { labels: { drain: 'maintenance' }, life: told(now - 10_000) }, draining],
		[
			'draining goes before paused',
			{ container: { isPaused: true }, settings: recommended, life: told(now - 10_000) },
			draining,
		],
		[
			'told to stop, and to be gone at once',
			{ settings: { drain: 'deregister' }, life: told(now - 10_000) },
			'withheld: draining',
		],
		['told something else', { settings: recommended, life: told(now - 10_000, 1) }, 'nothing'],
		[
			'told by its own stop signal',
			{ container: { stopSignal: 'SIGHUP' }, settings: recommended, life: told(now - 10_000, 1) },
			draining.replace('SIGTERM', 'SIGHUP'),
		],
		[
			'told TERM, which is not its stop signal',
			{ container: { stopSignal: '3' }, settings: recommended, life: told(now - 10_000) },
			'nothing',
		],
		['told before it was started again', { settings: recommended, life: told(start - 1) }, 'nothing'],
		[
			'told so long ago that it has outlived it',
			{ settings: recommended, life: told(now - 30_000), now: now + 600_000 },
			'nothing',
		],
		['ended', { container: { running: false }, settings: recommended }, 'reconsul: its container has ended'],
		['ended where nobody asked', { container: { running: false } }, 'nothing'],
	];
	for (const [sentence, given, said] of rows) test(sentence, () => assert.equal(brief(given), said));
});

suite('when that may change', () => {
	test('a drain ends by itself after its time', () => {
		assert.equal(of({ settings: recommended, life: told(now - 10_000) }).retryAfterMs, 590_000);
		assert.equal(of({ settings: recommended }).retryAfterMs, undefined);
	});

	const rows: readonly (readonly [sentence: string, given: Given, follows: readonly string[]])[] = [
		['no event by default', { container: sick('healthy') }, []],
		[
			'health where it is reported',
			{ container: sick('healthy'), settings: { dockerHealth: true } },
			['health_status'],
		],
		['not where there is none', { settings: { dockerHealth: true } }, []],
		['signals, and what ends a drain', { settings: { drain: 'deregister' } }, ['health_status', 'kill']],
		['pauses', { labels: { pause: 'maintenance' } }, ['pause', 'unpause']],
	];
	for (const [sentence, given, follows] of rows)
		test(sentence, () => assert.deepEqual([...of(given).follows].sort(), follows));
});

suite('the output of a health check', () => {
	const output = (text: string) => of({ container: sick('unhealthy', text), settings: recommended }).report?.output;

	test('is what the last probe printed', () => assert.equal(output(' connection refused\n'), 'connection refused'));
	test('is printable', () => assert.equal(output('\u001b[31mred\u0000\ttab\nline'), '\ufffd[31mred\ufffd\ttab\nline'));
	test('is no half character', () => assert.equal(output('a\ud800')?.isWellFormed(), true));
	test('has 4 kB', () => assert.equal(output('x'.repeat(10_000))?.length, 4_096));
	test('has 4 kB as Consul counts, which else would add that it has cut it', () => {
		assert.equal(Buffer.byteLength(output(`x${'語\u0000'.repeat(4_000)}`) ?? ''), 4_096);
		assert.equal(Buffer.byteLength(output('語'.repeat(4_000)) ?? ''), 4_095);
	});
	test('says something in any case, since a check without output counts as never reported', () =>
		assert.equal(output(''), "Docker's HEALTHCHECK says unhealthy"));
});

suite('the reason of a drain', () => {
	test('tells a later daemon when it began', () => {
		assert.equal(drainBeganAt(draining), now - 10_000);
	});
	for (const reason of [
		'',
		'reconsul: its container is paused',
		'draining since 2026-01-01T00:00:00Z',
		'reconsul: draining since yesterdayZ',
	])
		test(`'${reason}' is none`, () => assert.equal(drainBeganAt(reason), undefined));
});
