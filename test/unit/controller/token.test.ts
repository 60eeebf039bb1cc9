import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { RegistryError } from '../../../src/registry/registry.ts';
import { numbered } from './containers.ts';
import { stillWorld, type World, world } from './world.ts';

const periodMs = 33_000;
const some = Array.from({ length: 3 }, (_, at) => numbered(at));
const tokensIn = ({ agent }: World): readonly (string | undefined)[] =>
	agent.snapshot().registrations.map(({ stamp }) => stamp?.token);

async function settledWorld(...[t, options]: Parameters<typeof world>): Promise<World> {
	const made = await world(t, { containers: some, ...options });
	await made.time.advance(periodMs);
	made.newWrites();
	return made;
}
function use({ agent }: World, token: string | undefined): void {
	agent.tokenFingerprint = async () => token;
}

suite('the token that an entry was registered with', () => {
	test('is in its stamp, and nothing is written again for it', async (t) => {
		const made = await settledWorld(t, { agent: { token: 'a1' } });
		assert.deepEqual(tokensIn(made), ['a1', 'a1', 'a1']);
		await made.restart();
		await made.time.advance(periodMs);
		assert.deepEqual(made.newWrites(), []);
	});
	test('is not there where nobody uses one', async (t) => {
		const made = await settledWorld(t);
		assert.ok(made.agent.snapshot().registrations.every(({ stamp }) => stamp !== undefined && !('token' in stamp)));
	});
	test('another one costs each service one write, and is noticed by the next pass', async (t) => {
		const made = await settledWorld(t, { agent: { token: 'a1' } });
		use(made, 'b2');
		await made.time.advance(periodMs);
		assert.deepEqual(tokensIn(made), ['b2', 'b2', 'b2']);
		assert.equal(made.newWrites().length, 3);
		await made.time.advance(3 * periodMs);
		assert.deepEqual(made.newWrites(), []);
	});
	test('another one is noticed across a restart', async (t) => {
		const made = await settledWorld(t, { agent: { token: 'a1' } });
		await made.controller.stop();
		use(made, 'b2');
		await made.restart();
		assert.deepEqual(tokensIn(made), ['b2', 'b2', 'b2']);
		assert.equal(made.newWrites().length, 3);
	});
	test('of a user who begins to use one, each service is written once', async (t) => {
		const made = await settledWorld(t);
		use(made, 'a1');
		await made.time.advance(2 * periodMs);
		assert.deepEqual(tokensIn(made), ['a1', 'a1', 'a1']);
		assert.equal(made.newWrites().length, 3);
	});
	test('one that cannot be known any more changes nothing', async (t) => {
		const made = await settledWorld(t, { agent: { token: 'a1' } });
		use(made, undefined);
		await made.restart();
		await made.time.advance(2 * periodMs);
		assert.deepEqual(made.newWrites(), []);
		assert.deepEqual(tokensIn(made), ['a1', 'a1', 'a1']);
	});
	test('an agent that does not answer leaves it as it was', async (t) => {
		const made = await settledWorld(t, { agent: { token: 'a1' } });
		made.agent.tokenFingerprint = () => Promise.reject(new RegistryError('unreachable', 'connection refused'));
		made.source.start({ id: some[0]?.id ?? '' });
		await made.time.advance(periodMs);
		use(made, 'a1');
		await made.time.advance(2 * periodMs);
		assert.deepEqual(made.newWrites(), []);
	});
	test('while none can be known at the start, services are registered without', async (t) => {
		const made = await stillWorld(t, { containers: some });
		made.agent.tokenFingerprint = () => Promise.reject(new RegistryError('unavailable', 'no leader'));
		made.controller.start();
		await made.time.advance(1_000);
		assert.deepEqual(tokensIn(made), [undefined, undefined, undefined]);
	});
});
