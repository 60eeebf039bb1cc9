import type { Context } from '../controller/context.ts';
import type { Controller } from '../controller/controller.ts';
import { concerns } from '../controller/history.ts';
import { wordsOf } from '../controller/history-words.ts';
import type { ServiceView, View } from '../controller/views.ts';
import type { CheckStates, ServiceInstance } from '../model.ts';
import type { ServiceChecks } from '../registry/registry.ts';
import type { HealthCheck } from '../server/health.ts';
import { maskPairs, maskTag, maskValue } from '../server/mask.ts';
import type { PageProvider } from '../server/page/answers.ts';
import type {
	CheckModel,
	ContainerModel,
	HappeningModel,
	HostModel,
	PageModel,
	ServiceModel,
	ServiceState,
	Standing,
	StoryModel,
} from '../server/page/model.ts';
import { standingOf } from '../server/page/standing.ts';
import { explainAnswer } from './explain.ts';
import { ready } from './status.ts';

export interface PageSource {
	readonly context: Context;
	readonly controller: Controller;
	readonly version: string;
}

/** What the page shows, from what the controller knows: readings only. */
export function pageProvider({ context, controller, version }: PageSource): PageProvider {
	const standing = new StandingWatch(controller);
	const checks = checkReader(context, controller);
	const overview = async (): Promise<PageModel> => ({
		now: Date.now(),
		host: hostOf(controller, version, context.settings.isDryRun),
		failing: isStarting(controller) ? [] : failing(controller),
		standing: standing.look(),
		lastPassAt: controller.passes.lastSuccessAt,
		speed: await context.metrics.buckets('reconsul_convergence_seconds', { kind: 'register' }),
		containers: containersOf(controller, await checks()),
	});
	return {
		overview,
		story: async (asked) => {
			const [page, told] = await Promise.all([overview(), explained(asked, context, controller)]);
			const name = told.explanation?.container?.name ?? asked;
			const container = containerNamed(page.containers, name);
			return { page, container, ...told, history: historyOf(container?.name ?? name, controller) };
		},
	};
}

function hostOf({ identity }: Controller, version: string, isDryRun: boolean): HostModel {
	const { ownership } = identity.last ?? {};
	return { hostname: ownership?.hostname, owner: ownership?.owner, version, isDryRun };
}

const failing = (controller: Controller): readonly HealthCheck[] =>
	ready(controller).flatMap(({ name, problem }) =>
		problem === undefined ? [] : [{ name, problem: maskValue(problem) }],
	);

/** Before the first full pass has ended, well or not, nothing can be said. */
const isStarting = ({ passes }: Controller): boolean => passes.lastAttemptAt === 0;

/** Remembers when the standing last changed, whether somebody looks or not. */
class StandingWatch {
	readonly #controller: Controller;
	#standing: Standing = { state: 'starting', since: Date.now() };
	#isDue = false;

