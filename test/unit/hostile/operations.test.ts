import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { flappingReason, holdReasons, meddlings } from '../../../src/controller/views.ts';
import { metricTable } from '../../../src/metrics/table.ts';

const read = (path: string): string => readFileSync(join(import.meta.dirname, '..', '..', '..', path), 'utf8');

suite('docs/operations.md', () => {
	const document = read('docs/operations.md');

	test('says what to do about every figure that there is an alert for', () => {
		const rules = ['alerts', 'objective'].map((name) => read(`deploy/prometheus/${name}.yml`)).join('\n');
		const alerting = Object.keys(metricTable).filter((name) => rules.includes(name));
		assert.ok(alerting.length > 5);
		for (const name of alerting) assert.ok(document.includes(name), name);
	});

	test('names no figure that there is not', () => {
		for (const [name] of document.matchAll(/\b(?:reconsul|workqueue)_[a-z_]+/g)) assert.ok(name in metricTable, name);
	});

	test('says why deletes are held, each reason', () => {
		for (const reason of Object.keys(holdReasons)) assert.ok(document.includes(`| \`${reason}\` |`), reason);
	});

	test('quotes the log as it is', () => {
		const sources = [
			'controller/controller',
			'controller/passes',
			'controller/reconcile-queue',
			'controller/error-reports',
			'daemon/daemon',
			'server/listen',
		];
		const code = [...sources.map((name) => read(`src/${name}.ts`)), flappingReason, ...Object.values(meddlings)].join(
			'\n',
		);
		const quoted = [
			'listening to Docker',
			'the event stream missed something; opening it again',
			'a run of the queue failed in a way it should not',
			'more than half of the services would go at once; held until a second look confirms it',
			'tried again when its container changes, or after 10 minutes',
			'Consul answers again',
			'full passes succeed again',
			'everything is in line',
			'stopped; not everything that was begun could be finished',
			'its container keeps ending by itself',
		];
		for (const line of quoted) {
			assert.ok(document.includes(line), `the document lacks: ${line}`);
			assert.ok(code.includes(line), `the code no longer says: ${line}`);
		}
	});
});
