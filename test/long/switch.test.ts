import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { allPassing, beat, fleetFlags, startFleet, startOtherWriter, watchHealth } from '../e2e/fleet.ts';
import { type AgentService, agentServices, cleanPasses, idle } from '../e2e/stage.ts';
import { startConsulProxy } from '../support/consul-proxy.ts';
import { type Daemon, startDaemon, startProgram } from '../support/daemon.ts';
import { docker, eventually, labelArgs, removeAll, startConsul } from '../support/lab.ts';

// The lab's own engine, since the checks shall reach what containers publish.
const consul = await startConsul();
const proxy = await startConsulProxy(consul.port);
const registry = `consul://127.0.0.1:${proxy.port}`;
const flags = [...fleetFlags, '--container-filter', `label=${labelArgs.at(-1)}`];
let daemon: Daemon | undefined;
after(async () => {
	await daemon?.[Symbol.asyncDispose]();
	await removeAll();
	await proxy[Symbol.asyncDispose]();
	await consul[Symbol.asyncDispose]();
});

const start = async (...options: readonly string[]): Promise<Daemon> => {
	daemon = await startDaemon({ registry, options: [...flags, ...options] });
	await idle(daemon);
	return daemon;
};

/** A verb of the program, with the daemon's options. */
async function verb(name: 'plan' | 'release', ...options: readonly string[]) {
	await using program = startProgram([...flags, name, ...options, registry]);
	const code = await program.exit;
	return { code, stdout: program.stdout, stderr: program.stderr };
}

interface CatalogRow extends Omit<AgentService, 'Meta'> {
	readonly Meta: AgentService['Meta'] | null;
	readonly ModifyIndex: number;
}

/** What the catalog has, by id, tags in order of their letters: registrator writes them in another one. */
async function catalog(): Promise<readonly CatalogRow[]> {
	const { Services } = (await consul.request('GET', '/v1/catalog/node/u1')) as {
		readonly Services: Readonly<Record<string, CatalogRow>>;
	};
	return Object.values(Services)
		.filter(({ Service }) => Service !== 'consul')
		.map((row) => ({ ...row, Tags: row.Tags.toSorted() }))
		.sort((a, b) => (a.ID < b.ID ? -1 : 1));
}

const withoutIndexes = (rows: readonly CatalogRow[]): readonly object[] =>
	rows.map((row) => Object.fromEntries(Object.entries(row).filter(([key]) => !/^(Modify|Create)Index$/.test(key))));

/** As registrator left them, but for our four pairs. */
const withoutStamps = (rows: readonly CatalogRow[]): readonly object[] =>
	withoutIndexes(
		rows.map((row) => {
			const pairs = Object.entries(row.Meta ?? {}).filter(([key]) => !key.startsWith('reconsul-'));
			return { ...row, Meta: pairs.length === 0 ? null : Object.fromEntries(pairs) };
		}),
	);

const isStamped = ({ Meta }: Pick<CatalogRow, 'Meta'>): boolean =>
	Object.keys(Meta ?? {}).some((key) => key.startsWith('reconsul-'));
const contests = ({ log }: Daemon): readonly string[] =>
	log.filter(({ message }) => message.includes('another program keeps changing')).map(({ message }) => message);

const count = 50;
const checkCount = 12 + 12 + 5;
const fleet = await startFleet('switch');

