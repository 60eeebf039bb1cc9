import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { after, afterEach, describe, test } from 'node:test';
import type { Locator, Page } from 'playwright-core';
import { openPage, startBrowser, type WatchedPage } from '../support/browser.ts';
import { startDaemon } from '../support/daemon.ts';
import { running } from '../support/http.ts';
import { anyContainer, anyPage, anyService, anyStory } from '../support/pages.ts';
import { startStage } from './stage.ts';

const stage = await startStage();
after(() => stage[Symbol.asyncDispose]());
afterEach(async () => {
	await stage.clear();
	for (const id of await stage.ids())
		await stage.consul.request('PUT', `/v1/agent/service/deregister/${encodeURIComponent(id)}`);
});
const browser = await startBrowser();
after(() => browser.close());
const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe finds wrong, in short. */
async function flaws(page: Page): Promise<readonly string[]> {
	await page.evaluate(axe);
	return page.evaluate(
		'axe.run(document).then(({ violations }) => violations.map(({ id, nodes }) => id + ": " + nodes.map((it) => it.html)))',
	);
}

const row = (page: Page, name: string) => page.locator(`[id="c:${name}"]`);
/** As a reader sees it: without the line breaks of the source. */
const textOf = async (element: Locator): Promise<string> =>
	((await element.textContent()) ?? '').replace(/\s+/g, ' ').trim();
const headline = (page: Page) => page.locator('#headline');
const open = (url: string, options?: Parameters<typeof openPage>[2]): Promise<WatchedPage> =>
	openPage(browser, url, options);
const isWide = (page: Page): Promise<boolean> =>
	page.evaluate('document.documentElement.scrollWidth > document.documentElement.clientWidth');

describe('the page in a browser', () => {
	test('shows what is registered where, and what is not and why, and gets no more than it asks of us', async () => {
		await stage.run('--name', 'shop', '-p', '18080:80', '-l', 'SERVICE_NAME=web', '-l', 'SERVICE_TAGS=blue', 'nginx');
		await stage.run('--name', 'inner', 'redis');
		await using daemon = await stage.start('-ip', '192.0.2.10');
		await using watched = await open(daemon.url);
		const { page, oddities } = watched;
		await headline(page)
			.filter({ hasText: /^In sync$/ })
			.waitFor();
		const shop = await textOf(row(page, 'shop'));
		for (const word of ['registered', 'web', '192.0.2.10:18080', 'blue'])
			assert.ok(shop.includes(word), `${word}: ${shop}`);
		assert.match(await textOf(row(page, 'inner')), /not registered\s+6379\/tcp .*not published/);
		assert.match(await page.title(), /^In sync · u1 · reconsul$/);
		assert.deepEqual(oddities, []);
		await page.evaluate(
			`document.head.append(Object.assign(document.createElement('script'), { text: 'ran = true' }))`,
		);
		assert.equal(await page.evaluate('typeof ran'), 'undefined');
		assert.match(oddities.join(), /Content Security Policy/);
	});

	test('shows a container that is started while it is open, and what becomes of it, without a reload', async () => {
		await using daemon = await stage.start();
		await using watched = await open(daemon.url);
		const { page, oddities } = watched;
		await page.evaluate('document.body.dataset.mark = "same document"');
		await page.locator('#q').fill('late');
		const id = await stage.run('--name', 'late', '-P', 'redis');
		await row(page, 'late').getByText('registered', { exact: true }).waitFor();
		assert.equal(await textOf(page.locator('#count')), '1 container');
		await stage.engine.docker('rm', '-f', id);
		await row(page, 'late').waitFor({ state: 'detached' });
		assert.equal(await page.locator('#q').inputValue(), 'late');
		assert.equal(await page.evaluate('document.body.dataset.mark'), 'same document');
		assert.deepEqual(oddities, []);
	});

	test('puts what needs attention first, and says aloud when that changes', async () => {
		await stage.run('--name', 'first', '-P', '-l', 'SERVICE_ID=shared', 'redis');
		await using daemon = await stage.start();
		await using watched = await open(daemon.url);
		const { page } = watched;
		await headline(page)
			.filter({ hasText: /^In sync$/ })
			.waitFor();
		await stage.run('--name', 'second', '-P', '-l', 'SERVICE_ID=shared', 'redis');
		const attention = page.locator('#attention');
		await attention.getByRole('link', { name: 'second' }).waitFor();
		assert.match(await textOf(attention), /Conflicts\s+1\s+second: shared\s+its id is taken by container/);
		assert.equal(await textOf(page.locator('#announcement')), 'Not in sync, 1 problem');
		await stage.engine.docker('rm', '-f', 'first');
		await headline(page)
			.filter({ hasText: /^In sync$/ })
			.waitFor();
		assert.equal(await textOf(attention), '');
	});

	test('says so when the daemon does not answer any more, and goes on when it does', async () => {
		await using daemon = await stage.start();
		await using watched = await open(daemon.url);
		const { page } = watched;
		await page.getByText('live', { exact: true }).waitFor();
		await daemon.stop();
		await page.getByText('no answer, shown as it was').waitFor();
		const port = Number(new URL(daemon.url).port);
		await using _again = await startDaemon({ ...stage.target, port });
		await page.getByText('live', { exact: true }).waitFor({ timeout: 20_000 });
	});

	test("tells one container's story: why it is as it is, and what happened", async () => {
		await using daemon = await stage.start('-ip', '192.0.2.10');
		await stage.run('--name', 'teller', '-p', '18081:80', '-l', 'SERVICE_80_NAME=told', '--expose', '81', 'nginx');
		await using watched = await open(daemon.url);
		const { page, oddities } = watched;
		await row(page, 'teller').getByRole('link').click();
		await page.waitForURL(`${daemon.url}/container/teller`);
		const text = await textOf(page.locator('main'));
		for (const word of [
			/teller is in Consul as wanted/,
			/SERVICE_80_NAME/,
			/192\.0\.2\.10:18081/,
			/81\/tcp/,
			/registered u1:teller:80/,
		])
			assert.match(text, word);
		assert.deepEqual(oddities, []);
		const { status } = await fetch(`${daemon.url}/container/tellar`);
		assert.equal(status, 404);
		await page.goto(`${daemon.url}/container/tellar`);
		await page.getByRole('link', { name: 'teller' }).waitFor();
	});
});

