import { eventually } from '../support/lab.ts';
import { mismatches, recordOf, type ServiceRecord } from './record.ts';
import type { World } from './world.ts';

/** Plays the step; what it has shown, as a sentence. Throws where something else happened. */
type Play = (world: World) => Promise<string>;

export const steps: readonly (readonly [title: string, play: Play])[] = [
	['Nothing is there', nothing],
	['A container starts: its service appears', quickStart],
	['Three examples: names, tags, metadata, several ports', threeExamples],
	['A container with a HEALTHCHECK: traffic from healthy on, and none once it is told to stop', traffic],
	['Somebody deregisters a service by hand: it comes back', healed],
	['reconsul is stopped and started again: nothing is written', restarted],
	['The containers stop: their services vanish', vanished],
];

async function nothing({ stage, watch, reconsul }: World): Promise<string> {
	await reconsul.start();
	await stage.run('consul', 'catalog', 'services');
	const running = await stage.quietly('docker', 'ps', '--quiet', '--no-trunc');
	const stray = watch.list().filter(({ Meta }) => !running.includes(Meta['reconsul-container'] ?? '-'));
	if (stray.length > 0) throw new Error(`Consul has ${stray.map(({ ID }) => ID).join(', ')}`);
	return running === '' ? 'no container, no service' : 'no service but those of other containers';
}

async function quickStart(world: World): Promise<string> {
	const { stage, host, address } = world;
	const { name, found, ms } = await start(world, ['-dP', 'redis'], 1);
	const [published = ''] = (await stage.quietly('docker', 'port', name, '6379/tcp')).split('\n');
	const port = Number(published.split(':').at(-1));
	stage.table(found);
	exactly([{ id: `${host}:${name}:6379`, name: 'redis', address, port, tags: [], meta: {} }], found);
	const shown = await stage.run('consul', 'catalog', 'services');
	if (!shown.includes('redis')) throw new Error('the query of services does not show redis');
	return `visible in Consul ${ms} ms after Docker's start event`;
}

const redis = ['-d', '--name', 'redis.0', '-p', '10000:6379'];
const variables = ['SERVICE_NAME=db', 'SERVICE_TAGS=master,backups', 'SERVICE_REGION=us2'];

/** The commands of the specification, and the records that it says follow; ids without the host, addresses are the host's. */
const examples: readonly (readonly [args: readonly string[], records: readonly Omit<ServiceRecord, 'address'>[]])[] = [
	[[...redis, 'progrium/redis'], [{ id: 'redis.0:6379', name: 'redis', port: 10000, tags: [], meta: {} }]],
	[
		[...redis, ...variables.flatMap((it) => ['-e', it]), 'progrium/redis'],
		[{ id: 'redis.0:6379', name: 'db', port: 10000, tags: ['master', 'backups'], meta: { region: 'us2' } }],
	],
	[
		['-d', '--name', 'nginx.0', '-p', '4443:443', '-p', '8000:80', 'progrium/nginx'],
		[
			{ id: 'nginx.0:443', name: 'nginx-443', port: 4443, tags: [], meta: {} },
			{ id: 'nginx.0:80', name: 'nginx-80', port: 8000, tags: [], meta: {} },
		],
	],
];

async function threeExamples(world: World): Promise<string> {
	const { stage, host, address, containers } = world;
	const times: number[] = [];
	for (const [args, records] of examples) {
		const name = args[args.indexOf('--name') + 1] ?? '';
		if (containers.delete(name)) await stage.run('docker', 'rm', '-f', name);
		const { found, ms } = await start(world, args, records.length);
		stage.table(found);
		const expected = records.map((record) => ({ ...record, id: `${host}:${record.id}`, address }));
		exactly(expected, found);
		times.push(ms);
	}
	return `exactly as specified, ${times.join(', ')} ms after the start events`;
}

/** Nothing in it hears that signal, so Docker waits for two seconds, as for a server that has something to finish. */
const slow = ['--stop-signal', 'USR2', '--stop-timeout', '2'];
const probed = ['--health-cmd', 'true', '--health-interval', '1s'];