describe(`a host on which registrator registered ${count} services, checks and all`, () => {
	let recorded: readonly object[];

	test('plan says that the switch is an adoption, and writes nothing', async () => {
		assert.equal(fleet.bodies.length, count);
		await fleet.register(consul);
		await beat(consul, fleet);
		await allPassing(consul, checkCount);
		const before = await eventually('the catalog has all', async () => {
			const rows = await catalog();
			return rows.length === count && rows;
		});
		recorded = withoutIndexes(before);
		const text = await verb('plan');
		assert.deepEqual([text.code, text.stderr], [0, '']);
		assert.match(text.stdout, /^adopt 50: /);
		assert.match(text.stdout, /\nin sync: 50 adopt \(owner u1\); nothing was written\n$/);
		const json = JSON.parse((await verb('plan', '--json')).stdout) as {
			readonly entries: readonly { readonly id: string }[];
		};
		assert.deepEqual(
			json.entries.map(({ id }) => id),
			before.map(({ ID }) => ID),
		);
		assert.deepEqual(proxy.writes, []);
		assert.deepEqual(await catalog(), before);
	});

	test('the switch: no deregistration, one write each, no change of health', async () => {
		const before = await catalog();
		await using health = await watchHealth(consul);
		assert.equal(health.first.filter((line) => line.endsWith(' passing')).length, checkCount);
		const ours = await start();
		await cleanPasses(ours, 2);
		const registered = proxy.writes.map(({ path, body }) =>
			path.startsWith('/v1/agent/service/register') ? (body as { readonly ID: string }).ID : path,
		);
		assert.deepEqual(
			registered.toSorted(),
			before.map(({ ID }) => ID),
		);
		const after = await eventually('the catalog has the stamps', async () => {
			const rows = await catalog();
			return rows.every(isStamped) && rows;
		});
		assert.deepEqual(withoutStamps(after), recorded);
		// Each check has run twice by then.
		await beat(consul, fleet);
		await health.still(5);
		await allPassing(consul, checkCount);
		assert.deepEqual(health.changes, []);
		assert.equal(await ours.writes(), count);
		const plan = await verb('plan');
		// Above it, the containers of other tests on this engine, which the filter hides.
		const verdict = plan.stdout.split('\n').at(-2);
		assert.deepEqual([plan.code, verdict], [0, 'in sync: 50 keep (owner u1); nothing was written']);
	});

	test('release shows what it would do, and refuses as long as the daemon runs', async () => {
		assert.ok(daemon);
		const before = await catalog();
		proxy.forget();
		const listen = `--listen=${new URL(daemon.url).host}`;
		const shown = await verb('release', listen);
		assert.deepEqual([shown.code, shown.stdout.split('\n').at(-2)], [2, 'nothing was written; --yes does it']);
		assert.match(shown.stderr, /has the owner u1; stop it first/);
		const refused = await verb('release', '--yes', listen);
		assert.equal(refused.code, 1);
		assert.match(refused.stderr, /has the owner u1; stop it first/);
		assert.deepEqual(proxy.writes, []);
		assert.deepEqual(await catalog(), before);
	});

	test('registrator still runs beside us: a bounded number of writes, and one warning', async () => {
		assert.ok(daemon);
		proxy.forget();
		await using health = await watchHealth(consul);
		{
			await using writer = startOtherWriter(consul, fleet);
			await eventually('it has put everything five times', () => writer.rounds >= 5, { withinMs: 30_000 });
		}
		await eventually('all are contested', async () => (await daemon?.metric('reconsul_contested')) === count);
		assert.ok(proxy.writes.length <= count, `${proxy.writes.length} writes`);
		assert.ok(proxy.writes.every(({ path }) => path.startsWith('/v1/agent/service/register')));
		assert.equal(contests(daemon).length, 1);
		assert.match(contests(daemon)[0] ?? '', /is registrator still running\?\), for instance u1:switch-/);
		assert.deepEqual(health.changes, []);
	});

	test('a container that ends meanwhile takes its service with it', async () => {
		const name = fleet.containers.find((name) => name.includes('-metadata-')) ?? '';
		await docker('rm', '-f', name);
		await eventually('its service is gone', async () => assert.equal((await agentServices(consul)).length, count - 1));
		assert.ok((await agentServices(consul)).every(({ ID }) => !ID.includes(`:${name}:`)));
	});

	test('release finds a daemon that listens elsewhere by what it does', async () => {
		assert.ok(daemon);
		await daemon.stop();
		// One that has written nothing yet may repair each entry at once.
		await start();
		const released = await verb('release', '--yes', '--listen=');
		assert.equal(released.code, 1);
		assert.match(released.stderr, /were taken back at once, u1:switch-\S+ for one: a reconsul of owner u1 still runs/);
		await daemon.stop();
	});

	test('the way back: what registrator finds is what it knows, and its next write changes nothing', async () => {
		const bodies = (await catalog()).map(({ ID }) => ID);
		const expected = recorded.filter((row) => bodies.includes((row as CatalogRow).ID));
		// With -ttl there are checks to take away that only we beat.
		const ours = await start('-ttl', '60', '-ttl-refresh', '20');
		await allPassing(consul, checkCount + expected.length);
		await ours.stop();
		await using health = await watchHealth(consul);
		const shown = await verb('release');
		assert.equal(shown.code, 2);
		assert.match(shown.stdout, new RegExp(`^release ${expected.length}: `));
		const released = await verb('release', '--yes');
		assert.deepEqual([released.code, released.stderr], [0, '']);
		assert.match(released.stdout, new RegExp(`\nreleased ${expected.length} of ${expected.length}\n$`));
		const after = await eventually('the catalog has no stamp', async () => {
			const rows = await catalog();
			return !rows.some(isStamped) && rows;
		});
		assert.deepEqual(withoutIndexes(after), expected);
		await allPassing(consul, checkCount);
		assert.ok(
			health.changes.every((line) => /^reconsul:.*:ttl /.test(line)),
			health.changes.join(),
		);
		assert.equal((await verb('release')).code, 0);

		for (const body of fleet.bodies.filter(({ ID }) => bodies.includes(ID)))
			await consul.request('PUT', '/v1/agent/service/register', body);
		await health.still(2);
		assert.deepEqual(withoutIndexes(await catalog()), expected);
	});

	test('a daemon that is started again adopts them again', async () => {
		proxy.forget();
		await using health = await watchHealth(consul);
		const ours = await start();
		await cleanPasses(ours, 2);
		assert.equal(proxy.writes.length, (await agentServices(consul)).length);
		assert.ok((await agentServices(consul)).every(isStamped));
		assert.deepEqual(health.changes, []);
	});
});
