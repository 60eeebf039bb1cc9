import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { container } from './containers.ts';
import { type World, world } from './world.ts';

const minutes = (n: number): number => n * 60_000;
const checks = ({ agent }: World): readonly string[] => agent.snapshot().checks.map(({ id }) => id);

suite('an agent that is too old for some checks', () => {
	const modern = container({
		labels: {
			'reconsul.check.h2.h2ping': 'true',
			'reconsul.check.web.http': '/',
			'reconsul.check.web.disable_redirects': 'true',
			'reconsul.check.script.args': 'true',
		},
	});
	const old = { containers: [modern], agent: { lacks: ['H2PING', 'DisableRedirects'] } };

	test('gets the service without them, with one warning', async (t) => {
		const made = await world(t, old);
		assert.deepEqual([made.registered().length, checks(made)], [1, ['reconsul:u1:web:80:web']]);
		await made.time.advance(minutes(9), 250);
		assert.equal(made.writes.length, 4);
		assert.deepEqual(made.log.said('warn'), [
			'its check "h2" is left out: this Consul agent does not know h2ping, which Consul 1.10 has; ' +
				'its check "web" goes without disable_redirects: this Consul agent does not know it, Consul 1.13 does; ' +
				'its script check is left out: this Consul agent forbids them (set enable_script_checks there)',
		]);
	});

	test('is asked again every ten minutes, and neither written to nor told of', async (t) => {
		const made = await world(t, old);
		const before = made.agent.snapshot();
		await made.time.advance(minutes(31), 250);
		assert.deepEqual(made.agent.snapshot(), before);
		assert.equal(made.log.said('warn', 'error').length, 1);
	});

	test('gets what it knows now, even if something else is still refused', async (t) => {
		const made = await world(t, { ...old, agent: { lacks: ['H2PING', 'DisableRedirects'], scripts: true } });
		made.trouble.forbidsScripts = true;
		await made.agent.deregister('u1:web:80', AbortSignal.timeout(5_000));
		await made.time.advance(5_000);
		assert.deepEqual(checks(made), ['reconsul:u1:web:80:web']);
		made.trouble.forbidsScripts = false;
		await made.time.advance(minutes(11), 250);
		assert.deepEqual(checks(made), ['reconsul:u1:web:80:script', 'reconsul:u1:web:80:web']);
	});
});
