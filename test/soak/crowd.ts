import Dockerode from 'dockerode';
import type { Stage } from '../e2e/stage.ts';
import { agentServices } from '../e2e/stage.ts';
import type { Action } from './plan.ts';
import type { Strangers } from './strangers.ts';

/** Carries out what the plan says, on a real engine and a real agent. */
export interface Crowd {
	perform(action: Action): Promise<void>;
}

/**
 * @param prefix of the names of containers, and the name of a network, which no other crowd on the stage may have
 * @param more of what containers are created with
 */
export async function crowdOf(
	stage: Stage,
	strangers: Strangers,
	prefix: string,
	more: Dockerode.ContainerCreateOptions = {},
): Promise<Crowd> {
	const docker = new Dockerode({ socketPath: stage.engine.socket });
	const network = await docker.createNetwork({ Name: prefix });
	const names = new Map<number, string>();
	const of = (slot: number): Dockerode.Container => docker.getContainer(names.get(slot) ?? `slot ${slot} is empty`);
	const create = async (slot: number): Promise<void> => {
		const name = `${prefix}-${slot}`;
		const HostConfig = { PublishAllPorts: true };
		const container = await docker.createContainer({ ...more, name, Image: 'redis', HostConfig });
		names.set(slot, name);
		await container.start();
	};
	/** Somebody edits the entry by hand; there may be none just now, and then there is nothing to edit. */
	const edit = async (slot: number, change: object): Promise<void> => {
		const id = `u1:${names.get(slot)}:6379`;
		const entry = (await agentServices(stage.consul)).find(({ ID }) => ID === id);
		if (entry === undefined) return;
		const { ID, Service: Name, Address, Port, Tags, Meta } = entry;
		const body = { ID, Name, Address, Port, Tags, Meta, ...change };
		await stage.consul.request('PUT', '/v1/agent/service/register', body);
	};
	const deeds: { readonly [K in Action['kind']]: (action: Extract<Action, { kind: K }>) => Promise<unknown> } = {
		create: ({ slot }) => create(slot),
		start: ({ slot }) => of(slot).start(),
		stop: ({ slot }) => of(slot).stop({ t: 0 }),
		kill: ({ slot }) => of(slot).kill(),
		restart: ({ slot }) => of(slot).restart({ t: 0 }),
		remove: async ({ slot }) => {
			await of(slot).remove({ force: true, v: true });
			names.delete(slot);
		},
		rename: async ({ slot, generation }) => {
			const name = `${prefix}-${slot}-${generation}`;
			await of(slot).rename({ name });
			names.set(slot, name);
		},
		connect: async ({ slot }) => network.connect({ Container: of(slot).id }),
		disconnect: async ({ slot }) => network.disconnect({ Container: of(slot).id, Force: true }),
		'edit-port': ({ slot }) => edit(slot, { Port: 1 }),
		'edit-tags': ({ slot }) => edit(slot, { Tags: ['edited'] }),
		'drop-entry': ({ slot }) =>
			// There may be none just now.
			stage.consul.request('PUT', `/v1/agent/service/deregister/u1:${names.get(slot)}:6379`).catch(() => {}),
		'restart-consul': async () => {
			await stage.consul.restart();
			await strangers.register();
		},
	};
	return {
		perform: async <K extends Action['kind']>(action: Extract<Action, { kind: K }>) => {
			const deed: (action: Extract<Action, { kind: K }>) => Promise<unknown> = deeds[action.kind as K];
			await deed(action);
		},
	};
}
