import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { SourceError } from '../../../src/source/source.ts';
import { containerId } from '../plan/samples.ts';
import { container, numbered } from './containers.ts';
import { world } from './world.ts';

const stuck = new SourceError('timeout', 'inspect: no answer within 10000 ms');
const some = (count: number) => Array.from({ length: count }, (_, n) => numbered(n));

suite('a container that alone cannot be read', () => {
	test('does not keep the others from being brought in line by a pass', async (t) => {
		const made = await world(t, { containers: some(4) });
		made.newWrites();
		made.source.failFor(numbered(0).id, stuck);
		await made.agent.deregister('u1:web-1:80', AbortSignal.timeout(5_000));
		made.source.disconnect();
		made.source.remove(numbered(2).id);
		await made.time.advance(120_000);
		assert.deepEqual(made.newWrites().toSorted(), ['deregister u1:web-2:80', 'register u1:web-1:80']);
	});

	test('keeps its service, and is looked at again with growing pauses', async (t) => {
		const made = await world(t, { containers: some(3) });
		made.newWrites();
		made.source.failFor(numbered(0).id, stuck);
		await made.time.advance(600_000);
		assert.deepEqual([made.newWrites(), made.registered().length], [[], 3]);
		const retries = made.log.metrics.count('workqueue_retries_total');
		assert.ok(retries > 0 && retries < 30, String(retries));
	});

	test('is told with the reason, and leaves the daemon ready', async (t) => {
		const made = await world(t, { containers: some(3) });
		made.source.failFor(numbered(0).id, stuck);
		await made.time.advance(60_000);
		assert.ok(made.log.said('warn', 'error').some((line) => line.includes('no answer within')));
		assert.deepEqual([made.controller.docker.error, made.controller.passes.error], [undefined, undefined]);
	});

	test('is registered once it can be read', async (t) => {
		const made = await world(t, { containers: some(2) });
		made.source.failFor(containerId('9'), stuck);
		made.source.start(container({ id: containerId('9'), name: 'late' }));
		await made.time.advance(30_000);
		assert.equal(made.registered().length, 2);
		made.source.failFor(containerId('9'), undefined);
		await made.time.advance(80_000);
		assert.equal(made.registered().length, 3);
	});

	test('holds back the judgement of those who share its network', async (t) => {
		const base = container({ id: containerId('8'), name: 'base' });
		const guest = container({
			id: containerId('9'),
			name: 'guest',
			networkMode: `container:${containerId('8')}`,
			exposed: ['81/tcp'],
			ports: {},
			networks: {},
		});
		const made = await world(t, { containers: [base, guest] });
		const before = made.registered().length;
		assert.equal(before, 2);
		made.newWrites();
		made.source.failFor(containerId('8'), stuck);
		await made.time.advance(120_000);
		assert.deepEqual([made.newWrites(), made.registered().length], [[], before]);
	});
});
