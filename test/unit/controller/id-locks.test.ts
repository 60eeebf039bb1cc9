import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { IdLocks } from '../../../src/controller/id-locks.ts';

suite('locks on service ids', () => {
	test('one that is held is not given twice, others are', () => {
		const locks = new IdLocks();
		const release = locks.tryAcquire(['a']);
		assert.ok(release);
		assert.equal(locks.tryAcquire(['a']), undefined);
		assert.ok(locks.tryAcquire(['b']));
		release();
		assert.ok(locks.tryAcquire(['a']));
	});

	test('of several all are given, or none', () => {
		const locks = new IdLocks();
		const release = locks.tryAcquire(['b']);
		assert.equal(locks.tryAcquire(['a', 'b', 'c']), undefined);
		for (const id of ['a', 'c']) locks.tryAcquire([id])?.();
		release?.();
		assert.ok(locks.tryAcquire(['a', 'b', 'c']));
		for (const id of ['a', 'b', 'c']) assert.equal(locks.tryAcquire([id]), undefined, id);
	});

	test('an id asked for twice is one', () => {
		const locks = new IdLocks();
		locks.tryAcquire(['a', 'a'])?.();
		assert.ok(locks.tryAcquire(['a']));
	});

	test('no id at all is always given', () => {
		const locks = new IdLocks();
		locks.tryAcquire(['a']);
		assert.ok(locks.tryAcquire([]));
	});

	test('who waits is woken by the next release, whichever lock it is, and only by that', async () => {
		const locks = new IdLocks();
		const release = locks.tryAcquire(['a']);
		const woken: string[] = [];
		for (const who of ['x', 'y']) void locks.nextRelease().then(() => woken.push(who));
		await turn();
		assert.equal(woken.length, 0);
		release?.();
		await turn();
		void locks.nextRelease().then(() => woken.push('z'));
		await turn();
		assert.equal(woken.join(), 'x,y');
	});

	test('workers that wait for each other’s ids never hold one at once, and all get through', async () => {
		const anyIds = fc.uniqueArray(fc.constantFrom('a', 'b', 'c'), { minLength: 1 });
		await fc.assert(
			fc.asyncProperty(fc.array(fc.tuple(anyIds, fc.nat(3)), { maxLength: 8 }), async (workers) => {
				const locks = new IdLocks();
				const held = new Set<string>();
				const work = async (ids: readonly string[], microtasks: number): Promise<void> => {
					for (;;) {
						const release = locks.tryAcquire(ids);
						if (release === undefined) {
							await locks.nextRelease();
							continue;
						}
						for (const id of ids) assert.ok(!held.has(id));
						for (const id of ids) held.add(id);
						for (let n = 0; n < microtasks; n++) await Promise.resolve();
						for (const id of ids) held.delete(id);
						return release();
					}
				};
				await Promise.all(workers.map(([ids, microtasks]) => work(ids, microtasks)));
				assert.ok(locks.tryAcquire(['a', 'b', 'c']));
			}),
		);
	});
});
