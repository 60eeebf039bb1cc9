import { type Daemon, launchDaemon } from '../../support/daemon.ts';
import { type RecordedCase, type RecordedService, type RecordedStep, resolved } from '../../support/recorded.ts';
import { checkFaults, serviceFaults } from '../comparison.ts';
import type { Agent } from './agent.ts';
import { faultsWhenCalm } from './calm.ts';
import { type Containers, containersOn } from './containers.ts';
import type { Stage } from './stage.ts';

/** How a case went. */
export interface Verdict {
	/** One line each; none where it passed. */
	readonly faults: readonly string[];
	readonly seconds: number;
	/** What the daemon wrote, where the case failed. */
	readonly log: string;
}

/** A case as far as playing it goes. */
export interface Scenario extends Omit<RecordedCase, 'docker'> {
	/** How long the daemon, once it is ready, may take to do what is wanted; 10 s unless given. */
	readonly withinMs?: number;
}

/** Leaves out the bulk: a case is sent to another process. */
export const scenarioOf = ({ docker: _, ...scenario }: RecordedCase): Scenario => scenario;

interface Scene {
	readonly agent: Agent;
	readonly containers: Containers;
	readonly daemon: Daemon;
}

/** Plays the case with the built daemon, and takes away everything it made. */
export async function play(scenario: Scenario, stage: Stage): Promise<Verdict> {
	const startedAt = performance.now();
	const agent = await stage.agent(scenario.agent.scriptChecks);
	const containers = containersOn(stage.engine);
	await using _ = {
		[Symbol.asyncDispose]: async () => void (await Promise.all([agent.wipe(), containers.clear()])),
	};
	await stage.setNamed(scenario.hosts !== false);
	await setUp(scenario, agent, containers);
	const { host: docker } = stage.engine;
	await using daemon = await launchDaemon({ docker, registry: agent.uri, options: scenario.flags });
	const faults = await playWith(scenario, { agent, containers, daemon });
	const exitCode = await daemon.stop();
	const atEnd = exitCode === 0 ? [] : [`the daemon ended with ${exitCode}`];
	return {
		faults: [...faults, ...atEnd],
		seconds: (performance.now() - startedAt) / 1_000,
		log: faults.length + atEnd.length > 0 ? daemon.stderr : '',
	};
}

async function setUp(scenario: Scenario, agent: Agent, containers: Containers): Promise<void> {
	for (const { name, args } of scenario.networks) await containers.docker(['network', 'create', ...args, name]);
	for (const container of scenario.containers) await containers.run(container);
	for (const step of scenario.before ?? []) await take(step, agent, containers);
	for (const body of scenario.preregistered ?? []) await agent.request('PUT', '/v1/agent/service/register', body);
	agent.traffic.forget();
}

/** The start, then step by step, as long as there is nothing wrong. */
async function playWith(scenario: Scenario, { agent, containers, daemon }: Scene): Promise<readonly string[]> {
	const watched = { traffic: agent.traffic, daemon };
	const { withinMs = 10_000 } = scenario;
	try {
		await daemon.ready();
	} catch (error) {
		return [(error as Error).message];
	}
	const faultsOf = async (expect: readonly RecordedService[]): Promise<readonly string[]> =>
		serviceFaults(resolved(expect, await containers.facts()), await agent.services(), scenario.compareMeta);
	const atStart = await faultsWhenCalm(watched, { withinMs }, async () => [
		...(await faultsOf(scenario.expect)),
		...checkFaults(resolved(scenario.expectChecks, await containers.facts()), agent.sentChecks()),
	]);
	if (atStart.length > 0) return atStart.map((fault) => `at the start: ${fault}`);
	for (const [index, step] of scenario.steps.entries()) {
		const notBefore = performance.now() + (step.settle ?? 0) * 1_000;
		await take(step, agent, containers);
		const expect = scenario.expectAfterSteps?.[index] ?? [];
		const faults = await faultsWhenCalm(watched, { withinMs, notBefore }, () => faultsOf(expect));
		if (faults.length > 0) return faults.map((fault) => `after step ${index + 1}, ${JSON.stringify(step)}: ${fault}`);
	}
	return [];
}

async function take(step: RecordedStep, agent: Agent, containers: Containers): Promise<void> {
	if ('run' in step) await containers.run(step.run);
	else if ('consul' in step) await agent.request(...step.consul);
	else {
		const [program, ...args] = step.do;
		if (program !== 'docker') throw new Error(`a step can only be a docker command, not ${step.do.join(' ')}`);
		await containers.docker(args);
	}
}
