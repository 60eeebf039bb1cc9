import { setTimeout as delay } from 'node:timers/promises';
import { systemClock } from '../clock.ts';
import type { Config } from '../config/config.ts';
import type { Context } from '../controller/context.ts';
import { Controller } from '../controller/controller.ts';
import { createLogger, type Logger } from '../log.ts';
import { createMetrics } from '../metrics/metrics.ts';
import { tokenFile } from '../registry/consul/token.ts';
import { type Registry, RegistryError } from '../registry/registry.ts';
import { startServer } from '../server/http.ts';
import { explainAnswer } from './explain.ts';
import { historyAnswer, historyFeed } from './history.ts';
import { pageProvider } from './page.ts';
import { health, ready, services, showInMetrics } from './status.ts';
import { wire } from './wiring.ts';

/** How long what is in flight may take once the daemon is told to stop. */
const drainMs = 10_000;

/**
 * Runs until a signal says otherwise, or for one pass (`--once`).
 *
 * @returns the exit code: 0 when everything that was begun was finished
 * @throws UsageError for what only now shows to be wrong: a template, a certificate that cannot be read
 */
export async function runDaemon(config: Config, version: string): Promise<number> {
	const log = createLogger({ level: config.logLevel, format: config.logFormat });
	const metrics = createMetrics(version);
	const giveUp = new AbortController();
	// First of all, since the kernel keeps a signal without a listener from a container's first process.
	const stopping = onceSignalled(log, config);
	announce(log, config, version);
	const { context, host } = await wire(config, { log, metrics, signal: giveUp.signal });
	const { registry } = context;
	const controller = new Controller(context, host);
	if (!(await isReachable(config, registry, log, stopping))) return stopping.aborted ? 0 : 1;
	if (config.isOnce) return once(controller, log, stopping, giveUp);
	const server = await serve(config, controller, context, version);
	controller.start();
	await aborted(stopping);
	const isDrained = await drained(controller, config, log);
	if (!isDrained) giveUp.abort(new Error('reconsul is being stopped'));
	await server.close();
	log.info({}, isDrained ? 'stopped' : 'stopped; not everything that was begun could be finished');
	return isDrained ? 0 : 1;
}

function announce(log: Logger, { registry, docker, settings, warnings }: Config, version: string): void {
	const fields = {
		version,
		docker: docker.where,
		registry: registry.where,
		intervalSeconds: settings.intervalMs / 1_000,
	};
	log.info(settings.isDryRun ? { ...fields, dryRun: true } : fields, 'reconsul is starting');
	for (const warning of warnings) log.warn({}, warning);
}

/** The first signal stops in good order, the second at once. */
function onceSignalled(log: Logger, { deregisterOnExit }: Config): AbortSignal {
	const controller = new AbortController();
	const what = deregisterOnExit ? 'deregistering our services' : 'services stay registered';
	const onSignal = (signal: NodeJS.Signals): void => {
		if (controller.signal.aborted) process.exit(1);
		log.info({ signal }, `stopping, ${what}; a second signal ends at once`);
		controller.abort();
	};
	process.on('SIGTERM', onSignal).on('SIGINT', onSignal);
	return controller.signal;
}

const aborted = (signal: AbortSignal): Promise<void> =>
	new Promise((resolve) => {
		if (signal.aborted) resolve();
		else signal.addEventListener('abort', () => resolve(), { once: true });
	});

/** Says that the agent is there, whatever it thinks of the question. */
const answers: ReadonlySet<RegistryError['class']> = new Set(['forbidden', 'invalid', 'scripts-disabled', 'throttled']);

/**
 * The predecessor's `-retry-attempts`: the first attempt, and so many more, -1 being for ever. Where nobody asked for it the
 * daemon starts without an agent, and waits for it while it works.
 */
async function isReachable(config: Config, registry: Registry, log: Logger, stopping: AbortSignal): Promise<boolean> {
	const { retryAttempts, retryIntervalMs } = config;
	if (retryAttempts === undefined || retryAttempts < 0) return true;
	for (let attempt = 0; ; attempt += 1) {
		try {
			await registry.list(stopping);
			return true;
		} catch (error) {
			if (stopping.aborted) return false;
			if (error instanceof RegistryError && answers.has(error.class)) return true;
			const { message } = error as Error;
			if (attempt >= retryAttempts) {
				log.error({ attempts: attempt + 1 }, `giving up, as -retry-attempts=${retryAttempts} says: ${message}`);
				return false;
			}
			log.warn({ attempt: attempt + 1 }, `${message}; trying again`);
			await delay(retryIntervalMs, undefined, { signal: stopping }).catch(() => {});
			if (stopping.aborted) return false;
		}
	}
}

async function once(
	controller: Controller,
	log: Logger,
	stopping: AbortSignal,
	giveUp: AbortController,
): Promise<number> {
	const stop = (): void => giveUp.abort(new Error('reconsul is being stopped'));
	if (stopping.aborted) stop();
	stopping.addEventListener('abort', stop);
	const problems = await controller.once();
	if (problems > 0)
		log.error({ problems }, 'not everything could be brought in line; the lines above say what and why');
	else log.info({}, 'everything is in line');
	return problems > 0 ? 1 : 0;
}

const serve = (
	config: Config,
	controller: Controller,
	context: Context,
	version: string,
): ReturnType<typeof startServer> => {
	const { metrics, log } = context;
	showInMetrics(metrics, controller);
	return startServer({
		listen: config.listen,
		api: config.api,
		...(config.apiTokenFile === '' ? {} : { apiToken: tokenFile(config.apiTokenFile).token }),
		log,
		providers: {
			metrics,
			health: () => health(controller, config.settings.intervalMs, systemClock.now()),
			ready: () => ready(controller),
			services: () => services(controller),
			explain: (what) => explainAnswer(what, context, controller),
			history: (query) => historyAnswer(controller.state.history, query),
			events: (query, lastEventId) => historyFeed(controller.state.history, query, lastEventId),
			page: pageProvider({ context, controller, version }),
		},
	});
};

/** Whether what was in flight could be done, and in time. */
async function drained(controller: Controller, { deregisterOnExit }: Config, log: Logger): Promise<boolean> {
	const finish = async (): Promise<boolean> => {
		const isDone = await controller.stop();
		if (deregisterOnExit) await controller.deregisterAll();
		return isDone;
	};
	try {
		return await Promise.race([finish(), delay(drainMs, false, { ref: false })]);
	} catch (error) {
		log.error({ error }, 'not all services could be deregistered');
		return false;
	}
}
