import { setTimeout as delay } from 'node:timers/promises';
import { type Daemon, launchDaemon } from '../../support/daemon.ts';
import { type RecordedCase, type RecordedService, type RecordedStep, resolved } from '../../support/recorded.ts';
import { checkFaults, serviceFaults } from '../comparison.ts';
import type { Agent } from './agent.ts';
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
export type Scenario = Omit<RecordedCase, 'docker'>;

/** Without a write for so long, after the start or a step, nothing more is expected: a daemon takes milliseconds to react. */
const quietMs = 350;
const withinMs = 10_000;

/** Plays the case with the built daemon, and takes away everything it made. */
export async function play(scenario: Scenario, stage: Stage): Promise<Verdict> {
	const startedAt = performance.now();
	const verdict = (faults: readonly string[], log: string): Verdict => ({
		faults,
		seconds: (performance.now() - startedAt) / 1_000,
		log: faults.length > 0 ? log : '',
	});
	const agent = await stage.agent(scenario.agent.scriptChecks);
	await using containers = containersOn(stage.engine);
	await using _ = { [Symbol.asyncDispose]: () => agent.wipe() };
	await setUp(scenario, stage, agent, containers);
	await using daemon = await launchDaemon({
		docker: stage.engine.host,
		registry: agent.uri,
		options: scenario.flags,
	});
	const faults = await playWith(daemon, scenario, agent, containers);
	const exitCode = await daemon.stop();
	const end = exitCode === 0 ? [] : [`the daemon ended with ${exitCode}`];
	return verdict([...faults, ...end], daemon.stderr);
}

async function setUp(scenario: Scenario, stage: Stage, agent: Agent, containers: Containers): Promise<void> {
	await stage.setNamed(scenario.hosts !== false);
	for (const { name, args } of scenario.networks) await containers.docker(['network', 'create', ...args, name]);
	for (const container of scenario.containers) await containers.run(container);
	for (const step of scenario.before ?? []) await take(step, agent, containers);
	for (const body of scenario.preregistered ?? []) await agent.request('PUT', '/v1/agent/service/register', body);
	agent.traffic.forget();
}

async function playWith(
	daemon: Daemon,
	scenario: Scenario,
	agent: Agent,
	containers: Containers,
): Promise<readonly string[]> {
	try {
		await daemon.ready(withinMs);
	} catch (error) {
		return [(error as Error).message];
	}
	const faultsOf = async (expect: readonly RecordedService[]): Promise<readonly string[]> =>
		serviceFaults(resolved(expect, await containers.facts()), await agent.services(), scenario.compareMeta);
	const atStart = await whenCalm(agent, daemon, performance.now(), 0, async () => [
		...(await faultsOf(scenario.expect)),
		...checkFaults(resolved(scenario.expectChecks, await containers.facts()), agent.sentChecks()),
	]);
	if (atStart.length > 0) return atStart.map((fault) => `at the start: ${fault}`);
	for (const [index, step] of scenario.steps.entries()) {
		const takenAt = performance.now();
		await take(step, agent, containers);
		const expect = scenario.expectAfterSteps?.[index] ?? [];
		const faults = await whenCalm(agent, daemon, takenAt, (step.settle ?? 0) * 1_000, () => faultsOf(expect));
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

/** What `judge` finds once nothing is written any more; what it found last, where it was never satisfied. */
async function whenCalm(
	{ traffic }: Agent,
	daemon: Daemon,
	since: number,
	settleMs: number,
	judge: () => Promise<readonly string[]>,
): Promise<readonly string[]> {
	const from = performance.now();
	let faults: readonly string[] = ['the daemon went on writing'];
	while (daemon.isRunning && performance.now() < from + withinMs) {
		const calmAt = Math.max(since + settleMs, from + quietMs, traffic.lastWriteAt + quietMs);
		const wait = calmAt - performance.now();
		if (traffic.writing > 0 || wait > 0) {
			await delay(Math.max(wait, 5));
			continue;
		}
		faults = await judged(judge);
		if (faults.length === 0) return [];
		await delay(50);
	}
	return daemon.isRunning ? faults : ['the daemon has ended', ...faults];
}

async function judged(judge: () => Promise<readonly string[]>): Promise<readonly string[]> {
	try {
		return await judge();
	} catch (error) {
		return [(error as Error).message];
	}
}
