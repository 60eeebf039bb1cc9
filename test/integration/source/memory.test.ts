import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memorySource } from '../../../src/source/memory.ts';
import { SourceError } from '../../../src/source/source.ts';
import { listenTo, newName, type SourceBench, soon } from './source-bench.ts';
import { sourceSuite } from './source-suite.ts';

sourceSuite('the engine in memory', async (): Promise<SourceBench> => {
	// Docker's clock never shows the same twice.
	let last = 0;
	const now = (): number => {
		last = Math.max(Date.now(), last + 1);
		return last;
	};
	const source = memorySource({ now });
	const ids = new Set<string>();
	return {
		source,
		start: async (name, labels = {}) => {
			const { id } = source.start({ name, labels });
			ids.add(id);
			return id;
		},
		startAgain: async (id) => void source.start({ id }),
		stop: async (id) => source.stop(id),
		remove: async (id) => {
			ids.delete(id);
			source.remove(id);
		},
		rename: async (id, name) => source.rename(id, name),
		pause: async (id) => source.update(id, 'pause', { isPaused: true }),
		unpause: async (id) => source.update(id, 'unpause', { isPaused: false }),
		signal: async (id, name) => source.update(id, 'kill', {}, { signal: name === 'HUP' ? '1' : '37' }),
		network: async () => newName(),
		join: async (id, network) => source.join(id, network),
		leave: async (id, network) => source.leave(id, network),
		clear: async () => {
			for (const id of ids) source.remove(id);
			ids.clear();
		},
		[Symbol.asyncDispose]: async () => {},
	};
});

test('memory: what happens while the stream is cut is not announced, and seen', async () => {
	const source = memorySource();
	using heard = await listenTo(source);
	source.disconnect('probe');
	const { id } = source.start();
	source.connect();
	await heard.connected(2);
	assert.deepEqual(
		heard.changes.map((change) => (change.kind === 'disconnected' ? change.cause : change.kind)),
		['connected', 'probe', 'connected'],
	);
	assert.equal((await source.get(id, soon()))?.running, true);
});

test('memory: it fails when it is told to, until it is told otherwise', async () => {
	const source = memorySource();
	const error = new SourceError('timeout', 'late');
	source.fail(error);
	for (const call of [source.list(soon()), source.get('x', soon()), source.info(soon())])
		await assert.rejects(call, error);
	source.fail(undefined);
	assert.deepEqual(await source.list(soon()), []);
});

test('memory: who changes what is not there is told so', () => {
	const source = memorySource();
	for (const change of [source.stop, source.remove]) assert.throws(() => change('nobody'), /no such container: nobody/);
	assert.throws(() => source.rename('nobody', 'x'), /no such container/);
	assert.throws(() => source.join('nobody', 'x'), /no such container/);
});
