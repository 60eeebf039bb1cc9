import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { observedRegistry, observedSource, Side } from '../../../src/controller/observed.ts';
import { memoryRegistry } from '../../../src/registry/memory.ts';
import { RegistryError, type RegistryErrorClass } from '../../../src/registry/registry.ts';
import { memorySource } from '../../../src/source/memory.ts';
import { SourceError } from '../../../src/source/source.ts';
import { heartbeat } from '../../integration/registry/suite-words.ts';
import { service, stamp } from '../plan/samples.ts';
import { recordMetrics } from './recorders.ts';

const { signal } = new AbortController();

function observedAgent() {
	let returns = 0;
	let error: Error | undefined;
	const side = new Side(() => {
		returns += 1;
	});
	const metrics = recordMetrics();
	const inner = memoryRegistry();
	const registry = observedRegistry(
		{
			...inner,
			get: async (id) => {
				if (error !== undefined) throw error;
				return inner.get(id, signal);
			},
		},
		side,
		metrics,
	);
	return {
		side,
		metrics,
		registry,
		inner,
		returns: () => returns,
		/** One call, which fails so. */
		ask: async (failure?: Error) => {
			error = failure;
			await registry.get('x', signal).catch(() => {});
		},
	};
}

suite('whether a side answers', () => {
	test('is not known before it was asked', () => {
		assert.equal(observedAgent().side.error, 'not asked yet');
	});

	test('it does, when it answers; that is no return', async () => {
		const { side, ask, returns } = observedAgent();
		await ask();
		await ask();
		assert.deepEqual([side.error, returns()], [undefined, 0]);
	});

	const rows: readonly [errorClass: RegistryErrorClass, isAway: boolean][] = [
		['unreachable', true],
		['timeout', true],
		['unavailable', false],
		['throttled', false],
		['forbidden', false],
		['invalid', false],
		['scripts-disabled', false],
	];
	for (const [errorClass, isAway] of rows)
		test(`it does ${isAway ? 'not' : 'all the same'} when a call fails as ${errorClass}`, async () => {
			const { side, ask, returns, metrics } = observedAgent();
			await ask(new RegistryError(errorClass, 'no'));
			assert.equal(side.error, isAway ? 'no' : undefined);
			await ask();
			await ask();
			assert.deepEqual([side.error, returns()], [undefined, isAway ? 1 : 0]);
			assert.equal(metrics.count('reconsul_registry_errors_total', { class: errorClass }), 1);
		});

	test('it is not for an error of our own to say', async () => {
		const { side, ask, metrics } = observedAgent();
		await ask(new TypeError('a bug'));
		assert.equal(side.error, 'not asked yet');
		assert.equal(metrics.count('reconsul_registry_errors_total'), 0);
	});

	test('the engine’s failures count as the engine’s', async () => {
		const side = new Side(() => {});
		const metrics = recordMetrics();
		const inner = memorySource();
		const source = observedSource(inner, side, metrics);
		inner.fail(new SourceError('unreachable', 'Docker is away'));
		await assert.rejects(source.list(signal), /Docker is away/);
		await assert.rejects(source.get('x', signal), /Docker is away/);
		await assert.rejects(source.info(signal), /Docker is away/);
		assert.equal(side.error, 'Docker is away');
		assert.equal(metrics.count('reconsul_source_errors_total', { class: 'unreachable' }), 3);
	});
});

test('what is observed does what it did before', async () => {
	const { registry, inner } = observedAgent();
	await registry.register(service, stamp, signal);
	assert.deepEqual(await registry.list(signal), { registrations: inner.snapshot().registrations });
	await assert.rejects(heartbeat(registry, 'nothing'), /no such TTL check/);
	assert.match(await registry.advertisedAddress(signal), /\./);
	await registry.deregister(service.id, signal);
	assert.deepEqual(inner.snapshot().registrations, []);
});

for (const errorClass of ['timeout', 'unreachable'] as const)
	test(`one thing that fails as ${errorClass} while others are answered is not a side that is away`, async () => {
		let returns = 0;
		const side = new Side(() => {
			returns += 1;
		});
		const inner = memorySource();
		const source = observedSource(inner, side, recordMetrics());
		const id = inner.start().id;
		inner.failFor(id, new SourceError(errorClass, 'no answer'));
		await assert.rejects(source.get(id, signal), /no answer/);
		await source.info(signal);
		assert.deepEqual([side.error, returns], [undefined, 0]);
		inner.fail(new SourceError(errorClass, 'no answer at all'));
		await assert.rejects(source.get(id, signal), /no answer at all/);
		assert.equal(side.error, 'no answer at all');
		inner.fail(undefined);
		await source.info(signal);
		assert.deepEqual([side.error, returns], [undefined, 1]);
	});

suite('heartbeats', () => {
	const silence = new RegistryError('unreachable', 'no answer');
	const unknown = new RegistryError('invalid', 'no such check');
	const beats = ['a', 'b', 'c'].map((checkId) => ({ checkId }));

	function beaten(errors: readonly (RegistryError | undefined)[], get?: () => Promise<undefined>) {
		const metrics = recordMetrics();
		const side = new Side(() => {});
		const inner = memoryRegistry();
		const registry = observedRegistry(
			{ ...inner, ...(get === undefined ? {} : { get }), heartbeats: async () => errors },
			side,
			metrics,
		);
		return { side, metrics, registry };
	}

	test('that nobody answers are a side that is away, each of them counted', async () => {
		const { side, metrics, registry } = beaten([silence, silence, silence], () => Promise.reject(silence));
		assert.deepEqual(await registry.heartbeats(beats, signal), [silence, silence, silence]);
		assert.equal(side.error, 'no answer');
		assert.equal(metrics.count('reconsul_registry_errors_total', { class: 'unreachable' }), 3);
	});

	test('of which one is not answered are no side that is away, where another question is', async () => {
		const { side, registry } = beaten([undefined, silence, undefined]);
		await registry.heartbeats(beats, signal);
		assert.equal(side.error, undefined);
	});

	test('that are refused are a side that answers', async () => {
		const { side, metrics, registry } = beaten([unknown, undefined, unknown], () => Promise.reject(silence));
		await registry.heartbeats(beats, signal);
		assert.equal(side.error, undefined);
		assert.equal(metrics.count('reconsul_registry_errors_total', { class: 'invalid' }), 2);
	});
});
