import { startStage } from '../e2e/stage.ts';
import { openPage, startBrowser } from '../support/browser.ts';

/** `node test/demo/picture.ts FILE`: the page on real containers, as README.md shows it. */

const isProbed = (command: string) => ['--health-cmd', command, '--health-interval', '1s', '--health-retries', '1'];
const app = 'registry.local:5000/team/app:1.2';

const containers: readonly (readonly [name: string, ...args: readonly string[]])[] = [
	[
		'api',
		'-p',
		'8080:8080',
		'-l',
		'SERVICE_NAME=api',
		'-l',
		'SERVICE_TAGS=v2,urlprefix-/api',
		...isProbed('true'),
		app,
	],
	['cache', '-p', '6379:6379', '-l', 'SERVICE_NAME=cache', 'redis'],
	['db', 'postgres:9.6'],
	['edge', '-p', '80:80', '-p', '443:443', '-l', 'SERVICE_80_NAME=edge', '-l', 'SERVICE_443_NAME=edge-tls', 'nginx'],
	['orders', '-p', '8081:8080', '-l', 'SERVICE_NAME=orders', '-l', 'SERVICE_TAGS=v7', ...isProbed('true'), app],
	['orders-canary', '-p', '8082:8080', '-l', 'SERVICE_NAME=orders', '-l', 'SERVICE_TAGS=v8', ...isProbed('false'), app],
	['search', '-p', '9200:8080', '-l', 'SERVICE_ID=search-1', '-l', 'SERVICE_NAME=search', app],
	['search-new', '-p', '9201:8080', '-l', 'SERVICE_ID=search-1', '-l', 'SERVICE_NAME=search', app],
	['worker', 'acme/worker'],
];

const width = 1_120;
const [, , file = ''] = process.argv;
await using stage = await startStage();
const daemon = await stage.start('-ip', '192.0.2.10', '--recommended');
for (const [name, ...args] of containers) await stage.run('--name', name, ...args);
const browser = await startBrowser();
await using watched = await openPage(browser, daemon.url, {
	viewport: { width, height: 600 },
	reducedMotion: 'reduce',
});
const { page } = watched;
await page.getByText('Docker HEALTHCHECK: critical').waitFor();
await page.getByText('Docker HEALTHCHECK: passing').nth(1).waitFor();
await page.locator('#attention').getByText('Conflicts').waitFor();
const footer = await page.locator('footer').boundingBox();
await page.screenshot({ path: file, fullPage: true, clip: { x: 0, y: 0, width, height: footer?.y ?? width } });
await browser.close();
