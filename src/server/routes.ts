import { cleanText } from '../log.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { isBearer, isLocalRequest } from './access.ts';
import type { Feed } from './events.ts';
import type { HealthCheck } from './health.ts';
import { assetAnswer, overviewAnswer, type PageProvider, storyAnswer } from './page/answers.ts';

/** What the server shows; each is asked anew on every request, and has to be quick. */
export interface Providers {
	readonly metrics: Pick<Metrics, 'text' | 'contentType'>;
	readonly health: () => readonly HealthCheck[];
	readonly ready: () => readonly HealthCheck[];
	/** The answer of `/api/services`, ready for JSON, with secrets masked. */
	readonly services: () => unknown;
	/** Why one container is in Consul as it is; looks anew. */
	readonly explain: (what: string) => Promise<{ readonly status: number; readonly value: unknown }>;
	/** The answer of `/api/history`, likewise. */
	readonly history: (query: URLSearchParams) => unknown;
	/** What `/api/events` goes on to tell. */
	readonly events: (query: URLSearchParams, lastEventId: string | undefined) => Feed;
	readonly page: PageProvider;
}

export interface RouteRequest {
	readonly method: string;
	/** As sent: path and query. */
	readonly target: string;
	readonly peer: string | undefined;
	readonly host: string | undefined;
	readonly authorization: string | undefined;
	/** `Last-Event-ID`: where a browser that comes back to a stream was cut off. */
	readonly lastEventId?: string | undefined;
	readonly accept?: string | undefined;
}

export interface Answer {
	readonly status: number;
	readonly body: string;
	readonly contentType?: string;
	readonly headers?: Readonly<Record<string, string>>;
	/** What follows instead of a body, for as long as the client stays. */
	readonly feed?: Feed;
}

export interface RouteOptions {
	readonly providers: Providers;
	/** `local`: the API answers people on this machine only. */
	readonly api: 'local' | 'public';
	/** Who has it may read the API from anywhere; asked for on every such request. */
	readonly apiToken?: () => Promise<string | undefined> | string | undefined;
}

/** What is asked of a route. */
interface Question {
	/** What follows a path that ends with a slash, decoded; empty for any other. */
	readonly rest: string;
	readonly query: URLSearchParams;
	readonly lastEventId: string | undefined;
	readonly accept: string | undefined;
}

interface Route {
	readonly about: string;
	readonly isPrivate?: boolean | ((question: Question) => boolean);
	readonly answer: (providers: Providers, question: Question) => Answer | Promise<Answer>;
}

/** By path; one that ends with a slash, but for `/`, takes everything below it. */
const routes: Readonly<Record<string, Route>> = {
	'/metrics': {
		about: "figures in Prometheus' text format",
		answer: async ({ metrics }) => ({ status: 200, body: await metrics.text(), contentType: metrics.contentType }),
	},
	'/healthz': {
		about: 'whether the daemon gets on with its work; ?verbose lists the checks',
		answer: ({ health }, { query }) => checksAnswer('healthz', health(), query.has('verbose')),
	},
	'/readyz': {
		about: 'whether Consul can be relied on to follow the containers; ?verbose lists the checks',
		answer: ({ ready }, { query }) => checksAnswer('readyz', ready(), query.has('verbose')),
	},
	'/api/services': {
		about: 'every service and how it stands, as JSON',
		isPrivate: true,
		answer: ({ services }) => asJson(services()),
	},
	'/api/explain/': {
		about: 'followed by a container or a service: why it is in Consul as it is, or is not, as JSON',
		isPrivate: true,
		answer: async ({ explain }, { rest }) => {
			const { status, value } = await explain(rest);
			return { ...asJson(value), status };
		},
	},
	'/api/history': {
		about: 'what happened and why, as JSON; ?service=, ?container=, ?since=, ?limit=',
		isPrivate: true,
		answer: ({ history }, { query }) => asJson(history(query)),
	},
	'/api/events': {
		about: 'the same as it happens, as server-sent events',
		isPrivate: true,
		answer: ({ events }, { query, lastEventId }) => ({
			status: 200,
			body: '',
			contentType: 'text/event-stream; charset=utf-8',
			feed: events(query, lastEventId),
		}),
	},
	'/container/': {
		about: "one container's story, by name or id, for a browser",
		isPrivate: true,
		answer: ({ page }, { rest }) => storyAnswer(page, rest),
	},
	'/assets/': { about: 'what the pages load', answer: (_, { rest }) => assetAnswer(rest) ?? nothingHere() },
	'/': {
		about: 'all of it at a glance, for a browser; this list for anything else',
		isPrivate: ({ accept }) => isForBrowser(accept),
		answer: ({ page }, { query, accept }) =>
			isForBrowser(accept) ? overviewAnswer(page, query) : { status: 200, body: `reconsul\n\n${index}` },
	},
};