async function traffic(world: World): Promise<string> {
	const { stage, watch, reconsul, host, containers, passing } = world;
	const name = 'slow.0';
	const id = `${host}:${name}:6379`;
	await start(world, ['-d', '--name', name, '-P', ...slow, ...probed, 'redis'], 1);
	const container = containers.get(name) ?? '';
	containers.delete(name);
	if ((await passing('redis')).includes(id)) throw new Error('it passes before it was probed');
	await eventually('its check passes', async () => (await passing('redis')).includes(id));
	const stopped = stage.run('docker', 'stop', name);
	await eventually('it passes no longer', async () => !(await passing('redis')).includes(id), { everyMs: 5 });
	const goneAt = Date.now();
	await stopped;
	await watch.until('its service is gone', () => watch.servicesOf(container).length === 0);
	await reconsul.hear(`put into maintenance: ${id}`, `deregistered ${id}`);
	const headStart = Math.round((await world.eventTime('die', container)) - goneAt);
	if (headStart <= 0) throw new Error(`it got traffic until ${-headStart} ms after its end`);
	return `critical until Docker called it healthy; out of traffic ${headStart} ms before its end`;
}

async function healed({ stage, watch, reconsul, host }: World): Promise<string> {
	const id = `${host}:nginx.0:80`;
	await stage.run('consul', 'catalog', 'services');
	const changedAt = watch.changedAt(id);
	const startedAt = Date.now();
	await stage.run('consul', 'services', 'deregister', `-id=${id}`);
	await watch.until(`Consul has ${id} again`, () => watch.services.has(id) && watch.changedAt(id) > changedAt);
	await reconsul.hear(`registered ${id}`);
	// It may have been back before anybody saw it gone; then the time is that since before the command.
	const goneAt = Math.max(watch.vanishedAt(id), startedAt);
	return `back in Consul after ${watch.changedAt(id) - goneAt} ms`;
}

async function restarted({ watch, reconsul, containers }: World): Promise<string> {
	const own = (): readonly string[] =>
		[...containers.values()].flatMap((id) => watch.servicesOf(id)).map(({ ID }) => ID);
	const before = own();
	await reconsul.stop();
	if (own().length < before.length) throw new Error('services went when reconsul was stopped');
	await reconsul.start();
	const writes = await reconsul.writesFor(before);
	if (writes !== 0) throw new Error(`reconsul wrote where nothing differed; writes: ${writes}`);
	return `0 writes, say its metrics; all ${before.length} services stayed`;
}

async function vanished({ stage, watch, reconsul, containers, eventTime }: World): Promise<string> {
	const ids = [...containers.values()];
	const services = ids.flatMap((id) => watch.servicesOf(id).map(({ ID }) => [ID, id] as const));
	await stage.run('docker', 'stop', ...containers.keys());
	await watch.until('Consul has none of their services', () => ids.every((id) => watch.servicesOf(id).length === 0));
	await reconsul.hear(...services.map(([id]) => `deregistered ${id}`));
	const times = services.map(async ([service, id]) => watch.vanishedAt(service) - (await eventTime('die', id)));
	const slowest = Math.round(Math.max(...(await Promise.all(times))));
	await stage.run('consul', 'catalog', 'services');
	return `gone from Consul within ${slowest} ms of Docker's die events`;
}

interface Started {
	readonly name: string;
	readonly found: readonly ServiceRecord[];
	/** From Docker's start event until Consul had all of them. */
	readonly ms: number;
}

/** `docker run` with these arguments, until Consul has so many services of the container. */
async function start(world: World, args: readonly string[], services: number): Promise<Started> {
	const { stage, watch, reconsul, containers } = world;
	const id = await stage.start(...args);
	const name = (await stage.quietly('docker', 'inspect', '--format', '{{.Name}}', id)).slice(1);
	containers.set(name, id);
	await watch.until(`Consul has the services of ${name}`, () => watch.servicesOf(id).length >= services);
	const found = watch.servicesOf(id);
	await reconsul.hear(...found.map(({ ID }) => `registered ${ID}`));
	const visibleAt = Math.max(...found.map(({ ID }) => watch.changedAt(ID)));
	return { name, found: found.map(recordOf), ms: Math.round(visibleAt - (await world.eventTime('start', id))) };
}

function exactly(expected: readonly ServiceRecord[], found: readonly ServiceRecord[]): void {
	const wrong = mismatches(expected, found);
	if (wrong.length > 0) throw new Error(wrong.join('; '));
}
