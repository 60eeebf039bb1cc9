import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';
import {
	type Browser,
	type BrowserContextOptions,
	chromium,
	type Locator,
	type Page,
	type Request,
} from 'playwright-core';

/** The page of a Chromium, and what it did that it should not have. */
export interface WatchedPage extends AsyncDisposable {
	readonly page: Page;
	/** Requests to another origin than the first one's, dialogs, messages on the console (refusals by the policy among them), and errors. */
	readonly oddities: readonly string[];
}

/** A Chromium from PATH, as the lab has it. Root has no sandbox there. */
export const startBrowser = (): Promise<Browser> =>
	chromium.launch({
		executablePath: program(),
		args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
	});

/** Debian's package first, as in test/lab/packages.sh. */
const names = ['chromium-headless-shell', 'chromium', 'google-chrome'];

function program(): string {
	const folders = (process.env['PATH'] ?? '').split(delimiter);
	const found = names.flatMap((name) => folders.map((folder) => join(folder, name))).find((path) => existsSync(path));
	if (found === undefined) throw new Error(`none of ${names.join(', ')} is on PATH: test/lab/lab up ${names[0]}`);
	return found;
}

export async function openPage(
	browser: Browser,
	url: string,
	options: BrowserContextOptions = {},
): Promise<WatchedPage> {
	const context = await browser.newContext({ viewport: { width: 1_200, height: 800 }, ...options });
	const page = await context.newPage();
	page.setDefaultTimeout(10_000);
	const oddities: string[] = [];
	const { origin } = new URL(url);
	page
		.on('request', (request) => {
			if (new URL(request.url()).origin !== origin) oddities.push(`request to ${request.url()}`);
		})
		.on('dialog', (dialog) => {
			oddities.push(`dialog ${dialog.message()}`);
			void dialog.dismiss();
		})
		.on('console', (message) => {
			if (!message.text().includes(networkChanged)) oddities.push(`console: ${message.text()}`);
		})
		.on('pageerror', (error) => oddities.push(`error: ${error.message}`));
	await visit(page, url);
	return { page, oddities, [Symbol.asyncDispose]: () => context.close() };
}

/** Chromium gives up what it loads when an interface comes or goes, as those of containers that start beside it do. */
const networkChanged = 'net::ERR_NETWORK_CHANGED';

/** Goes there, and again where the network changed meanwhile. */
export async function visit(page: Page, url: string): Promise<void> {
	let isSpoiled = true;
	const note = (request: Request): void => {
		if (request.failure()?.errorText === networkChanged) isSpoiled = true;
	};
	page.on('requestfailed', note);
	for (let time = 0; time < 10 && isSpoiled; time += 1) {
		isSpoiled = false;
		await page.goto(url).catch((error: Error) => {
			if (!error.message.includes(networkChanged)) throw error;
			isSpoiled = true;
		});
	}
	page.off('requestfailed', note);
}

export const headline = (page: Page): Locator => page.locator('#headline');
/** A container's line on the overview. */
export const row = (page: Page, name: string): Locator => page.locator(`[id="c:${name}"]`);

/** As a reader sees it: without the line breaks of the source. */
export const textOf = async (element: Locator): Promise<string> =>
	((await element.textContent()) ?? '').replace(/\s+/g, ' ').trim();

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe finds wrong with it, in short. */
export async function flaws(page: Page): Promise<readonly string[]> {
	await page.evaluate(axe);
	return page.evaluate(
		'axe.run(document).then(({ violations }) => violations.map(({ id, nodes }) => id + ": " + nodes.map((it) => it.html)))',
	);
}
