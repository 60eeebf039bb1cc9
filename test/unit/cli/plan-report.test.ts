import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Container } from '../../../src/model.ts';
import { RegistryError } from '../../../src/registry/registry.ts';
import { container, numbered } from '../controller/containers.ts';
import { containerId } from '../plan/samples.ts';
import { entry, planned, type Situation, stampOf, told } from './planned.ts';

const web = container({});
const other = container({ id: containerId('b'), name: 'other' });

suite('what a plan says of a service', () => {
	const rows: readonly [sentence: string, situation: Situation, told: readonly string[], isInSync: boolean][] = [
		['it is not there yet', { containers: [web] }, ['register u1:web:80'], false],
		["registrator's, as wanted", { containers: [web], entries: [entry({})] }, ['adopt u1:web:80'], true],
		[
			"registrator's, with another port",
			{ containers: [web], entries: [entry({ port: 81 })] },
			['change u1:web:80'],
			false,
		],
		['ours, and its container is gone', { entries: [entry({ stamp: stampOf(web) })] }, ['remove u1:web:80'], false],
		[
			'ours, and its container has ended',
			{ stopped: [web], entries: [entry({ stamp: stampOf(web) })] },
			['remove u1:web:80'],
			false,
		],
		[
			'ours, of another engine',
			{ entries: [entry({ stamp: stampOf(web, { engine: 'OTHE:RONE' }) })] },
			['held u1:web:80'],
			true,
		],
		[
			'ours, where nothing is ever removed',
			{ settings: { policy: 'upsert-only' }, entries: [entry({ stamp: stampOf(web) })] },
			['held u1:web:80'],
			true,
		],
		[
			"somebody else's",
			{ containers: [web], entries: [entry({ stamp: stampOf(other, { owner: 'u2' }) })] },
			['conflict u1:web:80'],
			true,
		],
		["a stranger's that nobody here wants", { containers: [], entries: [entry({ id: 'u2:web:80' })] }, [], true],
		[
			"registrator's, of a container that is gone",
			{ containers: [web], entries: [entry({}), entry({ id: 'u1:gone:80' })] },
			['adopt u1:web:80', 'stale u1:gone:80'],
			true,
		],
		[
			"registrator's, of a port that the container no longer has",
			{ containers: [web], entries: [entry({}), entry({ id: 'u1:web:81' })] },
			['adopt u1:web:80', 'stale u1:web:81'],
			true,
		],
		[
			'the same under -cleanup',
			{
				containers: [web],
				ownership: { cleanup: true },
				entries: [entry({}), entry({ id: 'u1:gone:80' }), entry({ id: 'u1:web:81' })],
			},
			['adopt u1:web:80', 'remove u1:gone:80', 'remove u1:web:81'],
			false,
		],
		[
			'the same where nothing is ever removed',
			{ settings: { policy: 'upsert-only' }, entries: [entry({ id: 'u1:gone:80' })] },
			[],
			true,
		],
		[
			'under a former host name',
			{ containers: [web], ownership: { formerHostnames: ['old'] }, entries: [entry({ id: 'old:web:80' })] },
			['register u1:web:80', 'remove old:web:80'],
			false,
		],
	];
	for (const [sentence, situation, expected, isInSync] of rows)
		test(`${sentence}: ${expected.join(', ') || 'nothing'}`, async () => {
			const report = await planned(situation);
			assert.deepEqual([told(report), report.isInSync], [expected, isInSync]);
		});

	test('after the daemon has done it, everything is kept', async () => {
		const before = await planned({ containers: [web] });
		const wanted = before.entries[0]?.differences;
		assert.deepEqual(wanted, []);
		const adopted = await planned({ containers: [web], entries: [entry({})] });
		const stamp = adopted.entries[0]?.differences.find(({ field }) => field === 'stamp')?.wanted;
		assert.deepEqual(stamp, { owner: 'u1', engine: 'MEMO:RY', containerId: web.id });
	});
});

