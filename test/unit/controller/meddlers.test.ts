import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Registration } from '../../../src/model.ts';
import { container, numbered } from './containers.ts';
import { unreachable, type World, world } from './world.ts';

const web = container({});
const soon = (): AbortSignal => AbortSignal.timeout(5_000);
const states = ({ controller }: World): readonly string[] =>
	[...controller.state.views.all()].flatMap(({ services }) => services.map(({ state }) => state));
const warnings = ({ log }: World): readonly string[] =>
	log.said('warn').filter((message) => message.includes('another program keeps changing'));

/** Writes all entries of ours again as registrator's -resync does: as they are, or a little different, and without a stamp. */
async function putAgain({ agent }: World, change: Partial<Registration> = {}): Promise<void> {
	for (const found of agent.snapshot().registrations) await agent.release({ ...found, ...change }, soon());
}

/** So many seconds in which that happens every second; how many writes each of them made us do. */
async function secondsOf(made: World, seconds: number, change?: Partial<Registration>): Promise<readonly number[]> {
	const counts: number[] = [];
	for (let second = 0; second < seconds; second += 1) {
		await putAgain(made, change);
		await made.time.advance(1_000, 500);
		counts.push(made.newWrites().length);
	}
	return counts;
}

const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0);

for (const isBlind of [false, true])
	suite(`another writer beside us${isBlind ? ', where the watch shows nothing' : ''}`, () => {
		const settled = async (...[t, options]: Parameters<typeof world>): Promise<World> => {
			const made = await world(t, { containers: [web], isBlind, ...options });
			await made.time.advance(3_000);
			made.newWrites();
			return made;
		};

		test('that takes our stamp off every second makes us write once in five minutes', async (t) => {
			const made = await settled(t);
			assert.equal(sum(await secondsOf(made, 290)), 1);
			assert.deepEqual(states(made), ['contested']);
			assert.equal(sum(await secondsOf(made, 90)), 1);
		});

		test('that edits a field every second makes us write no more than five times and once a minute', async (t) => {
			const made = await settled(t);
			const counts = await secondsOf(made, 290, { port: 81 });
			// Passes come every 30 s, and five of them find a full budget.
			assert.ok(sum(counts) <= 9 && sum(counts) >= 7, `${sum(counts)} writes`);
			if (!isBlind) assert.deepEqual([sum(counts.slice(0, 12)), sum(counts.slice(12, 55))], [5, 0]);
		});

		test('is told of once, by an example, whatever the number of services', async (t) => {
			const containers = Array.from({ length: 9 }, (_, n) => numbered(n));
			const made = await settled(t, { containers });
			assert.equal(sum(await secondsOf(made, 240)), 9);
			assert.equal(warnings(made).length, 1);
			assert.match(warnings(made)[0] ?? '', /is registrator still running\?\), for instance u1:web-\d:80: .*5 minutes/);
			assert.deepEqual(new Set(states(made)), new Set(['contested']));
		});

		test('that stops is over with the next repair', async (t) => {
			const made = await settled(t);
			const before = made.entry('u1:web:80');
			await secondsOf(made, 70);
			assert.equal(made.entry('u1:web:80')?.stamp, undefined);
			await made.time.advance(310_000, 1_000);
			assert.deepEqual([made.entry('u1:web:80'), states(made)], [before, ['registered']]);
			made.newWrites();
			await made.time.advance(310_000, 1_000);
			assert.deepEqual(made.newWrites(), []);
		});

		test('does not keep the next pass from putting back what it removes', async (t) => {
			const made = await settled(t);
			await secondsOf(made, 70);
			await made.agent.deregister('u1:web:80', soon());
			await made.time.advance(34_000);
			assert.equal(made.entry('u1:web:80')?.stamp?.owner, 'u1');
		});

		test('does not keep us from following the container', async (t) => {
			const made = await settled(t);
			await secondsOf(made, 70);
			made.newWrites();
			made.source.stop(web.id);
			await made.time.settled();
			assert.deepEqual([made.registered(), made.newWrites()], [[], ['deregister u1:web:80']]);
			made.source.start({ id: web.id, ports: { '80/tcp': [{ hostIp: '0.0.0.0', hostPort: 5 }] } });
			await made.time.settled();
			assert.deepEqual(made.registered(), ['u1:web:80 192.0.2.10:5']);
		});
	});

