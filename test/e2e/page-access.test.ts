import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import type { PageModel, StoryModel } from '../../src/server/page/model.ts';
import { serviceStates } from '../../src/server/page/standing.ts';
import { flaws, openPage, row, startBrowser, textOf, visit } from '../support/browser.ts';
import { running, type TestServer } from '../support/http.ts';
import { anyContainer, anyExplanation, anyPage, anyService, anyStory } from '../support/pages.ts';

const browser = await startBrowser();
after(() => browser.close());

/** The page of what is given at the time; that of a daemon is in page.test.ts. */
const serving = (overview: () => PageModel, story: () => StoryModel = anyStory): Promise<TestServer> =>
	running({ providers: { page: { overview: async () => overview(), story: async () => story() } } });

const isWide = (page: Page): Promise<boolean> =>
	page.evaluate('document.documentElement.scrollWidth > document.documentElement.clientWidth');

const long = 'rather-long-for-a-phone-and-without-a-blank-in-it-anywhere';

/** Every state, tone and mark that there is. */
const everything = (): PageModel => {
	const statuses = ['passing', 'warning', 'critical', undefined];
	const services = serviceStates.map((state) =>
		anyService({
			...{ id: `u1:${long}:${state}`, name: long, state, reason: `because of ${long}`, tags: [long.repeat(3)] },
			checks: statuses.map((status) => ({ name: `${status}`, status, output: long })),
			maintenance: 'reconsul: its container is paused',
		}),
	);
	const omitted = [{ port: '80/tcp', reason: 'not-published', detail: `not published, ${long}` }];
	return anyPage({
		host: { hostname: 'u1', owner: long, version: '1', isDryRun: true },
		failing: [{ name: 'consul', problem: `connect ECONNREFUSED ${long}` }],
		containers: [anyContainer({ name: long, services, omitted, warnings: [long] }), anyContainer({ isRunning: false })],
	});
};

describe('the page for everybody', () => {
	for (const colorScheme of ['light', 'dark'] as const)
		test(`has no flaw that axe knows of in any state, ${colorScheme}, and fits a phone`, async () => {
			let model = everything();
			const history = (['good', 'warn', 'bad', undefined] as const).map((tone) => ({ at: 0, text: long, tone }));
			const told = (): StoryModel =>
				anyStory({ container: model.containers[0], explanation: anyExplanation(long), history });
			await using server = await serving(() => model, told);
			const options = { colorScheme, viewport: { width: 360, height: 740 }, reducedMotion: 'reduce' } as const;
			await using watched = await openPage(browser, server.url, options);
			const { page, oddities } = watched;
			for (const state of ['starting', 'in-sync', 'catching-up', 'out-of-sync'] as const) {
				model = { ...model, standing: { ...model.standing, state } };
				await visit(page, server.url);
				assert.deepEqual(await flaws(page), [], state);
				assert.equal(await isWide(page), false, state);
			}
			await visit(page, `${server.url}/container/any`);
			assert.deepEqual(await flaws(page), [], 'story');
			assert.equal(await isWide(page), false, 'story');
			assert.deepEqual(oddities, []);
		});

	test('can be used by keyboard alone', async () => {
		const containers = ['key', 'lock'].map((name) => anyContainer({ name, services: [anyService()] }));
		await using server = await serving(() => anyPage({ containers }));
		await using watched = await openPage(browser, server.url);
		const { page } = watched;
		const focused = (): Promise<string> =>
			page.evaluate('document.activeElement.id || document.activeElement.textContent');
		await page.locator('html.live').waitFor();
		await page.keyboard.press('Tab');
		assert.equal(await focused(), 'Skip to the content');
		await page.keyboard.press('Enter');
		assert.equal(await focused(), 'main');
		await page.keyboard.press('Tab');
		assert.equal(await focused(), 'q');
		await page.keyboard.press('Tab');
		assert.equal(await focused(), 'show-');
		await page.keyboard.press('ArrowRight');
		assert.equal(await focused(), 'show-attention');
		await page.keyboard.press('ArrowLeft');
		await page.keyboard.press('Tab');
		assert.equal(await focused(), 'a:key');
		await page.keyboard.press('/');
		await page.keyboard.type('lock');
		assert.deepEqual([await row(page, 'key').isVisible(), await row(page, 'lock').isVisible()], [false, true]);
		assert.equal(new URL(page.url()).search, '?q=lock');
		await page.keyboard.press('Tab');
		await page.keyboard.press('Tab');
		await page.keyboard.press('Enter');
		await page.waitForURL(`${server.url}/container/lock`);
		await page.goBack();
		await page.locator('html.live').waitFor();
		assert.equal(await page.locator('#q').inputValue(), 'lock');
		assert.deepEqual([await row(page, 'key').isVisible(), await row(page, 'lock').isVisible()], [false, true]);
	});
});

describe('the page of a large host', () => {
	const containers = Array.from({ length: 1_000 }, (_, index) => {
		const name = `app-${String(index).padStart(4, '0')}`;
		const services = [
			anyService({ id: `u1:${name}:80`, name: `app-${index % 40}`, port: 20_000 + index, tags: ['v1'] }),
		];
		return anyContainer({ name, services });
	});

	test('shows and filters a thousand services at once, and takes over one that changed alone', async () => {
		let model = anyPage({ containers });
		await using server = await serving(() => model);
		const began = performance.now();
		await using watched = await openPage(browser, server.url);
		const { page } = watched;
		await page.locator('html.live').waitFor();
		// A few hundred milliseconds on an idle machine; what is looked for is seconds.
		assert.ok(performance.now() - began < 8_000);
		assert.equal(await page.locator('#containers > li').count(), 1_000);
		const filterMs = await page.evaluate<number>(`(() => {
			const began = performance.now();
			q.value = 'app-0999';
			q.dispatchEvent(new Event('input', { bubbles: true }));
			document.body.getBoundingClientRect();
			return performance.now() - began;
		})()`);
		assert.ok(filterMs < 1_000, `${filterMs} ms`);
		assert.equal(await textOf(page.locator('#count')), '1 of 1000 containers');
		await page.locator('#q').fill('');
		await page.evaluate(`
			moved = 0;
			for (const item of containers.children) item.mark = true;
			new MutationObserver((list) => list.forEach((it) => (moved += it.addedNodes.length + it.removedNodes.length)))
				.observe(containers, { childList: true });
			document.getElementById('a:app-0700').focus();
		`);
		const changed = containers.map((it) => (it.name === 'app-0500' ? { ...it, warnings: ['changed'] } : it));
		model = anyPage({ containers: changed.slice(1) });
		// Somebody comes back to the page; it looks again as on an event of the daemon's.
		await page.evaluate('document.dispatchEvent(new Event("visibilitychange"))');
		await row(page, 'app-0500').getByText('changed').waitFor({ timeout: 20_000 });
		assert.equal(await page.evaluate('[...containers.children].filter((item) => item.mark).length'), 998);
		// One that is gone, one out and one in.
		assert.equal(await page.evaluate('moved'), 3);
		assert.equal(await page.evaluate('document.activeElement.id'), 'a:app-0700');
		assert.equal(await textOf(page.locator('#count')), '999 containers');
	});
});