suite('what it says of deletes', () => {
	test('is judged by a fresh look at each, as a run would', async () => {
		const entries = [entry({ stamp: stampOf(web) })];
		assert.deepEqual(told(await planned({ entries })), ['remove u1:web:80']);
		assert.deepEqual(told(await planned({ unlisted: [web], entries })), ['change u1:web:80']);
	});

	test('is the same for many, and that a second look confirms them', async () => {
		const entries = Array.from({ length: 6 }, (_, n) => {
			const { id, name } = numbered(n);
			return entry({ id: `u1:${name}:80`, stamp: stampOf({ id }) });
		});
		const report = await planned({ entries });
		assert.equal(report.counts.remove, 6);
		assert.match(report.entries[0]?.reason ?? '', /its container is gone; one of many, so a second look 5 s later/);
	});

	test('is nothing on the word of a list that may lack entries', async () => {
		const doubt = 'the token may not read all';
		const report = await planned({
			entries: [entry({ stamp: stampOf(web) })],
			seen: (agent) => ({ ...agent, list: async (signal) => ({ ...(await agent.list(signal)), doubt }) }),
		});
		assert.deepEqual(told(report), ['held u1:web:80']);
		assert.deepEqual(report.entries[0]?.reason, `kept: ${doubt}`);
		assert.deepEqual(
			report.warnings.map(({ text }) => text),
			[doubt],
		);
	});
});

suite('what the list lacks', () => {
	const hidden =
		(get: 'reads' | 'refuses'): NonNullable<Situation['seen']> =>
		(agent) => ({
			...agent,
			list: async () => ({ registrations: [] }),
			...(get === 'reads' ? {} : { get: () => Promise.reject(new RegistryError('forbidden', 'GET …: 403')) }),
		});

	test('and the agent has is not registered anew', async () => {
		const report = await planned({ containers: [web], entries: [entry({})], seen: hidden('reads') });
		assert.deepEqual(told(report), ['adopt u1:web:80']);
	});

	test('and may not be read is told as a failure', async () => {
		const report = await planned({ containers: [web], entries: [entry({})], seen: hidden('refuses') });
		assert.deepEqual([told(report), report.isInSync], [['failed u1:web:80'], false]);
		assert.equal(report.entries[0]?.reason, 'GET …: 403');
	});
});

suite('secrets', () => {
	test('are masked, and that they differ is told all the same', async () => {
		const labels = { SERVICE_PASSWORD: 'hunter2', SERVICE_REGION: 'eu' };
		const entries = [entry({ meta: { password: 'hunter1', region: 'us' } })];
		const report = await planned({ containers: [{ ...web, labels }], entries });
		assert.doesNotMatch(JSON.stringify(report), /hunter/);
		assert.deepEqual(report.entries[0]?.differences[0], {
			field: 'meta',
			wanted: { password: '***', region: 'eu' },
			found: { password: '*** (another)', region: 'us' },
		});
	});
});

suite('warnings of what changes with the switch', () => {
	const odd: Container = { ...web, labels: { SERVICE_IGNORE: 'false', SERVICE_CHECK_SCRIPT: 'x' } };
	const codes = async (situation: Situation): Promise<readonly string[]> =>
		(await planned(situation)).warnings.map(({ container: whose, code }) => `${whose} ${code}`);

	test('come with services that are registrator’s, or nobody’s, so far', async () => {
		assert.deepEqual(await codes({ containers: [odd] }), ['web D2', 'web D4']);
		const meta = { check_script: 'x', ignore: 'false' };
		assert.deepEqual(await codes({ containers: [odd], entries: [entry({ meta })] }), ['web D2', 'web D4']);
	});

	test('do not come with those that are ours already', async () => {
		assert.deepEqual(await codes({ containers: [odd], entries: [entry({ stamp: stampOf(odd) })] }), []);
	});

	test('of options come as long as there is something to adopt', async () => {
		const options = { containers: [web], derive: { ttlSeconds: 60 } };
		assert.deepEqual(await codes({ ...options, entries: [entry({})] }), ['undefined D23']);
		assert.deepEqual(await codes(options), []);
	});
});

test('what is not registered comes with the reason, of running containers', async () => {
	const { notRegistered } = await planned({
		containers: [{ ...web, labels: { SERVICE_IGNORE: '1' } }],
		stopped: [other],
	});
	assert.deepEqual(notRegistered, [{ container: 'web', port: '80/tcp', reason: 'SERVICE_IGNORE says so' }]);
});

test('the container in which plan itself runs is no news', async () => {
	const self = { ...web, exposed: [], ports: {}, networkMode: 'host' };
	const { notRegistered } = await planned({ containers: [self], host: { containerId: self.id } });
	assert.deepEqual(notRegistered, []);
	assert.equal((await planned({ containers: [self] })).notRegistered.length, 1);
});