test('another reconsul with other options: few writes, and the logs of both say that it is one', async (t) => {
	const made = await world(t, { containers: [web], settings: { intervalMs: 1_000 } });
	const other = made.another({ settings: { intervalMs: 1_000 }, derive: { ip: '192.0.2.20' } });
	t.after(() => other.stop());
	other.start();
	await made.time.advance(50_000, 250);
	assert.ok(made.newWrites().length <= 2 * (2 + 5), 'each writes and repairs at once what it may');
	const said = made.log.said('warn').filter((message) => message.includes('keeps changing'));
	assert.equal(said.length, 2);
	for (const message of said)
		assert.match(message, /another reconsul of our owner .*is a second one, with other options, running\?/);
	for (const { state } of [made.controller, other]) assert.ok(state.meddlerToldAt !== undefined);
	assert.deepEqual(warnings(made), []);
	await made.time.advance(300_000, 1_000);
	assert.ok(made.newWrites().length <= 2 * 6, 'after that one a minute');
});

test('somebody who edits a service four times is no meddler yet', async (t) => {
	const made = await world(t, { containers: [web] });
	await made.time.advance(3_000);
	await secondsOf(made, 4, { port: 81 });
	assert.deepEqual(warnings(made), []);
});

suite('the budget for repairs', () => {
	test('is not spent by what could not be written', async (t) => {
		const made = await world(t, { containers: [web] });
		await made.time.advance(3_000);
		made.trouble.writes.set('u1:web:80', unreachable);
		await putAgain(made);
		await made.time.advance(20_000);
		made.trouble.writes.clear();
		await made.time.advance(70_000);
		assert.equal(made.entry('u1:web:80')?.stamp?.owner, 'u1');
	});

	test('is not touched by an adoption, which another writer may undo once more', async (t) => {
		const made = await world(t, {});
		made.source.start(web);
		await made.time.advance(1_000);
		await putAgain(made);
		await made.restart();
		assert.equal(made.entry('u1:web:80')?.stamp?.owner, 'u1');
		await made.time.advance(3_000);
		made.newWrites();
		assert.equal(sum(await secondsOf(made, 100)), 1);
	});

	test('spares the agent reads while other services come and go', async (t) => {
		const containers = Array.from({ length: 9 }, (_, n) => numbered(n));
		const made = await world(t, { containers, settings: { intervalMs: 0 } });
		await made.time.advance(3_000);
		await secondsOf(made, 20);
		made.calls.clear();
		for (let n = 10; n < 20; n += 1) {
			made.source.start(numbered(n));
			await made.time.advance(200);
		}
		await made.time.advance(2_000);
		// Ten for the new ones, and one look at each of the nine for every two seconds.
		assert.ok((made.calls.get('get') ?? 0) <= 10 + 9 * 3, `${made.calls.get('get')} reads`);
	});
});

suite('repairs are counted by what another program did', () => {
	const counted = ({ log }: World): readonly number[] =>
		['stamp', 'fields', 'removed'].map((what) => log.metrics.count('reconsul_repairs_total', { what }));

	const rows: readonly [sentence: string, meddle: (made: World) => Promise<void>, expected: readonly number[]][] = [
		['took our stamp off', (made) => putAgain(made), [1, 0, 0]],
		['changed a field', (made) => putAgain(made, { port: 81 }), [0, 1, 0]],
		['removed the entry', async ({ agent }) => void (await agent.deregister('u1:web:80', soon())), [0, 0, 1]],
	];
	for (const [sentence, meddle, expected] of rows)
		test(sentence, async (t) => {
			const made = await world(t, { containers: [web] });
			await made.time.advance(3_000);
			await meddle(made);
			await made.time.advance(60_000);
			assert.deepEqual(counted(made), expected);
		});

	test('what containers do themselves is none', async (t) => {
		const made = await world(t, { containers: [web] });
		await made.time.advance(3_000);
		made.source.stop(web.id);
		await made.time.advance(3_000);
		made.source.start({ id: web.id, ports: { '80/tcp': [{ hostIp: '0.0.0.0', hostPort: 5 }] } });
		await made.time.advance(60_000);
		assert.deepEqual([made.newWrites().length, counted(made)], [3, [0, 0, 0]]);
	});
});
