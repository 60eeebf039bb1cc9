import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Registration } from '../../../src/model.ts';
import { container } from '../controller/containers.ts';
import { containerId } from '../plan/samples.ts';
import { entry, planned, type Situation, stampOf } from './planned.ts';

const web = container({});
const other = container({ id: containerId('b'), name: 'other' });

suite('why a plan says what it says', () => {
	const reasonOf = async (situation: Situation): Promise<string> =>
		(await planned(situation)).entries.at(-1)?.reason ?? '';
	const stamped = async (change: Partial<Registration>, stamp: Parameters<typeof stampOf>[1] = {}): Promise<string> => {
		const entries = [entry({ ...change, stamp: stampOf(web, stamp) })];
		return reasonOf({ containers: [web], entries });
	};

	test('a change: no stamp, another container, engine or owner, other labels', async () => {
		const unstamped = await reasonOf({ containers: [web], entries: [entry({ port: 81 })] });
		assert.match(unstamped, /^it has no stamp of ours/);
		assert.match(await stamped({}, { containerId: other.id }), /registered for container b0{11}, which is a0{11} now$/);
		assert.match(
			await stamped({}, { engine: 'OTHE:RONE' }),
			/registered for Docker engine OTHE:RONE, which is MEMO:RY now$/,
		);
		assert.match(await stamped({ port: 81 }), /labels or our options changed/);
		const former = { containers: [web], ownership: { formerHostnames: ['u0'] } };
		const renamed = await reasonOf({ ...former, entries: [entry({ stamp: stampOf(web, { owner: 'u0' }) })] });
		assert.match(renamed, /owner u0, which is u1 now$/);
	});

	test('a container made anew is one change, and no removal', async () => {
		const gone = stampOf({ id: containerId('c') });
		const { entries } = await planned({ containers: [web], entries: [entry({ port: 81, stamp: gone })] });
		assert.deepEqual(
			entries.map(({ action, id }) => `${action} ${id}`),
			['change u1:web:80'],
		);
	});

	test('a removal: gone, ended, no longer asked for, another host name', async () => {
		const ours = [entry({ stamp: stampOf(web) })];
		assert.equal(await reasonOf({ entries: ours }), 'its container is gone');
		assert.equal(await reasonOf({ stopped: [web], entries: ours }), 'its container web has ended');
		const moved = [entry({}), entry({ id: 'u1:web:81', stamp: stampOf(web) })];
		assert.equal(
			await reasonOf({ containers: [web], entries: moved }),
			'its container web runs and no longer asks for it',
		);
		const former = { ownership: { formerHostnames: ['old'] }, entries: [entry({ id: 'old:gone:80' })] };
		assert.equal(await reasonOf(former), 'left by registrator under another host name');
		const stale = [entry({ id: 'u1:gone:80' })];
		assert.equal(await reasonOf({ entries: stale }), 'left by registrator: its container is gone');
	});

	test('a conflict: a stranger, or another owner', async () => {
		const labels = { SERVICE_ID: 'mine' };
		const strangers = [entry({ id: 'mine', name: 'stranger' })];
		assert.equal(
			await reasonOf({ containers: [{ ...web, labels }], entries: strangers }),
			'an entry that is not ours has this id',
		);
		const owned = [entry({ stamp: stampOf(other, { owner: 'u2' }) })];
		assert.equal(
			await reasonOf({ containers: [web], entries: owned }),
			'container b00000000000 of owner "u2" has this id',
		);
	});
});
