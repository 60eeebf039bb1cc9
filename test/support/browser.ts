import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

/** The page of a Chromium, and what it did that it should not have. */
export interface WatchedPage extends AsyncDisposable {
	readonly page: Page;
	/** Requests to another origin than the first one's, dialogs, messages on the console (refusals by the policy among them), and errors. */
	readonly oddities: readonly string[];
}

/** Debian's headless Chromium, from PATH as the lab has it. Root has no sandbox there. */
export const startBrowser = (): Promise<Browser> =>
	chromium.launch({
		executablePath: onPath('chromium-headless-shell'),
		args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
	});

function onPath(name: string): string {
	const found = (process.env['PATH'] ?? '').split(delimiter).find((folder) => existsSync(join(folder, name)));
	if (found === undefined) throw new Error(`${name} is not on PATH: test/lab/lab up ${name} fetches it`);
	return join(found, name);
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
		.on('console', (message) => oddities.push(`console: ${message.text()}`))
		.on('pageerror', (error) => oddities.push(`error: ${error.message}`));
	await page.goto(url);
	return { page, oddities, [Symbol.asyncDispose]: () => context.close() };
}
