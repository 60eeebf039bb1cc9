import assert from 'node:assert/strict';
import { after, afterEach, describe, test } from 'node:test';
import { headline, openPage, row, startBrowser, textOf, visit, type WatchedPage } from '../support/browser.ts';
import { startDaemon } from '../support/daemon.ts';
import { idle, startStage } from './stage.ts';

const stage = await startStage();
after(() => stage[Symbol.asyncDispose]());
afterEach(async () => {
	await stage.clear();
	for (const id of await stage.ids())
		await stage.consul.request('PUT', `/v1/agent/service/deregister/${encodeURIComponent(id)}`);
});
const browser = await startBrowser();
after(() => browser.close());
const open = (url: string, options?: Parameters<typeof openPage>[2]): Promise<WatchedPage> =>
	openPage(browser, url, options);

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

	test('shows who gets no traffic at the moment: paused, or unhealthy', async () => {
		await stage.run('--name', 'napping', '-P', '--health-cmd', 'test -e /well', '--health-interval', '1s', 'redis');
		await using daemon = await stage.start('--recommended');
		await using watched = await open(daemon.url);
		const napping = row(watched.page, 'napping');
		await napping.getByText('Docker HEALTHCHECK: critical').waitFor();
		await stage.engine.docker('exec', 'napping', 'touch', '/well');
		await napping.getByText('Docker HEALTHCHECK: passing').waitFor();
		await stage.engine.docker('pause', 'napping');
		await napping.getByText('paused', { exact: true }).waitFor();
		await stage.engine.docker('unpause', 'napping');
		await napping.getByText('paused', { exact: true }).waitFor({ state: 'detached' });
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
		await visit(page, `${daemon.url}/container/tellar`);
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
			await visit(page, daemon.url + path);
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
		await visit(page, `${daemon.url}/container/hostile`);
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
		// What is shown without a script stays as it was.
		await idle(daemon);
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
