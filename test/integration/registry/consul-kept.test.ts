import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { maintenanceId } from '../../../src/maintenance.ts';
import type { CheckReport, CheckState } from '../../../src/model.ts';
import { consulRegistry } from '../../../src/registry/consul/registry.ts';
import type { Registry } from '../../../src/registry/registry.ts';
import { type ConsulProcess, eventually, startConsul } from '../../support/lab.ts';
import { service, stamp, ttlCheck } from '../../support/samples.ts';
import { soon } from './suite-words.ts';

const told = 'u1:told:80';
const untold = 'u1:untold:80';
const never = '876000h';
const sick: CheckReport = { status: 'warning', output: 'so so' };
const reason = 'reconsul: its container is paused';
const checkOf = (id: string): string => `reconsul:${id}:docker-health`;

let consul: ConsulProcess;
let registry: Registry;
before(async () => {
	consul = await startConsul({ isKept: true });
	registry = consulRegistry({ host: consul.host, port: consul.port });
});
after(() => consul[Symbol.asyncDispose]());

const states = async (id: string): Promise<Readonly<Record<string, CheckState>>> =>
	Object.fromEntries((await registry.checks(soon(), id)).get(id) ?? []);

for (const end of ['stop', 'kill'] as const)
	test(`an agent with its data on disk knows reports and maintenance after its restart: ${end}`, async () => {
		for (const id of [told, untold])
			await registry.register(
				service({ id, checks: [ttlCheck(checkOf(id), { ttl: never, report: sick })] }),
				stamp,
				soon(),
			);
		await registry.report(checkOf(told), sick, soon());
		await registry.maintain(told, reason, soon());
		const before = await states(told);
		await consul[end]();
		await consul.restart();
		await eventually('it has its services', async () => (await registry.get(untold, soon())) !== undefined);
		assert.deepEqual(await states(told), before);
		assert.deepEqual(before, {
			[checkOf(told)]: { ...sick, notes: '' },
			[maintenanceId(told)]: { status: 'critical', output: '', notes: reason },
		});
		// Why what a service begins with is reported too: nobody else would remember it.
		assert.deepEqual(await states(untold), { [checkOf(untold)]: { status: 'critical', output: '', notes: '' } });
		for (const id of [told, untold]) await registry.deregister(id, soon());
	});
