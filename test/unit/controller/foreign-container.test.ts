import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import type { Container } from '../../../src/model.ts';
import { containerOf } from '../../../src/source/inspect.ts';
import { SourceError } from '../../../src/source/source.ts';
import { anyInspect } from '../hostile/any-inspect.ts';
import { containerId } from '../plan/samples.ts';
import { container, published } from './containers.ts';
import { world } from './world.ts';

function containerIn(document: unknown): Container | undefined {
	try {
		return containerOf(document);
	} catch (error) {
		if (error instanceof SourceError) return undefined;
		throw error;
	}
}

suite('a hostile container beside another', () => {
	test('changes nothing for it', async (t) => {
		const good = container({ id: containerId('c'), name: 'good', ports: published(80, 49_160) });
		const hostile = { '__proto__.name': 'x', SERVICE_80___proto__: 'x', SERVICE_TAGS: ','.repeat(10_000) };
		const labels = JSON.parse(`{"__proto__": "x", "constructor": "y", ${JSON.stringify(hostile).slice(1)}`);
		const alone = await world(t, { containers: [good] });
		const before = alone.entry('u1:good:80');
		assert.ok(before);
		alone.newWrites();
		alone.source.start(container({ name: 'attacker', labels }));
		await alone.time.advance(90_000, 250);
		assert.deepEqual(alone.entry('u1:good:80'), before);
		assert.deepEqual(alone.newWrites(), ['register u1:attacker:80']);
	});

	test('changes nothing for it, whatever Docker says of the one', async (t) => {
		const good = container({ id: containerId('c'), name: 'good', ports: published(80, 49_160) });
		const property = fc.asyncProperty(anyInspect, async (document) => {
			const hostile = containerIn(document);
			// By its name and nothing else it could be the other one, which no engine allows.
			if (hostile === undefined || hostile.name === good.name) return;
			const made = await world(t, { containers: [good] });
			try {
				const before = made.entry('u1:good:80');
				assert.ok(before);
				made.newWrites();
				made.source.start(hostile);
				await made.time.advance(40_000, 500);
				assert.deepEqual(made.entry('u1:good:80'), before);
				assert.deepEqual(
					made.newWrites().filter((write) => write.endsWith(' u1:good:80')),
					[],
				);
				assert.equal(made.controller.passes.error, undefined);
				assert.deepEqual(made.log.said('error'), []);
			} finally {
				await made.controller.stop();
				t.mock.timers.reset();
			}
		});
		await fc.assert(property, { numRuns: Number(process.env['RUNS'] ?? 100) });
	});
});
