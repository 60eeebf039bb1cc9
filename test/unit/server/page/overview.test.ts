import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { searchOf } from '../../../../src/server/page/containers.ts';
import type { PageModel, ServiceState, Standing } from '../../../../src/server/page/model.ts';
import { overview } from '../../../../src/server/page/overview.ts';
import { groups, serviceStates, standingOf } from '../../../../src/server/page/standing.ts';
import { anyContainer, anyPage, anyService } from '../../../support/pages.ts';

const shown = (model: PageModel, query = ''): string => overview(model, searchOf(new URLSearchParams(query))).text;
/** The names of the containers that are to be seen. */
const visible = (model: PageModel, query: string): readonly string[] =>
	[...shown(model, query).matchAll(/<li id="c:([^"]*)"[^>]*?( hidden)?>/g)].flatMap(([, name = '', hidden]) =>
		hidden === undefined ? [name] : [],
	);
const tagsIn = (page: string): readonly string[] => page.match(/<\/?[a-z0-9!]+/g) ?? [];

/** The same text in every place that holds other people's words. */
const filledWith = (text: string): PageModel =>
	anyPage({
		host: { hostname: `u1${text}`, owner: `o${text}`, version: text, isDryRun: true },
		failing: [{ name: 'consul', problem: text }],
		standing: { state: 'out-of-sync', since: 0 },
		containers: [
			anyContainer({
				name: text,
				services: serviceStates.map((state) =>
					anyService({
						...{ id: text, name: text, address: text, state, reason: text, maintenance: text },
						tags: [text],
						checks: [{ name: text, status: text, output: text }],
					}),
				),
				omitted: [{ port: text, reason: text, detail: text }],
				warnings: [text],
			}),
		],
	});

suite('the overview', () => {
	test('is the same for the same, whatever other pages were made meanwhile', () => {
		const first = shown(filledWith('x'));
		shown(anyPage());
		assert.equal(shown(filledWith('x')), first);
	});

	test('has the same elements whatever names, labels, reasons and outputs contain', () => {
		const expected = tagsIn(shown(filledWith('x')));
		const text = fc.oneof(
			fc.string({ minLength: 1 }),
			fc.constantFrom(
				'<script>alert(1)</script>',
				'"><img src=x onerror=alert(1)>',
				"' onclick='x",
				'</li>',
				'<!--',
				']]>',
			),
		);
		fc.assert(fc.property(text, (it) => assert.deepEqual(tagsIn(shown(filledWith(it))), expected)));
		fc.assert(
			fc.property(text, (it) =>
				assert.deepEqual(tagsIn(shown(filledWith('x'), String(new URLSearchParams({ q: it, show: it })))), expected),
			),
		);
	});

	test('loads nothing from elsewhere and runs nothing of its own text', () => {
		const page = shown(filledWith('x'));
		assert.doesNotMatch(page, /\s(?:style|on\w+)=|<style|javascript:|https?:/i);
		for (const [, source = ''] of page.matchAll(/\s(?:src|href|action)="([^"]*)"/g)) assert.match(source, /^[/#]/);
		assert.deepEqual(
			[...page.matchAll(/<script[^>]*>([^<]*)/g)].map(([, body]) => body),
			[''],
		);
	});

	test('says since when it stands as it does, and how fast it was', () => {
		const counts = [0, 50, 94, 99, 100, 100];
		const speed = anyPage().speed.map(({ seconds }, index) => ({ seconds, count: counts[index] ?? 0 }));
		const page = shown(anyPage({ speed }));
		assert.match(page, /<h1 id="headline">In sync<\/h1><p>for <time[^>]*>5 min<\/time>, since 10:00:00 UTC/);
		assert.match(page, /half within <b>10 ms<\/b>,\s+95 % within <b>1 s<\/b>/);
		assert.match(page, /100 registrations since the start, 99 % within 1 s/);
	});

	const standings: readonly [sentence: string, states: readonly ServiceState[], expected: Standing['state']][] = [
		['nothing to do is in sync', [], 'in-sync'],
		['what is registered, and what is kept by the policy, is as wanted', ['registered', 'kept'], 'in-sync'],
		['what is under way is not there yet', ['registered', 'pending', 'orphaned'], 'catching-up'],
		['one conflict is enough', ['registered', 'pending', 'conflict'], 'out-of-sync'],
		['a delete that is held is not what is wanted', ['held'], 'out-of-sync'],
	];
	for (const [sentence, states, expected] of standings)
		test(sentence, () => {
			assert.equal(standingOf([], new Set(states)), expected);
			assert.equal(standingOf([{ name: 'consul', problem: 'away' }], new Set(states)), 'out-of-sync');
		});

	test('puts the worst first, ten of a kind at most, and says how many more there are', () => {
		const containers = [
			...Array.from({ length: 12 }, (_, index) =>
				anyContainer({
					name: `p${index}`,
					services: [anyService({ id: `p${index}`, state: 'pending', reason: 'differs in tags' })],
				}),
			),
			anyContainer({ name: 'c', services: [anyService({ id: 'c', state: 'conflict', reason: 'its id is taken' })] }),
		];
		const page = shown(anyPage({ containers, standing: { state: 'out-of-sync', since: 0 } }));
		const attention = page.slice(page.indexOf('id="attention"'), page.indexOf('id="containers-title"'));
		assert.ok(attention.indexOf('Conflicts') < attention.indexOf('Drift'));
		assert.equal(attention.match(/differs in tags/g)?.length, 10);
		assert.match(attention, /and 2 more/);
	});
});

suite('the search', () => {
	const model = anyPage({
		containers: [
			anyContainer({ name: 'shop', services: [anyService({ name: 'web', tags: ['Blue'], port: 8080 })] }),
			anyContainer({
				name: 'inner',
				omitted: [{ port: '6379/tcp', reason: 'not-published', detail: 'not published' }],
			}),
			anyContainer({
				name: 'sick',
				services: [anyService({ checks: [{ name: 'HTTP', status: 'critical', output: '' }] })],
			}),
			anyContainer({ name: 'leaving', services: [anyService({ maintenance: 'reconsul: draining since …' })] }),
			anyContainer({ name: 'typo', services: [anyService()], warnings: ['SERVICE_NAEM is no label that is known'] }),
			anyContainer({ name: 'stuck', services: [anyService({ state: 'failed' })] }),
		],
	});
	const all = ['shop', 'inner', 'sick', 'leaving', 'typo', 'stuck'];
	const rows: readonly [query: string, names: readonly string[]][] = [
		['', all],
		['q=BLUE', ['shop']],
		['q=web+8080', ['shop']],
		['q=web+5432', []],
		['q=published', ['inner']],
		['q=%20%20', all],
		['show=unregistered', ['inner']],
		['show=unhealthy', ['sick']],
		['show=maintenance', ['leaving']],
		['show=warnings', ['typo']],
		['show=attention', ['stuck']],
		['q=shop&show=attention', []],
		['show=constructor', all],
	];
	for (const [query, names] of rows)
		test(`?${query} shows ${names.join(', ') || 'nothing'}`, () => assert.deepEqual(visible(model, query), names));

	test('offers every group, with how many there are, and keeps what was asked for', () => {
		const page = shown(model, 'q=sh%22op&show=unhealthy');
		for (const name of Object.keys(groups)) assert.match(page, new RegExp(`id="count-${name}"[^>]*>\\d+<`));
		assert.match(page, /value="sh&quot;op"/);
		assert.match(page, /value="unhealthy" id="show-unhealthy" checked/);
	});
});
