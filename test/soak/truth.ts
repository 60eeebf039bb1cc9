import Dockerode from 'dockerode';
import { type AgentService, agentServices, type Stage } from '../e2e/stage.ts';

/**
 * Says by itself what should be registered, from Docker's list alone, and compares that with what Consul has. It knows one
 * case, which is enough to be sure of: containers that publish 6379, on a host u1 at 192.0.2.10.
 */
export interface Truth {
	/** What is missing (`-`) and what should not be there (`+`); empty when all is well. */
	differences(): Promise<readonly string[]>;
}

const hostAddress = '192.0.2.10';

export function truthOf({ engine, consul }: Pick<Stage, 'engine' | 'consul'>): Truth {
	const docker = new Dockerode({ socketPath: engine.socket });
	return {
		differences: async () => {
			const wanted = new Set((await docker.listContainers()).flatMap(wantedOf));
			const found = new Set((await agentServices(consul)).filter(isOurs).map(line));
			const missing = [...wanted].filter((it) => !found.has(it)).map((it) => `- ${it}`);
			const wrong = [...found].filter((it) => !wanted.has(it)).map((it) => `+ ${it}`);
			return [...missing, ...wrong];
		},
	};
}

function wantedOf({ Id, Names, Ports, State }: Dockerode.ContainerInfo): readonly string[] {
	const port = Ports.find(
		({ PrivatePort, PublicPort }) => PrivatePort === 6379 && PublicPort !== undefined,
	)?.PublicPort;
	if (State !== 'running' || port === undefined) return [];
	// Docker lists a link's names as well, with a second slash.
	const name = Names.find((it) => !it.slice(1).includes('/'))?.slice(1);
	return [`u1:${name}:6379 redis ${hostAddress}:${port} ${Id.slice(0, 12)}`];
}

const isOurs = ({ Meta }: AgentService): boolean => Meta['reconsul-owner'] === 'u1';

const line = ({ ID, Service, Address, Port, Tags, Meta }: AgentService): string =>
	`${ID} ${Service} ${Address}:${Port} ${String(Meta['reconsul-container']).slice(0, 12)}${Tags.map((tag) => ` #${tag}`).join('')}`;