const asJson = (value: unknown): Answer => ({
	status: 200,
	body: `${JSON.stringify(value)}\n`,
	contentType: 'application/json; charset=utf-8',
});

const index = Object.entries(routes)
	.map(([path, { about }]) => `${path.padEnd(15)} ${about}\n`)
	.join('');

const nothingHere = (): Answer => ({ status: 404, body: `there is nothing here; there is:\n\n${index}` });

/** What a browser asks for when somebody follows a link; curl and probes do not. */
const isForBrowser = (accept: string | undefined): boolean => accept?.includes('text/html') === true;

/** Answers one request. Rejects where a provider throws. */
export async function answerTo(request: RouteRequest, options: RouteOptions): Promise<Answer> {
	const [path = '', query = ''] = request.target.split('?', 2);
	const { route, rest } = routeAt(path);
	if (route === undefined) return nothingHere();
	if (request.method !== 'GET' && request.method !== 'HEAD')
		return { status: 405, body: 'only GET and HEAD are answered\n', headers: { Allow: 'GET, HEAD' } };
	const { lastEventId, accept } = request;
	const question = { rest, query: new URLSearchParams(query), lastEventId, accept };
	const isPrivate = typeof route.isPrivate === 'function' ? route.isPrivate(question) : route.isPrivate === true;
	if (isPrivate && !(await mayRead(request, options))) return notForYou;
	return route.answer(options.providers, question);
}

function routeAt(path: string): { readonly route: Route | undefined; readonly rest: string } {
	if (Object.hasOwn(routes, path)) return { route: routes[path], rest: '' };
	const [, base = '', below = ''] = /^(\/.+\/)([^/]+)$/.exec(path) ?? [];
	const rest = decoded(below);
	return { route: rest !== '' && Object.hasOwn(routes, base) ? routes[base] : undefined, rest };
}

/** Empty for what is no proper escape. */
function decoded(text: string): string {
	try {
		return decodeURIComponent(text);
	} catch {
		return '';
	}
}

const notForYou: Answer = {
	status: 403,
	body: 'answered to requests from this machine only, unless started with --api=public or --api-token-file\n',
};

const mayRead = async (
	{ peer, host, authorization }: RouteRequest,
	{ api, apiToken }: RouteOptions,
): Promise<boolean> => api === 'public' || isLocalRequest(peer, host) || isBearer(authorization, await apiToken?.());

/** As Kubernetes' health endpoints: `ok` in short, the list of checks when asked for or when something is wrong. */
function checksAnswer(name: string, checks: readonly HealthCheck[], isVerbose: boolean): Answer {
	const isWell = checks.every(({ problem }) => problem === undefined);
	const lines = checks.map(({ name: check, problem }) =>
		problem === undefined ? `[+]${check} ok\n` : `[-]${check} failed: ${cleanText(problem, 200)}\n`,
	);
	if (!isWell) return { status: 503, body: `${lines.join('')}${name} check failed\n` };
	return { status: 200, body: isVerbose ? `${lines.join('')}${name} check passed\n` : 'ok\n' };
}
