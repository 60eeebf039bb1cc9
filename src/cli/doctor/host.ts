import { once } from 'node:events';
import { connect, isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { Container, ServiceInstance } from '../../model.ts';
import { hostPort } from '../../server/listen.ts';
import { counted } from '../columns.ts';
import { type Check, type Finding, fail, ok, skip, warn } from './examination.ts';
import type { Facts, RunningSubject } from './facts.ts';

/** What `reconsul doctor` finds about the address that services are registered with. */

export const hostChecks: readonly Check<Facts>[] = [
	{ name: 'host-name', run: hostName },
	{ name: 'address', deadlineMs: 70_000, run: hostAddress },
	{ name: 'ports', deadlineMs: 70_000, run: publishedPort },
];

const isLoopback = (address: string): boolean => address === '::1' || address.startsWith('127.');
const isUsable = (address: string): boolean => !isLoopback(address) && !address.toLowerCase().startsWith('fe80:');

/** In a container with a network of its own, the name and the interfaces are not the host's. */
async function seesHost({ host, context }: Facts, signal: AbortSignal): Promise<boolean> {
	if (host.containerId === undefined) return true;
	return (await context.source.get(host.containerId, signal))?.networkMode === 'host';
}

async function hostName(facts: Facts, signal: AbortSignal): Promise<Finding> {
	const { config, host } = facts;
	if (config.settings.derive.ip !== '') return skip('not needed: -ip says the address');
	if (!(await seesHost(facts, signal))) return skip('not used: reconsul runs in a container with a network of its own');
	const remedy = 'give the name the address of this host (DNS, /etc/hosts), or set -ip';
	const addresses = await host.resolve(host.name).catch(() => undefined);
	if (addresses === undefined) return warn(`the host name ${host.name} does not resolve`, remedy);
	return addresses.some(isUsable)
		? ok(`${host.name} resolves to ${addresses.join(', ')}`)
		: warn(`${host.name} resolves to nothing that others can reach: ${addresses.join(', ') || 'no address'}`, remedy);
}

async function hostAddress(facts: Facts, signal: AbortSignal): Promise<Finding | readonly Finding[]> {
	const { config, identity } = facts;
	const { hostAddress: address, namedAddress } = await identity();
	const { ip } = config.settings.derive;
	if (address === undefined)
		return fail(
			"neither -ip nor the host name nor the Consul agent tells this host's address: what publishes ports is not registered",
			'set -ip',
		);
	const from =
		ip !== '' ? 'by -ip' : namedAddress === undefined ? 'as the Consul agent advertises' : 'by the host name';
	if (isLoopback(address))
		return (ip === '' ? fail : warn)(
			`${address} (${from}) is what services would be registered with; nobody but this host can reach it`,
			"set -ip to an address of this host's that others reach",
		);
	const main =
		(await seesHost(facts, signal)) && isIP(address) !== 0 && !ownAddresses().has(address)
			? warn(
					`${address} (${from}) is none of this host's own addresses`,
					'right for a floating address or behind NAT; else set -ip',
				)
			: ok(`published ports are registered with ${address} (${from})`);
	return [main, ...loopbackServices(await facts.subjects())];
}

const ownAddresses = (): ReadonlySet<string> =>
	new Set(Object.values(networkInterfaces()).flatMap((list = []) => list.map(({ address }) => address)));

function loopbackServices(subjects: readonly RunningSubject[]): readonly Finding[] {
	const ids = subjects.flatMap(({ derivation }) =>
		derivation.services.filter(({ address }) => isLoopback(address)).map(({ id }) => id),
	);
	if (ids.length === 0) return [];
	return [
		warn(
			`${counted(ids.length, 'service')} with a loopback address, ${ids[0]} for one`,
			'publish the ports without 127.0.0.1, or set -ip',
		),
	];
}

const maxTries = 8;
const connectMs = 2_000;

/** One will do: it shows that the address leads to the containers. */
async function publishedPort({ subjects }: Facts): Promise<Finding> {
	const services = (await subjects()).flatMap(({ container, derivation }) =>
		derivation.services.filter((service) => isPublished(service, container)),
	);
	if (services.length === 0) return skip('no container here publishes a TCP port as a service');
	const tried = services.slice(0, maxTries);
	const outcomes = await Promise.all(tried.map(async (service) => ({ service, flaw: await flawOf(service) })));
	const answering = outcomes.find(({ flaw }) => flaw === undefined);
	const shown = ({ id, address, port }: ServiceInstance): string => `${id} at ${hostPort(address, port)}`;
	if (answering !== undefined) return ok(`${shown(answering.service)} answers from here`);
	const [first] = outcomes;
	return warn(
		`of ${counted(tried.length, 'published port')} none answers from here${first === undefined ? '' : `; ${shown(first.service)}: ${first.flaw}`}`,
		'is the address this host’s, is a firewall in between, do the programs listen?',
	);
}

const isPublished = ({ port }: ServiceInstance, { ports }: Container): boolean =>
	Object.entries(ports).some(
		([key, bindings]) => key.endsWith('/tcp') && bindings.some(({ hostPort: number }) => number === port),
	);

/** @returns why there is no connection */
async function flawOf({ address, port }: ServiceInstance): Promise<string | undefined> {
	const socket = connect({ host: address, port });
	try {
		await once(socket, 'connect', { signal: AbortSignal.timeout(connectMs) });
		return undefined;
	} catch (error) {
		const { code } = Object(error) as { readonly code?: string };
		return code === 'ABORT_ERR' ? `no connection within ${connectMs} ms` : (code ?? String(error));
	} finally {
		socket.on('error', () => {}).destroy();
	}
}
