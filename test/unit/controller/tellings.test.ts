import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { RegistryError } from '../../../src/registry/registry.ts';
import { container, published } from './containers.ts';
import { stillWorld, unreachable, world } from './world.ts';

const web = container({});

suite('what the log is told', () => {
	test('each write, with the container, its id and the causes', async (t) => {
		const { log, source, time } = await world(t);
		log.lines.length = 0;
		source.start(web);
		await time.settled();
		source.update(web.id, 'rename', { labels: { SERVICE_TAGS: 'a' }, ports: published(80, 50_000) });
		await time.settled();
		source.stop(web.id);
		await time.settled();
		const fields = { container: 'web', key: 'a00000000000' };
		assert.deepEqual(log.lines, [
			{ level: 'info', message: 'registered u1:web:80', fields: { ...fields, because: ['missing'] } },
			{
				level: 'info',
				message: 'registered u1:web:80',
				fields: { ...fields, because: ['port', 'tags', 'spec'] },
			},
			{ level: 'info', message: 'deregistered u1:web:80', fields: { ...fields, because: ['orphaned'] } },
		]);
	});

	test('nothing about passes and events that change nothing', async (t) => {
		const { log, source, time } = await world(t, { containers: [web] });
		log.lines.length = 0;
		source.update(web.id, 'health_status', {});
		source.update(web.id, 'pause', {});
		await time.advance(120_000);
		assert.deepEqual(log.lines, []);
	});

	test('a lost event stream, and that it is open again', async (t) => {
		const { log, source, time } = await world(t);
		log.lines.length = 0;
		source.disconnect('error');
		source.connect();
		await time.settled();
		assert.deepEqual(
			log.lines.map(({ level, message }) => [level, message]),
			[
				['warn', "lost Docker's events: the event stream was cut"],
				['info', 'listening to Docker'],
			],
		);
		assert.equal(log.metrics.count('reconsul_source_reconnects_total', { cause: 'error' }), 1);
	});

	test('of a dry run, what would have been done', async (t) => {
		const made = await stillWorld(t, { containers: [web], settings: { isDryRun: true } });
		await made.controller.once();
		assert.deepEqual(made.log.said('info'), ['would have registered u1:web:80']);
		assert.equal(made.log.metrics.count('reconsul_operations_total', { kind: 'register', result: 'dry_run' }), 1);
	});

	test('nothing more of what is given up while it is stopped', async (t) => {
		const giveUp = new AbortController();
		const made = await stillWorld(t, { containers: [web], signal: giveUp.signal });
		const gate = Promise.withResolvers<void>();
		made.trouble.writing = gate.promise;
		made.controller.start();
		await made.time.settled();
		const stopping = made.controller.stop();
		giveUp.abort(new Error('reconsul is being stopped'));
		gate.reject(giveUp.signal.reason);
		await stopping;
		assert.deepEqual(made.log.said('warn', 'error'), []);
	});
});

suite('what is counted', () => {
	test('writes by kind and result, and the fields that differed', async (t) => {
		const { log, source, time, trouble } = await world(t, { containers: [web] });
		trouble.writes.set('u1:shop:80', unreachable);
		source.rename(web.id, 'shop');
		await time.settled();
		const { metrics } = log;
		assert.equal(metrics.count('reconsul_operations_total', { kind: 'register', result: 'ok' }), 1);
		assert.equal(metrics.count('reconsul_operations_total', { kind: 'register', result: 'error' }), 1);
		assert.equal(metrics.count('reconsul_operations_total'), 2);
		assert.equal(metrics.count('reconsul_drift_total', { field: 'missing' }), 1);
	});

	test('how runs ended', async (t) => {
		const { log, source, time, trouble } = await world(t, { containers: [web] });
		const results = () =>
			(['success', 'error', 'permanent', 'requeue_after'] as const).map((result) =>
				log.metrics.count('reconsul_reconcile_total', { result }),
			);
		assert.deepEqual(results(), [1, 0, 0, 0]);
		trouble.writes.set('u1:a:80', new RegistryError('unavailable', 'no'));
		source.rename(web.id, 'a');
		await time.settled();
		assert.deepEqual(results(), [1, 1, 0, 0]);
		trouble.writes.set('u1:b:80', new RegistryError('invalid', 'no'));
		source.rename(web.id, 'b');
		await time.settled();
		assert.deepEqual(results(), [1, 1, 1, 0]);
		source.stop(web.id);
		source.start({ id: web.id, ports: {}, startedAt: new Date().toISOString() });
		await time.settled();
		assert.deepEqual(results(), [1, 1, 1, 1]);
	});

	test('how long it took from the event to the write', async (t) => {
		const { log, source, time, trouble } = await world(t);
		source.start(web);
		await time.settled();
		assert.deepEqual(log.metrics.seconds('reconsul_convergence_seconds'), [0]);
		trouble.all = unreachable;
		source.stop(web.id);
		await time.advance(700);
		trouble.all = undefined;
		await time.advance(5_000);
		const [, seconds = 0] = log.metrics.seconds('reconsul_convergence_seconds');
		assert.ok(seconds >= 0.8 && seconds <= 1.3, `${seconds} s: from the end, over one failed attempt`);
	});

	test('not how long, of what no event told', async (t) => {
		const { log } = await world(t, { containers: [web] });
		assert.deepEqual(log.metrics.seconds('reconsul_convergence_seconds'), []);
	});

	test('passes by cause and outcome', async (t) => {
		const { log, source, time } = await world(t, { containers: [web] });
		const { metrics } = log;
		assert.equal(metrics.count('reconsul_resync_total', { trigger: 'start', result: 'drift' }), 1);
		assert.equal(metrics.count('reconsul_resync_total', { trigger: 'connected', result: 'clean' }), 1);
		await time.advance(34_000);
		assert.equal(metrics.count('reconsul_resync_total', { trigger: 'tick', result: 'clean' }), 1);
		source.fail(undefined);
		assert.equal(metrics.count('reconsul_resync_total', { result: 'error' }), 0);
	});
});