	constructor(controller: Controller) {
		this.#controller = controller;
		controller.state.history.onNews(() => this.#lookSoon());
	}

	/** When what is told of has been noted everywhere; once for all that is told at a time. */
	#lookSoon(): void {
		if (this.#isDue) return;
		this.#isDue = true;
		setImmediate(() => {
			this.#isDue = false;
			this.look();
		});
	}

	look(): Standing {
		const { views } = this.#controller.state;
		const states = new Set<ServiceState>();
		for (const { services } of views.all()) for (const it of services) states.add(stateOf(it));
		const state = isStarting(this.#controller) ? 'starting' : standingOf(failing(this.#controller), states);
		if (state !== this.#standing.state) this.#standing = { state, since: Date.now() };
		return this.#standing;
	}
}

/** Long enough for an agent that is well; the page does not wait for one that is not. */
const checksWithinMs = 500;
/** However many look, the agent is asked that often, unless something has happened that may have changed them. */
const checksEveryMs = 1_000;

/** Reads how all checks stand, with one call; passes read them too, but not as often as somebody looks. */
function checkReader({ registry, clock }: Context, { state }: Controller): () => Promise<ServiceChecks> {
	let last: { readonly at: number; readonly sequence: number; readonly checks: Promise<ServiceChecks> } | undefined;
	const read = async (): Promise<ServiceChecks> => {
		try {
			return await registry.checks(AbortSignal.timeout(checksWithinMs));
		} catch {
			// Whether Consul answers is told elsewhere on the page.
			return state.checkStates;
		}
	};
	return () => {
		const now = clock.now();
		const sequence = state.history.last;
		if (last === undefined || now - last.at >= checksEveryMs || sequence !== last.sequence)
			last = { at: now, sequence, checks: read() };
		return last.checks;
	};
}

const containersOf = ({ state }: Controller, checks: ServiceChecks): readonly ContainerModel[] =>
	[...state.views.all()]
		.map((view) => containerOf(view, checks))
		.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));

function containerOf(view: View, checks: ServiceChecks): ContainerModel {
	const { key, container, isRunning, services, omitted, warnings } = view;
	return {
		name: container?.name ?? key,
		id: container?.id,
		startedAt: container === undefined ? undefined : Date.parse(container.startedAt),
		isRunning,
		services: services.map((it) => serviceOf(it, checks.get(it.service.id))),
		omitted: omitted.map(({ port, reason, detail }) => ({ port, reason, detail: maskValue(detail) })),
		warnings: warnings.map(({ text }) => maskValue(text)),
	};
}

/** A delete that the user's own options rule out is no trouble. */
const stateOf = ({ state, held }: ServiceView): ServiceState => (held === 'policy' ? 'kept' : state);

function serviceOf(view: ServiceView, states: CheckStates | undefined): ServiceModel {
	const { service, reason } = view;
	const { id, name, address, port, tags, meta } = service;
	const wanted = 'checks' in service ? service : undefined;
	return {
		id,
		name,
		address,
		port,
		tags: tags.map(maskTag),
		meta: maskPairs(meta),
		state: stateOf(view),
		reason: reason === undefined ? undefined : maskValue(reason),
		maintenance: wanted?.maintenance,
		checks: wanted === undefined ? [] : wanted.checks.map((check) => checkOf(check, states)),
	};
}

/** What Consul was last seen to have; what is told to it, where that is not read. */
function checkOf({ id, name, report }: ServiceInstance['checks'][number], states: CheckStates | undefined): CheckModel {
	const { status, output = '' } = states?.get(id) ?? report ?? { status: undefined };
	return { name, status, output: maskValue(output) };
}

/** Looks anew, so Docker and Consul are asked. */
async function explained(
	asked: string,
	context: Context,
	controller: Controller,
): Promise<Pick<StoryModel, 'explanation' | 'trouble'>> {
	const { value } = await explainAnswer(asked, context, controller);
	if ('error' in value) return { explanation: undefined, trouble: { text: value.error, near: [] } };
	if (!('notFound' in value)) return { explanation: value, trouble: undefined };
	const text = 'No container and no service of this name or id is known.';
	return { explanation: undefined, trouble: { text, near: value.near } };
}

const mostHappenings = 100;

const historyOf = (container: string, { state }: Controller): readonly HappeningModel[] =>
	[...state.history.after(0)]
		.filter((entry) => concerns(entry, { container }))
		.slice(-mostHappenings)
		.reverse()
		.map((entry) => {
			const { text, tone } = wordsOf(entry);
			return { at: Date.parse(entry.at), text, tone };
		});

/** By name first, since a name may look like the beginning of an id. */
const containerNamed = (containers: readonly ContainerModel[], text: string): ContainerModel | undefined =>
	containers.find(({ name }) => name === text) ??
	(/^[0-9a-f]{4,64}$/.test(text) ? containers.find(({ id }) => id?.startsWith(text)) : undefined);
