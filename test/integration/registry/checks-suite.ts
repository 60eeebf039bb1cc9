import assert from 'node:assert/strict';
import { test } from 'node:test';
import { service, tcpCheck, ttlCheck } from '../../support/samples.ts';
import { type Bench, heartbeat, type RegisterAll, refused, soon } from './suite-words.ts';

const id = 'u1:web:80';
const main = `service:${id}`;
const beat = `reconsul:${id}:ttl`;

/** What a registry promises about health checks. */
export function checkTests(bench: () => Bench, registerAll: RegisterAll): void {
	const statuses = async (): Promise<Readonly<Record<string, string>>> =>
		Object.fromEntries((await bench().checks()).map((check) => [check.id, check.status]));

	test('a check starts critical, or as it says', async () => {
		await registerAll(service({ checks: [tcpCheck(main, { status: 'warning' }), ttlCheck(beat)] }));
		assert.deepEqual(await statuses(), { [main]: 'warning', [beat]: 'critical' });
	});
	test('a heartbeat makes a TTL check pass', async () => {
		await registerAll(service({ checks: [ttlCheck(beat)] }));
		await heartbeat(bench().registry, beat);
		assert.deepEqual(await statuses(), { [beat]: 'passing' });
	});
	test('a heartbeat for a check that is not there, or not a TTL check, is invalid', async () => {
		await assert.rejects(heartbeat(bench().registry, beat), refused('invalid'));
		await registerAll(service({ checks: [tcpCheck(main)] }));
		await assert.rejects(heartbeat(bench().registry, main), refused('invalid'));
	});
	test('a check that stays keeps its status over a write, whatever that says', async () => {
		await registerAll(service({ checks: [ttlCheck(beat)] }));
		await heartbeat(bench().registry, beat);
		await registerAll(service({ port: 81, checks: [ttlCheck(beat, { status: 'warning' })] }));
		assert.deepEqual(await statuses(), { [beat]: 'passing' });
	});
	test('checks of ours that are no longer wanted go; other people’s and maintenance stay', async () => {
		await registerAll(service({ checks: [tcpCheck(main), ttlCheck(beat), ttlCheck(`reconsul:${id}:x`)] }));
		await bench().attach(id, 'somebody', 'ttl');
		await bench().attach(id, `service:${id}:mine`, 'tcp');
		await bench().maintain(id);
		await registerAll(service({ checks: [ttlCheck(beat)] }));
		const left = Object.keys(await statuses()).sort();
		assert.deepEqual(left, [`_service_maintenance:${id}`, beat, `service:${id}:mine`, 'somebody'].sort());
	});
	test('old checks go also where the service was read before it was written', async () => {
		await registerAll(service({ checks: [tcpCheck(main)] }));
		await bench().registry.get(id, soon());
		await registerAll(service());
		assert.deepEqual(await statuses(), {});
	});
	test('old checks go also where the id was absent once and came back by another hand', async () => {
		await bench().registry.get(id, soon());
		await registerAll(service({ checks: [tcpCheck(main)] }));
		await registerAll(service());
		assert.deepEqual(await statuses(), {});
	});
	test('the ids of checks can be had of all services, and of one', async () => {
		const other = 'u1:web:81';
		await registerAll(
			service({ checks: [tcpCheck(main), ttlCheck(beat)] }),
			service({ id: other, checks: [ttlCheck(`reconsul:${other}:ttl`)] }),
			service({ id: 'u1:web:82' }),
		);
		await bench().attach(id, 'somebody', 'ttl');
		const ids = async (of?: string): Promise<Readonly<Record<string, readonly string[]>>> =>
			Object.fromEntries(
				[...(await bench().registry.checks(soon(), of))].map(([it, all]) => [it, [...all.keys()].sort()]),
			);
		const mine = [beat, main, 'somebody'];
		assert.deepEqual(await ids(), { [id]: mine, [other]: [`reconsul:${other}:ttl`] });
		assert.deepEqual(await ids(id), { [id]: mine });
		assert.deepEqual((await ids('u1:none:80'))['u1:none:80'] ?? [], []);
	});
	test('the checks of a service whose id begins with ours are not ours to remove', async () => {
		const longer = service({ id: 'u1:web:80:udp', checks: [ttlCheck('reconsul:u1:web:80:udp:ttl')] });
		await registerAll(longer, service({ checks: [tcpCheck(main)] }), service());
		assert.deepEqual(Object.keys(await statuses()), ['reconsul:u1:web:80:udp:ttl']);
	});
	test('a service in a critical or warning state still loses its old checks', async () => {
		const others = [tcpCheck(main), ttlCheck(beat, { status: 'warning' })];
		await registerAll(service({ checks: others }), service({ checks: [ttlCheck(beat)] }), service());
		assert.deepEqual(await statuses(), {});
	});
}