describe('labels on the page', () => {
	test('are text, whatever they contain: no element, no script, no request', async () => {
		const hostile = [
			'<img src=http://192.0.2.99/x onerror=alert(1)>',
			'"><script>alert(2)</script>',
			"' onfocus='alert(3)' autofocus='",
			'</li></ul><iframe src=javascript:alert(4)>',
			'<svg/onload=alert(5)>',
			'&lt;b&gt;{{7*7}}',
			'\u202eevil\u0007',
		];
		const labels = hostile.flatMap((text, index) => [
			'-l',
			`SERVICE_${80 + index}_NAME=${text}`,
			'-l',
			`SERVICE_${80 + index}_TAGS=${text}`,
		]);
		const ports = hostile.flatMap((_, index) => ['-p', `${18_200 + index}:${80 + index}`]);
		await stage.run(
			'--name',
			'hostile',
			...labels,
			...ports,
			'-l',
			`SERVICE_NOTE=${hostile[0]}`,
			'-l',
			'SERVICE_<b>bold</b>=x',
			'busybox',
			'sleep',
			'600',
		);
		await using daemon = await stage.start();
		await using watched = await open(daemon.url);
		const { page, oddities } = watched;
		await row(page, 'hostile').waitFor();
		for (const path of [
			'/',
			'/container/hostile',
			`/container/${encodeURIComponent('<img src=x onerror=alert(6)>')}`,
			`/?q=${encodeURIComponent('"><script>alert(7)</script>')}`,
		]) {
			await page.goto(daemon.url + path);
			await page.locator('html.live').waitFor();
			assert.equal(
				await page.locator('main :is(iframe, script, b b, svg[onload], [onerror], [onfocus], [autofocus])').count(),
				0,
				path,
			);
			assert.equal(await page.locator('main img').count(), 0, path);
			assert.deepEqual(
				oddities.filter((it) => !it.includes('404')),
				[],
				path,
			);
		}
		await page.goto(`${daemon.url}/container/hostile`);
		const shown = await textOf(page.locator('main'));
		for (const text of hostile.slice(0, 6)) assert.ok(shown.includes(text), text);
		assert.ok(!shown.includes('\u202e'));
	});
});

