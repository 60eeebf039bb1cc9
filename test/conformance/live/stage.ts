import { writeFile } from 'node:fs/promises';
import { type DockerdProcess, startDockerd } from '../../support/lab.ts';
import { type Agent, startAgent } from './agent.ts';
import { hostAddress } from './containers.ts';

/** What cases are played on, one after the other. */
export interface Stage extends AsyncDisposable {
	readonly engine: DockerdProcess;
	/** One that allows script checks, or one that does not; started when first asked for. */
	agent(allowsScripts: boolean): Promise<Agent>;
	/** Whether the host's name has an address. */
	setNamed(isNamed: boolean): Promise<void>;
}

/** @param hosts the file that is /etc/hosts here and nowhere else */
export async function startStage(hosts: string): Promise<Stage> {
	const agents = new Map<boolean, Promise<Agent>>();
	const engine = await startDockerd({ network: 'ours' });
	return {
		engine,
		agent: (allowsScripts) => {
			const agent = agents.get(allowsScripts) ?? startAgent(allowsScripts);
			agents.set(allowsScripts, agent);
			return agent;
		},
		setNamed: (isNamed) => writeFile(hosts, hostsFile(isNamed)),
		[Symbol.asyncDispose]: async () => {
			await engine[Symbol.asyncDispose]();
			for (const agent of agents.values()) await (await agent)[Symbol.asyncDispose]();
		},
	};
}

export const hostsFile = (isNamed: boolean): string =>
	`127.0.0.1 localhost\n::1 localhost\n${isNamed ? `${hostAddress} u1\n` : ''}`;
