import assert from 'node:assert/strict';
import { test } from 'node:test';
import { maintenanceId } from '../../../src/maintenance.ts';
import type { CheckReport, CheckState } from '../../../src/model.ts';
import { service, tcpCheck, ttlCheck } from '../../support/samples.ts';
import { type Bench, type RegisterAll, refused, soon } from './suite-words.ts';

const id = 'u1:web:80';
const health = `reconsul:${id}:docker-health`;
const maintenance = maintenanceId(id);
const odd = 'u1:a/b?c#d%2Fé &:80:udp';
const reason = 'reconsul: draining, 100 % é & ?';
const well: CheckReport = { status: 'passing', output: 'well' };

type Look = (serviceId: string, checkId: string) => Promise<CheckState | undefined>;

/** What a registry promises of what is said of services beside their registration. */
export function upkeepTests(bench: () => Bench, registerAll: RegisterAll): void {
	const look: Look = async (serviceId, checkId) => {
		const found = (await bench().registry.checks(soon(), serviceId)).get(serviceId)?.get(checkId);
		return found && { status: found.status, output: found.output, notes: found.notes };
	};
	reportTests(bench, registerAll, look);
	maintenanceTests(bench, registerAll, look);
}

function reportTests(bench: () => Bench, registerAll: RegisterAll, look: Look): void {
	test('a service that is new begins with the status of its report, and without its output', async () => {
		await registerAll(service({ checks: [ttlCheck(health, { report: { status: 'warning', output: 'so so' } })] }));
		assert.deepEqual(await look(id, health), { status: 'warning', output: '', notes: '' });
	});
	for (const status of ['passing', 'warning', 'critical'] as const)
		test(`a report of ${status} is what the check says, with its output`, async () => {
			await registerAll(service({ checks: [ttlCheck(health)] }));
			await bench().registry.report(health, { status, output: 'é "x"\n%' }, soon());
			assert.deepEqual(await look(id, health), { status, output: 'é "x"\n%', notes: '' });
		});
	test('an output of 4096 bytes is kept as it is', async () => {
		const report: CheckReport = { status: 'critical', output: 'é'.repeat(2_048) };
		await registerAll(service({ checks: [ttlCheck(health)] }));
		await bench().registry.report(health, report, soon());
		assert.deepEqual(await look(id, health), { ...report, notes: '' });
	});
	test('a report keeps over a write of the service, whatever that reports', async () => {
		const others = [tcpCheck(`service:${id}`, { status: 'passing' })];
		await registerAll(service({ checks: [ttlCheck(health), ...others] }));
		await bench().registry.report(health, well, soon());
		const report: CheckReport = { status: 'critical', output: 'sick' };
		await registerAll(service({ port: 81, checks: [ttlCheck(health, { report }), ...others] }));
		assert.deepEqual(await look(id, health), { ...well, notes: '' });
	});
	test('a report on a check that is not there, or that the agent runs itself, is invalid', async () => {
		await assert.rejects(bench().registry.report(health, well, soon()), refused('invalid'));
		await registerAll(service({ checks: [tcpCheck(health)] }));
		await assert.rejects(bench().registry.report(health, well, soon()), refused('invalid'));
		assert.equal((await look(id, health))?.status, 'critical');
	});
	test('a check with an id that a URL would take apart can be reported', async () => {
		const check = `reconsul:${odd}:docker-health`;
		await registerAll(service({ id: odd, checks: [ttlCheck(check)] }));
		await bench().registry.report(check, well, soon());
		assert.deepEqual(await look(odd, check), { ...well, notes: '' });
	});
	test('a report that was given up before is not made', async () => {
		await registerAll(service({ checks: [ttlCheck(health)] }));
		const why = new Error('shutting down');
		await assert.rejects(bench().registry.report(health, well, AbortSignal.abort(why)), why);
		assert.equal((await look(id, health))?.status, 'critical');
	});
}

function maintenanceTests(bench: () => Bench, registerAll: RegisterAll, look: Look): void {
	const ordered = { status: 'critical', output: '', notes: reason };

	test('maintenance is one more check, with the reason for its notes; its end takes that and nothing else', async () => {
		await registerAll(service({ checks: [ttlCheck(health)] }), service({ id: 'u1:web:81' }));
		await bench().registry.report(health, well, soon());
		await bench().registry.maintain(id, reason, soon());
		assert.deepEqual([await look(id, maintenance), (await look(id, health))?.status], [ordered, 'passing']);
		assert.equal(await look('u1:web:81', maintenanceId('u1:web:81')), undefined);
		await bench().registry.maintain(id, undefined, soon());
		assert.deepEqual([await look(id, maintenance), (await look(id, health))?.status], [undefined, 'passing']);
	});
	test('an order for a service that is in maintenance changes nothing, whoever ordered that', async () => {
		await registerAll(service());
		await bench().registry.maintain(id, reason, soon());
		await bench().registry.maintain(id, 'reconsul: another reason', soon());
		assert.deepEqual(await look(id, maintenance), ordered);
		await bench().registry.maintain(id, undefined, soon());
		await bench().maintain(id);
		const theirs = await look(id, maintenance);
		await bench().registry.maintain(id, reason, soon());
		assert.deepEqual(await look(id, maintenance), theirs);
		assert.notEqual(theirs?.notes, reason);
	});
	test('to end maintenance that nobody ordered changes nothing', async () => {
		await registerAll(service());
		await bench().registry.maintain(id, undefined, soon());
		assert.deepEqual(await bench().checks(), []);
	});
	test('maintenance of a service that is not there is invalid, and so is its end', async () => {
		await assert.rejects(bench().registry.maintain(id, reason, soon()), refused('invalid'));
		await assert.rejects(bench().registry.maintain(id, undefined, soon()), refused('invalid'));
		assert.deepEqual(await bench().checks(), []);
	});
	test('maintenance keeps over a write of the service', async () => {
		await registerAll(service({ checks: [ttlCheck(health)] }));
		await bench().registry.maintain(id, reason, soon());
		await registerAll(service({ port: 81 }));
		assert.deepEqual(await look(id, maintenance), ordered);
	});
	test('maintenance goes with its service, and does not come back with that', async () => {
		await registerAll(service());
		await bench().registry.maintain(id, reason, soon());
		await bench().registry.deregister(id, soon());
		assert.deepEqual(await bench().checks(), []);
		await registerAll(service());
		assert.equal(await look(id, maintenance), undefined);
	});
	test('a service with an id that a URL would take apart can be in maintenance', async () => {
		await registerAll(service({ id: odd }));
		await bench().registry.maintain(odd, reason, soon());
		assert.deepEqual(await look(odd, maintenanceId(odd)), ordered);
		await bench().registry.maintain(odd, undefined, soon());
		assert.deepEqual(await bench().checks(), []);
	});
	test('an order that was given up before is not carried out', async () => {
		await registerAll(service());
		const why = new Error('shutting down');
		await assert.rejects(bench().registry.maintain(id, reason, AbortSignal.abort(why)), why);
		assert.deepEqual(await bench().checks(), []);
	});
}