describe('the page without a script', () => {
	test('can be read, searched and followed', async () => {
		await stage.run('--name', 'plain', '-P', 'redis');
		await stage.run('--name', 'other', '-P', 'redis');
		await using daemon = await stage.start();
		await using watched = await open(daemon.url, { javaScriptEnabled: false });
		const { page } = watched;
		assert.match(await textOf(headline(page)), /sync/i);
		await page.locator('#q').fill('plain');
		await page.getByRole('button', { name: 'Apply' }).click();
		assert.equal(new URL(page.url()).searchParams.get('q'), 'plain');
		assert.deepEqual([await row(page, 'plain').isVisible(), await row(page, 'other').isVisible()], [true, false]);
		await row(page, 'plain').getByRole('link').click();
		assert.equal(await textOf(headline(page)), 'plain');
	});
});

describe('the page for everybody', () => {
	test('has no flaw that axe knows of, light and dark, and fits a phone', async () => {
		await stage.run(
			'--name',
			'a-name-that-is-rather-long-for-a-phone-and-has-no-blank-in-it-anywhere',
			'-P',
			'-l',
			'SERVICE_ID=taken',
			'-l',
			`SERVICE_TAGS=${'long'.repeat(40)}`,
			'redis',
		);
		await stage.run('--name', 'rival', '-P', '-l', 'SERVICE_ID=taken', 'redis');
		await stage.run('--name', 'alone', 'redis');
		await using daemon = await stage.start('-ip', '192.0.2.10');
		for (const colorScheme of ['light', 'dark'] as const) {
			await using watched = await open(daemon.url, {
				colorScheme,
				viewport: { width: 360, height: 740 },
				reducedMotion: 'reduce',
			});
			const { page } = watched;
			await page.locator('#attention').getByText('Conflicts').waitFor();
			assert.deepEqual(await flaws(page), [], colorScheme);
			assert.equal(await isWide(page), false);
			await page.goto(`${daemon.url}/container/rival`);
			await page.locator('html.live').waitFor();
			assert.deepEqual(await flaws(page), [], `${colorScheme}, story`);
			assert.equal(await isWide(page), false);
		}
	});

	test('can be used by keyboard alone', async () => {
		await stage.run('--name', 'key', '-P', 'redis');
		await stage.run('--name', 'lock', '-P', 'redis');
		await using daemon = await stage.start();
		await using watched = await open(daemon.url);
		const { page } = watched;
		const focused = (): Promise<string> =>
			page.evaluate('document.activeElement.id || document.activeElement.textContent');
		await row(page, 'key').getByText('registered', { exact: true }).waitFor();
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
		await page.waitForURL(`${daemon.url}/container/lock`);
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
		await using server = await running({
			providers: { page: { overview: async () => model, story: async () => anyStory() } },
		});
		const began = performance.now();
		await using watched = await open(server.url);
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
		await page.evaluate('for (const item of document.querySelectorAll("#containers > li")) item.mark = true');
		const changed = containers.map((it) => (it.name === 'app-0500' ? { ...it, warnings: ['changed'] } : it));
		model = anyPage({ containers: changed.slice(1) });
		// Somebody comes back to the page; it looks again as on an event of the daemon's.
		await page.evaluate('document.dispatchEvent(new Event("visibilitychange"))');
		await row(page, 'app-0500').getByText('changed').waitFor({ timeout: 20_000 });
		const marked = '[...document.querySelectorAll("#containers > li")].filter((item) => item.mark).length';
		assert.equal(await page.evaluate(marked), 998);
		assert.equal(await textOf(page.locator('#count')), '999 containers');
	});
});
