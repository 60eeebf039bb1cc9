import assert from 'node:assert/strict';
import { suite, type TestContext, test } from 'node:test';
import { pageProvider } from '../../../../src/daemon/page.ts';
import type { PageProvider } from '../../../../src/server/page/answers.ts';
import { container, published } from '../../controller/containers.ts';
import { startTime } from '../../controller/fake-time.ts';
import { stillWorld, type World, type WorldOptions } from '../../controller/world.ts';

const web = container({});
const start = Date.parse(startTime);

/** A daemon that has not begun, and its page. */
async function stillPage(t: TestContext, options: WorldOptions = {}): Promise<World & { readonly page: PageProvider }> {
	const made = await stillWorld(t, options);
	const { controller, agent, source, time, log } = made;
	const context = { ...log.context, registry: agent, source, clock: time.clock };
	return { ...made, page: pageProvider({ context, controller, version: '1' }) };
}

async function startedPage(t: TestContext, options?: WorldOptions): ReturnType<typeof stillPage> {
	const made = await stillPage(t, options);
	made.controller.start();
	await made.time.advance(1_000);
	return made;
}

const onlyContainer = async ({ overview }: PageProvider) => {
	const { containers } = await overview();
	assert.equal(containers.length, 1);
	const [first] = containers;
	assert.ok(first);
	return first;
};

suite('what the page is told of the daemon', () => {
	test('until the first pass has ended, that it is starting, and no alarm', async (t) => {
		const { page } = await stillPage(t, { containers: [web] });
		const { standing, failing, host, containers } = await page.overview();
		assert.deepEqual([standing, failing, containers], [{ state: 'starting', since: start }, [], []]);
		assert.deepEqual(host, { hostname: undefined, owner: undefined, version: '1', isDryRun: false });
	});

	test('a container with its service', async (t) => {
		const { page } = await startedPage(t, { containers: [web] });
		const { services, ...rest } = await onlyContainer(page);
		assert.deepEqual(rest, {
			...{ name: 'web', id: web.id, startedAt: Date.parse(web.startedAt), isRunning: true },
			...{ omitted: [], warnings: [] },
		});
		const [service] = services;
		assert.ok(service);
		const { id, address, port, state } = service;
		assert.deepEqual([id, address, port, state], ['u1:web:80', '192.0.2.10', 49_153, 'registered']);
		assert.equal((await page.overview()).host.owner, 'u1');
	});

	test('since when it stands as it does, though nobody looked when that changed', async (t) => {
		const { page, time, source } = await startedPage(t, { containers: [web] });
		const { standing } = await page.overview();
		assert.equal(standing.state, 'in-sync');
		assert.ok(standing.since >= start && standing.since < start + 500);
		const before = Date.now();
		source.start(container({ id: 'b'.repeat(64), name: 'rival', labels: { SERVICE_ID: 'u1:web:80' } }));
		await time.advance(20_000);
		const later = (await page.overview()).standing;
		assert.equal(later.state, 'out-of-sync');
		assert.ok(later.since <= before + 2_000, `${later.since - before} ms after the cause`);
	});

	test('how checks stand by what the agent says when it is asked, however often somebody looks', async (t) => {
		const checked = container({ labels: { SERVICE_CHECK_TCP: 'true' } });
		const { page, agent, time } = await startedPage(t, { containers: [checked] });
		let asked = 0;
		const checks = agent.checks.bind(agent);
		t.mock.method(agent, 'checks', (signal: AbortSignal) => {
			asked += 1;
			return checks(signal);
		});
		await time.advance(2_000);
		for (let look = 0; look < 5; look += 1) {
			const { services } = await onlyContainer(page);
			assert.deepEqual(
				services[0]?.checks.map(({ status }) => status),
				['critical'],
			);
		}
		assert.equal(asked, 1);
	});

	test('no secrets', async (t) => {
		const labels = { SERVICE_API_KEY: 'hidden-1', SERVICE_TAGS: 'auth=hidden-2', SERVICE_URL: 'http://u:hidden-3@x/' };
		const { page } = await startedPage(t, { containers: [container({ labels })] });
		assert.doesNotMatch(JSON.stringify(await page.overview()), /hidden/);
		assert.doesNotMatch(JSON.stringify(await page.story('web')), /hidden/);
	});

	test('that what the policy keeps is as wanted', async (t) => {
		const { page, source, time } = await startedPage(t, {
			containers: [web],
			settings: { policy: 'upsert-only' as const },
		});
		source.stop(web.id);
		await time.advance(1_000);
		const { services, isRunning } = await onlyContainer(page);
		assert.deepEqual([services[0]?.state, isRunning], ['kept', false]);
		assert.equal((await page.overview()).standing.state, 'in-sync');
	});

	test('one story by name, id, or the beginning of an id; a name goes before an id that begins like it', async (t) => {
		const named = container({ id: `abcd${'0'.repeat(60)}`, name: 'one' });
		const alike = container({ id: 'e'.repeat(64), name: 'abcd', ports: published(80, 49_154) });
		const { page } = await startedPage(t, { containers: [named, alike] });
		for (const [asked, name] of [
			['one', 'one'],
			[named.id, 'one'],
			['abcd0', 'one'],
			['abcd', 'abcd'],
		] as const) {
			const { container: found, history, explanation } = await page.story(asked);
			assert.equal(found?.name, name, asked);
			assert.equal(explanation?.container?.name, name, asked);
			assert.match(history.map(({ text }) => text).join('\n'), /registered u1:/);
		}
		const { container: none, trouble } = await page.story('ones');
		assert.deepEqual([none, trouble?.near.includes('one')], [undefined, true]);
	});
});
