import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { container } from './containers.ts';
import { type World, world } from './world.ts';

const web = container({});
const line = 'u1:web:80 192.0.2.10:49153';

/** A life of `livesMs`, which ends by itself or as somebody asks, and a pause of a tenth of a second. */
async function live({ source, time }: World, livesMs = 1_000, isSignalled = false): Promise<void> {
	source.start({ id: web.id });
	await time.advance(livesMs, 100);
	if (isSignalled) source.update(web.id, 'kill', {});
	source.stop(web.id, 1);
	await time.advance(100);
}

/** Crashed so often in a second that its service flaps. */
async function flapping(t: Parameters<typeof world>[0]): Promise<World> {
	const made = await world(t, { containers: [web] });
	made.source.stop(web.id);
	await made.time.advance(100);
	for (let n = 0; n < 5; n += 1) await live(made);
	made.newWrites();
	return made;
}

const states = ({ controller }: World): readonly string[] =>
	[...controller.state.views.all()].flatMap(({ services }) => services.map(({ state }) => state));
const told = ({ log }: World): readonly string[] =>
	log.said('warn').filter((it) => it.includes('keeps ending by itself'));

suite('a container that crashes every second and is started again', () => {
	test('costs ten writes at first and none after that', async (t) => {
		const made = await world(t, { containers: [web] });
		made.source.stop(web.id);
		await made.time.advance(100);
		made.newWrites();
		const counts: number[] = [];
		for (let n = 0; n < 60; n += 1) {
			await live(made);
			counts.push(made.newWrites().length);
		}
		assert.deepEqual(counts, [...Array(5).fill(2), ...Array(55).fill(0)]);
		assert.deepEqual(made.registered(), []);
	});

	test('is shown as flapping while it runs, and the log is told once', async (t) => {
		const made = await flapping(t);
		for (let n = 0; n < 5; n += 1) {
			made.source.start({ id: web.id });
			await made.time.advance(1_000);
			assert.deepEqual(states(made), ['flapping']);
			made.source.stop(web.id);
			await made.time.advance(100);
		}
		assert.equal(made.controller.state.flapping.count(made.time.clock.now()), 1);
		assert.equal(told(made).length, 1);
	});

	test('is registered when it has run for ten seconds, however often a pass comes by', async (t) => {
		const made = await flapping(t);
		made.source.start({ id: web.id });
		for (let second = 0; second < 9; second += 1) {
			made.controller.passes.request('signal');
			await made.time.advance(1_000);
		}
		assert.deepEqual(made.newWrites(), []);
		await made.time.advance(1_100);
		assert.deepEqual([made.registered(), states(made)], [[line], ['registered']]);
		await made.time.advance(400_000, 1_000);
		assert.equal(made.controller.state.flapping.count(made.time.clock.now()), 0);
		assert.equal(made.newWrites().length, 1);
	});

	test('is deregistered at once, however long it took to be registered', async (t) => {
		const made = await flapping(t);
		made.source.start({ id: web.id });
		await made.time.advance(11_000);
		made.newWrites();
		made.source.stop(web.id);
		await made.time.settled();
		assert.deepEqual([made.registered(), made.newWrites()], [[], ['deregister u1:web:80']]);
	});

	test('does not delay another container', async (t) => {
		const made = await flapping(t);
		made.source.start({ name: 'other', exposed: web.exposed, ports: web.ports });
		await made.time.advance(100);
		assert.deepEqual(made.registered(), ['u1:other:80 192.0.2.10:49153']);
	});

	test('is forgiven by a daemon that is started anew', async (t) => {
		const made = await flapping(t);
		made.source.start({ id: web.id });
		await made.restart();
		assert.deepEqual(made.registered(), [line]);
	});
});

suite('what is no crash loop', () => {
	test('a container that somebody restarts, however often', async (t) => {
		const made = await world(t, { containers: [web] });
		for (let n = 0; n < 40; n += 1) {
			await live(made, 200, true);
			made.source.start({ id: web.id });
			await made.time.settled();
			assert.deepEqual(made.registered(), [line]);
		}
		assert.equal(made.controller.state.flapping.count(made.time.clock.now()), 0);
	});

	test('a container that ends by itself after ten seconds', async (t) => {
		const made = await world(t, { containers: [web] });
		for (let n = 0; n < 12; n += 1) await live(made, 10_000);
		made.source.start({ id: web.id });
		await made.time.settled();
		assert.deepEqual(made.registered(), [line]);
	});
});

test('containers of one name that follow each other, as of docker run --rm in a loop, flap as one does', async (t) => {
	const made = await world(t, {});
	const counts: number[] = [];
	for (let n = 0; n < 12; n += 1) {
		const { id } = made.source.start({ name: 'web', exposed: web.exposed, ports: web.ports });
		await made.time.advance(500);
		made.source.remove(id);
		await made.time.advance(100);
		counts.push(made.newWrites().length);
	}
	assert.deepEqual(counts, [...Array(5).fill(2), ...Array(7).fill(0)]);
});

test('who lives on the network of a container that crashes flaps with it', async (t) => {
	const made = await world(t, { containers: [web] });
	const app = made.source.start({ name: 'app', networkMode: `container:${web.id}`, exposed: ['80/tcp'] });
	await made.time.advance(100);
	made.source.stop(web.id);
	await made.time.advance(100);
	for (let n = 0; n < 6; n += 1) await live(made);
	made.newWrites();
	await live(made);
	assert.deepEqual(made.newWrites(), []);
	assert.ok(app.running);
});
