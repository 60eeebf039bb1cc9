import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { type Hosts, startHosts } from '../conformance/live/hosts.ts';
import { type Scenario, scenarioOf } from '../conformance/live/play.ts';
import { matching } from '../conformance/live/selection.ts';
import { writtenCases } from '../conformance/written.ts';
import { recordedCases, titleOf } from '../support/recorded.ts';

/** Of every topic what reaches furthest through the daemon; `make conformance` plays all there are. */
const chosen = [
	'addresses/addr-bind-wildcard-and-loopback',
	'checks/check-http-interval-timeout',
	'combo/combo-01-everything-ports',
	'flags/cleanup-at-start',
	'ids/id-generic-two-ports',
	'ignore/ignore-one-port',
	'images/compose-v2-name',
	'lifecycle/crash-restart-policy',
	'lifecycle/replace-by-same-name',
	'lifecycle/stop-start-random-port',
	'metadata/meta-65-pairs',
	'naming/name-by-digest',
	'networks/net-user-random-port',
	'ports/port-multi-P',
	'seed/seed-nginx-metadata',
	'tags/tags-template-conditional',
	'written/id-of-two-containers',
];

let hosts: Hosts;
before(async () => {
	hosts = await startHosts(2);
});
after(() => hosts[Symbol.asyncDispose]());

suite('recorded cases, on real containers and a real agent', { concurrency: 2 }, () => {
	const all: readonly Scenario[] = [...recordedCases().map(scenarioOf), ...writtenCases()];
	for (const title of chosen)
		test(title, async () => {
			const [scenario] = matching(all, [title]);
			assert.ok(scenario, 'there is no such case');
			const { faults, log } = await hosts.play(scenario);
			assert.deepEqual(faults, [], log);
		});

	test('every topic is among them', () => {
		const topics = (titles: readonly string[]): readonly string[] => [
			...new Set(titles.map((title) => title.replace(/\/.*/, '')).sort()),
		];
		assert.deepEqual(topics(chosen), topics(all.map(titleOf)));
	});
});

suite('a case that the daemon does not follow', { concurrency: 2 }, () => {
	const wrong = (change: Partial<Scenario>): Scenario => {
		const [scenario] = matching(recordedCases().map(scenarioOf), ['lifecycle/kill']);
		assert.ok(scenario);
		return { ...scenario, withinMs: 2_000, ...change };
	};

	test('fails, with what is wrong at the start', async () => {
		const { faults } = await hosts.play(wrong({ expect: [] }));
		assert.equal(faults.length, 2);
		for (const fault of faults) assert.match(fault, /^at the start: u1:nginx\.0:\d+ is there and should not be: /);
	});

	test('fails, with what is wrong after a step', async () => {
		const { expect } = wrong({});
		const { faults } = await hosts.play(wrong({ expectAfterSteps: [expect] }));
		const ids = expect.map(({ ID }) => ID).sort();
		assert.deepEqual(
			faults,
			ids.map((id) => `after step 1, {"do":["docker","kill","nginx.0"]}: ${id} is missing`),
		);
	});

	test('fails where the daemon refuses its flags', async () => {
		const { faults } = await hosts.play(wrong({ flags: ['-nonsense'] }));
		assert.match(faults.join(), /the daemon has ended: .*-nonsense/s);
	});
});
