import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import fc from 'fast-check';
import type { ServiceInstance } from '../../../src/model.ts';
import { compare } from '../../../src/plan/compare.ts';
import { checksWithout, type Refusal } from '../../../src/plan/refusals.ts';
import { consulRegistry } from '../../../src/registry/consul/registry.ts';
import { RegistryError } from '../../../src/registry/registry.ts';
import { anyLabels } from '../../support/any-labels.ts';
import { eventually } from '../../support/lab.ts';
import { stamp } from '../../support/samples.ts';
import { derivedFrom, twoPorts } from '../../unit/derive/derivations.ts';
import { type ConsulAgent, startAgent } from './consul-agent.ts';
import { heartbeat } from './suite-words.ts';

const soon = (): AbortSignal => AbortSignal.timeout(15_000);
const noScripts: Refusal = 'scripts';

suite('what labels ask for, at an agent of 1.8', () => {
	let agent: ConsulAgent;
	let registry: ReturnType<typeof consulRegistry>;
	before(async () => {
		agent = await startAgent();
		registry = consulRegistry({ host: agent.host, port: agent.port });
	});
	after(() => agent[Symbol.asyncDispose]());

	const statusOf = async (service: string): Promise<string> => {
		const { text } = await agent.ask('GET', `/v1/agent/health/service/id/${encodeURIComponent(service)}`);
		return (JSON.parse(text) as { AggregatedStatus: string }).AggregatedStatus;
	};
	const isSoon = (service: string, status: string): Promise<true> =>
		eventually(`${service} is ${status}`, async () => (await statusOf(service)) === status);

	/** As the daemon does: without what the agent refuses. */
	async function register(service: ServiceInstance): Promise<void> {
		const refusals = new Set<Refusal>();
		for (;;) {
			try {
				return await registry.register({ ...service, checks: checksWithout(service.checks, refusals) }, stamp, soon());
			} catch (error) {
				assert.ok(error instanceof RegistryError);
				const refusal = error.class === 'scripts-disabled' ? noScripts : error.field;
				if (refusal === undefined || refusals.has(refusal)) throw error;
				refusals.add(refusal);
			}
		}
	}

	test('whatever the labels, the service is taken, and nothing is left to write', async () => {
		await fc.assert(
			fc.asyncProperty(anyLabels, async (labels) => {
				// Checks run in the agent for as long as the test takes; nobody is at these addresses.
				for (const service of derivedFrom(labels, twoPorts).services) {
					await register(service);
					const found = await registry.get(service.id, soon());
					assert.deepEqual(found === undefined ? 'absent' : compare(service, stamp, found), []);
					await registry.deregister(service.id, soon());
				}
			}),
			{ numRuns: 60 },
		);
	});

	test('an alias has the health of the first at once, maintenance included', async () => {
		const labels = { 'reconsul.aliases': 'www', 'reconsul.check.alive.ttl': '600s' };
		const { services } = derivedFrom(labels);
		// The alias first: the daemon writes both at the same time.
		for (const service of services.toReversed()) await register(service);
		const [main, alias] = services.map(({ id }) => id) as [string, string];
		await isSoon(alias, 'critical');
		await heartbeat(registry, `reconsul:${main}:alive`);
		await isSoon(alias, 'passing');
		await agent.ask('PUT', `/v1/agent/service/maintenance/${encodeURIComponent(main)}?enable=true`);
		await isSoon(alias, 'critical');
		await agent.ask('PUT', `/v1/agent/service/maintenance/${encodeURIComponent(main)}?enable=false`);
		await isSoon(alias, 'passing');
	});

	test('an alias of a service without checks passes', async () => {
		const { services } = derivedFrom({ 'reconsul.aliases': 'www' }, { name: 'plain' });
		for (const service of services.toReversed()) await register(service);
		await isSoon('u1:plain:80:alias:www', 'passing');
	});
});
