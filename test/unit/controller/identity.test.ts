import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import type { Settings } from '../../../src/controller/context.ts';
import { type Host, IdentityHolder, identify } from '../../../src/controller/identity.ts';
import { memorySource } from '../../../src/source/memory.ts';
import { SourceError } from '../../../src/source/source.ts';
import { containerId } from '../plan/samples.ts';
import { container } from './containers.ts';
import { contextOf, plainHost, plainSettings } from './contexts.ts';

const ownId = containerId('4f1c0a9b7d22');
const inContainer: Partial<Host> = { name: '4f1c0a9b7d22', containerId: ownId };
const engine = { id: 'ENGI:NEID', name: 'moby', version: '20.10.24' };

const identified = (settings: Partial<Settings>, host: Partial<Host>) => {
	const { context } = contextOf({
		settings: { ...plainSettings, ...settings },
		source: memorySource({ info: engine }),
	});
	return identify(context, { ...plainHost, ...host }, undefined);
};

suite('the host name in ids, and the owner', () => {
	const rows: readonly [
		sentence: string,
		settings: Partial<Settings>,
		host: Partial<Host>,
		hostname: string,
		owner: string,
	][] = [
		['are the operating system’s', {}, {}, 'u1', 'u1'],
		['are the given ones', { hostname: 'given', owner: 'team' }, {}, 'given', 'team'],
		['the owner is the host name that was given', { hostname: 'given' }, {}, 'given', 'given'],
		['the host name stays when only an owner was given', { owner: 'team' }, {}, 'u1', 'team'],
		['are the engine’s where the name is our container’s short id (D24)', {}, inContainer, 'moby', 'moby'],
		['are those of -h in a container', {}, { ...inContainer, name: 'u7' }, 'u7', 'u7'],
		['are the given ones in a container, too', { hostname: 'given' }, inContainer, 'given', 'given'],
		['are a name that looks like an id, but is not ours', {}, { name: '0123456789ab' }, '0123456789ab', '0123456789ab'],
		['are a name that begins like our id, but is shorter', {}, { ...inContainer, name: '4f1c' }, '4f1c', '4f1c'],
	];
	for (const [sentence, settings, host, hostname, owner] of rows)
		test(sentence, async () => {
			const { ownership, derive } = await identified(settings, host);
			assert.deepEqual([ownership.hostname, derive.hostname, ownership.owner], [hostname, hostname, owner]);
		});

	test('go with what else was asked for, and with the engine’s id', async () => {
		const ownership = { formerHostnames: ['old'], takeOver: true, cleanup: true };
		const identity = await identified({ ownership }, {});
		assert.deepEqual(identity.ownership, { ...ownership, owner: 'u1', hostname: 'u1', engine: 'ENGI:NEID' });
		assert.deepEqual(identity.engine, engine);
	});
});

suite('our own container', () => {
	const ofEngine = async (isKnown: boolean) => {
		const source = memorySource({ info: engine });
		if (isKnown) source.start(container({ id: ownId }));
		const { context } = contextOf({ source });
		return identify(context, { ...plainHost, ...inContainer }, undefined);
	};

	test('is known as such to what derives services', async () => {
		assert.equal((await ofEngine(true)).derive.selfId, ownId);
	});

	test('is none where another engine runs it', async () => {
		assert.equal((await ofEngine(false)).derive.selfId, undefined);
	});
});

suite('the holder of who we are', () => {
	const holding = () => {
		let asked = 0;
		const source = memorySource({ info: engine });
		const info: typeof source.info = (signal) => {
			asked += 1;
			return source.info(signal);
		};
		const { context } = contextOf({ source: { ...source, info } });
		return { holder: new IdentityHolder(context, plainHost), source, asked: () => asked };
	};

	test('asks once, however many want to know at once', async () => {
		const { holder, asked } = holding();
		const answers = await Promise.all([holder.current(), holder.refresh(), holder.current()]);
		assert.deepEqual([asked(), new Set(answers).size], [1, 1]);
	});

	test('does not ask again for what it knows', async () => {
		const { holder, asked } = holding();
		const first = await holder.current();
		assert.equal(await holder.current(), first);
		assert.equal(holder.last, first);
		assert.equal(asked(), 1);
	});

	test('asks again when told to, and after a gap, in which the engine may have become another', async () => {
		const { holder, asked } = holding();
		await holder.current();
		await holder.refresh();
		assert.equal(asked(), 2);
		holder.invalidate();
		await holder.current();
		await holder.current();
		assert.equal(asked(), 3);
	});

	test('asks again where a gap came while it asked', async () => {
		const { holder, asked } = holding();
		const first = holder.current();
		holder.invalidate();
		await first;
		await holder.current();
		assert.equal(asked(), 2);
	});

	test('fails while the engine does not answer, knows what it knew, and asks again', async () => {
		const { holder, source, asked } = holding();
		assert.equal(holder.last, undefined);
		const first = await holder.current();
		source.fail(new SourceError('unreachable', 'Docker is away'));
		const failures = await Promise.allSettled([holder.refresh(), holder.refresh()]);
		assert.deepEqual(
			failures.map(({ status }) => status),
			['rejected', 'rejected'],
		);
		await assert.rejects(holder.current(), /Docker is away/);
		assert.equal(holder.last, first);
		source.fail(undefined);
		await turn();
		await holder.current();
		assert.equal(asked(), 4);
	});
});
