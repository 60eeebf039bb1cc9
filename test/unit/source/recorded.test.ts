import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { memorySource } from '../../../src/source/memory.ts';
import { type RecordedSource, recordedSource, recordingSource } from '../../../src/source/recorded.ts';
import { type Source, SourceError } from '../../../src/source/source.ts';

const { signal } = new AbortController();
const [web, stuck, stopped] = ['a', 'b', 'c'].map((digit) => digit.repeat(64)) as [string, string, string];
const document = (id: string, running = true) => ({
	Id: id,
	Name: `/name-${id[0]}`,
	State: { Running: running },
	Config: { Labels: { a: 'b' } },
});

/** What an engine said, from a file. */
async function replayed(source: Source, ask: (source: Source) => Promise<unknown>): Promise<Source> {
	const { source: asked, recorded } = recordingSource(source);
	await ask(asked).catch(() => {});
	return recordedSource(JSON.parse(JSON.stringify(recorded())) as RecordedSource);
}

const engine = () => {
	const source = memorySource();
	for (const id of [web, stuck]) source.start({ id, inspect: document(id) });
	source.start({ id: stopped, inspect: document(stopped, false) });
	source.stop(stopped);
	return source;
};

suite('a recorded engine', () => {
	test('answers as the engine did', async () => {
		const source = engine();
		const again = await replayed(source, async (asked) => {
			await asked.info(signal);
			await asked.list(signal);
			await asked.get(stopped, signal);
			await asked.get('nobody', signal);
		});
		assert.deepEqual(await again.info(signal), await source.info(signal));
		const ids = (await again.list(signal)).map(({ id, name, labels }) => ({ id, name, labels }));
		assert.deepEqual(
			ids,
			[web, stuck].map((id) => ({ id, name: `name-${id[0]}`, labels: { a: 'b' } })),
		);
		assert.equal((await again.get(stopped, signal))?.running, false);
		assert.equal(await again.get('nobody', signal), undefined);
	});

	test('knows the containers of its list by id and by name, though nobody asked for them', async () => {
		const again = await replayed(engine(), (asked) => asked.list(signal));
		assert.equal((await again.get(web, signal))?.id, web);
		assert.equal((await again.get('name-a', signal))?.id, web);
	});

	test('passes over what could not be read, as then', async () => {
		const source = engine();
		source.failFor(stuck, new SourceError('timeout', 'inspect did not answer'));
		const again = await replayed(source, (asked) => asked.list(signal, () => {}));
		const passed: unknown[] = [];
		const found = await again.list(signal, (id, error) => passed.push([id, error.class, error.message]));
		assert.deepEqual(
			found.map(({ id }) => id),
			[web],
		);
		assert.deepEqual(passed, [[stuck, 'timeout', 'inspect did not answer']]);
	});

	test('fails as it failed then, and where it was not asked', async () => {
		const source = engine();
		source.fail(new SourceError('unreachable', 'Docker is away'));
		const again = await replayed(source, (asked) => asked.list(signal));
		const isThat = (errorClass: string) => (error: unknown) =>
			error instanceof SourceError && error.class === errorClass;
		await assert.rejects(again.list(signal), isThat('unreachable'));
		await assert.rejects(again.info(signal), isThat('invalid'));
	});

	test('remembers what happened while it was recorded', () => {
		const source = engine();
		const { source: asked, recorded } = recordingSource(source);
		const heard = asked.changes().subscribe();
		return new Promise<void>((resolve) => setImmediate(resolve)).then(async () => {
			source.update(web, 'kill', {}, { signal: '15' });
			source.disconnect('end');
			await new Promise((resolve) => setImmediate(resolve));
			heard.unsubscribe();
			source.connect();
			const said = recorded().changes.map((it) => JSON.parse(JSON.stringify(it)));
			assert.deepEqual(
				said.map(({ kind, action, signal: sent, error }) => [kind, action, sent, error?.message].filter(Boolean)),
				[['connected'], ['changed', 'kill', '15'], ['disconnected', 'the event stream was cut']],
			);
		});
	});
});
