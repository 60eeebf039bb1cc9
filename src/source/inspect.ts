import type { Container, Endpoint, Health, PortBinding } from '../model.ts';
import { SourceError } from './source.ts';

type Json = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Json =>
	typeof value === 'object' && value !== null && !Array.isArray(value);
const objectAt = (value: unknown): Json => (isObject(value) ? value : {});
/** Half a character would come back from Consul as another, and look like an edit for ever. */
const textIn = (value: unknown): string | undefined => (typeof value === 'string' ? value.toWellFormed() : undefined);
const textAt = (value: unknown): string => textIn(value) ?? '';
const listAt = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** A map with other people's keys; `__proto__` among them is a key like any other. */
const mapAt = <T>(value: unknown, read: (value: unknown) => T | undefined): Readonly<Record<string, T>> =>
	Object.fromEntries(
		Object.entries(objectAt(value)).flatMap(([key, inner]) => {
			const mapped = read(inner);
			return mapped === undefined ? [] : [[key.toWellFormed(), mapped] as const];
		}),
	);

/**
 * Reads what `docker inspect` says. Whatever Docker or Podman leave out counts as empty; only what everything else hangs on
 * has to be there.
 *
 * @throws SourceError of class `invalid`, naming the container and the field
 */
export function containerOf(document: unknown): Container {
	const inspect = objectAt(document);
	const id = textAt(inspect['Id']);
	const name = textAt(inspect['Name']).replace(/^\//, '');
	const state = objectAt(inspect['State']);
	const invalid = (flaw: string): SourceError =>
		new SourceError('invalid', `what Docker says of container "${name}" (${id.slice(0, 12)}) is unusable: ${flaw}`);
	if (!/^[0-9a-f]{64}$/.test(id)) throw invalid('Id is not 64 hexadecimal digits');
	if (name === '') throw invalid('Name is empty');
	if (typeof state['Running'] !== 'boolean') throw invalid('State.Running is neither true nor false');
	const config = objectAt(inspect['Config']);
	const network = objectAt(inspect['NetworkSettings']);
	return {
		id,
		name,
		image: textAt(config['Image']),
		imageId: textAt(inspect['Image']),
		createdAt: textAt(inspect['Created']),
		startedAt: textAt(state['StartedAt']),
		// While it waits for its restart policy, Docker calls a container both running and restarting.
		running: state['Running'] && state['Restarting'] !== true,
		isPaused: state['Paused'] === true,
		...healthOf(state, config),
		stopSignal: textAt(config['StopSignal']),
		exitCode: typeof state['ExitCode'] === 'number' ? state['ExitCode'] : 0,
		oomKilled: state['OOMKilled'] === true,
		env: listAt(config['Env']).flatMap((value) => textIn(value) ?? []),
		labels: mapAt(config['Labels'], textIn),
		networkMode: textAt(objectAt(inspect['HostConfig'])['NetworkMode']),
		exposed: Object.keys(objectAt(config['ExposedPorts'])),
		ports: mapAt(network['Ports'], (value) => listAt(value).flatMap(bindingOf)),
		networks: mapAt(network['Networks'], endpointOf),
		inspect: document,
	};
}

const healths: ReadonlySet<string> = new Set<Health['status']>(['starting', 'healthy', 'unhealthy']);

/** Docker calls it `Health`, Podman `Healthcheck`, and either may leave it empty, or `none`, until the first probe. */
function healthOf(state: Json, config: Json): Pick<Container, 'health'> {
	const health = objectAt(state['Health'] ?? state['Healthcheck']);
	const status = textAt(health['Status']).toLowerCase();
	const [kind = 'NONE'] = listAt(objectAt(config['Healthcheck'])['Test']).map(textAt);
	if (!healths.has(status) && kind.toUpperCase() === 'NONE') return {};
	const last = objectAt(listAt(health['Log']).at(-1));
	return {
		health: { status: (healths.has(status) ? status : 'starting') as Health['status'], output: textAt(last['Output']) },
	};
}

function bindingOf(value: unknown): readonly PortBinding[] {
	const binding = objectAt(value);
	const hostPort = Number(binding['HostPort']);
	const isPort = Number.isInteger(hostPort) && hostPort >= 1 && hostPort <= 65_535;
	return isPort ? [{ hostIp: textAt(binding['HostIp']), hostPort }] : [];
}

const endpointOf = (value: unknown): Endpoint => ({
	ipv4: textAt(objectAt(value)['IPAddress']),
	ipv6: textAt(objectAt(value)['GlobalIPv6Address']),
});
