import { createHash } from 'node:crypto';
import PQueue from 'p-queue';
import { defer } from 'rxjs';
import { systemClock } from '../../clock.ts';
import { isOurMaintenance, maintenanceId } from '../../maintenance.ts';
import type { CheckReport, CheckStates, ServiceId, ServiceInstance } from '../../model.ts';
import { type Registry, RegistryError, type RegistryList } from '../registry.ts';
import { isOnlyOurCheckId, isOurCheckId, itRuns, registerBody, releaseBody } from './body.ts';
import { driftWatch } from './drift-watch.ts';
import { type Answer, type Asked, malformed, refusal, textOf } from './errors.ts';
import { type ConsulHttp, consulHttp } from './http.ts';
import { consulPipeline, type SmallCall } from './pipeline.ts';
import {
	type Read,
	readAccessor,
	readChecks,
	readSelf,
	readService,
	readServiceChecks,
	readServices,
} from './shapes.ts';
import type { ConsulOptions } from './transport.ts';

/** How long a 404 spares the search for obsolete checks: a PUT follows the read within moments, or is another story. */
const absenceMs = 10_000;
const maxAbsences = 10_000;

/** The services of one Consul agent. Messages of its errors name method, path, status and the answer's first 200 characters. */
export function consulRegistry(options: ConsulOptions): Registry {
	const http = consulHttp(options);
	const pipeline = consulPipeline(options);
	// Not all the connections there are: they are needed for what is more than a repetition.
	const alone = new PQueue({ concurrency: 8 });
	const absent = absences();
	return {
		get: async (id, signal) => {
			const asked: Asked = `GET /v1/agent/service/${encodeURIComponent(id)}`;
			const answer = await http.call(asked, { signal });
			if (answer.status === 404) {
				absent.add(id);
				return undefined;
			}
			return readAs(asked, answer, readService);
		},
		list: async (signal) => {
			const asked: Asked = 'GET /v1/agent/services';
			const answer = await http.call(asked, { signal });
			return { registrations: readAs(asked, answer, readServices), ...doubtOf(answer) };
		},
		checks: async (signal, id) => {
			if (id !== undefined) return new Map([[id, await checksOf(http, id, signal)]]);
			const asked: Asked = 'GET /v1/agent/checks';
			return readAs(asked, await http.call(asked, { signal }), readChecks);
		},
		register: async (service, stamp, signal) => {
			const wasAbsent = absent.take(service.id);
			const asked: Asked = 'PUT /v1/agent/service/register';
			expectOk(asked, await http.call(asked, { signal, body: registerBody(service, stamp) }));
			if (!wasAbsent) await removeObsoleteChecks(http, service, signal);
		},
		release: async (found, signal) => {
			const asked: Asked = 'PUT /v1/agent/service/register';
			// registrator sends no Meta where there is nothing in it, and the catalog tells the two apart.
			const { Meta, ...body } = releaseBody(found);
			const meta = Object.keys(Meta).length === 0 ? {} : { Meta };
			expectOk(asked, await http.call(asked, { signal, body: { ...body, ...meta } }));
			const checks = await checksOf(http, found.id, signal);
			const ordered = checks.get(maintenanceId(found.id));
			if (ordered !== undefined && isOurMaintenance(ordered)) await maintain(http, found.id, undefined, signal);
			await removeChecks(
				http,
				[...checks.keys()].filter((id) => isOnlyOurCheckId(id, found.id)),
				signal,
			);
		},
		deregister: async (id, signal) => {
			const asked: Asked = `PUT /v1/agent/service/deregister/${encodeURIComponent(id)}`;
			const answer = await http.call(asked, { signal });
			if (!isUnknown(answer, 'service')) expectOk(asked, answer);
		},
		heartbeats: async (beats, signal) => {
			const calls = beats.map(({ checkId, said = itRuns }) => reportCall(checkId, said));
			try {
				const taken = await pipeline(calls, signal);
				const ask = async (call: SmallCall) => alone.add(() => refusalTo(http, call, signal));
				return await Promise.all(calls.map((call, n) => (taken[n] ? undefined : ask(call))));
			} catch (error) {
				if (!(error instanceof RegistryError)) throw error;
				return calls.map(() => error);
			}
		},
		report: async (checkId, said, signal) => {
			const { asked, body } = reportCall(checkId, said);
			expectKnown(asked, await http.call(asked, { signal, body }), 'check');
		},
		maintain: (id, reason, signal) => maintain(http, id, reason, signal),
		advertisedAddress: async (signal) => {
			const { address } = await self(http, signal);
			return address === '' ? malformed('GET /v1/agent/self', 'the agent does not say its address') : address;
		},
		tokenFingerprint: async (signal) => {
			if (options.token === undefined) return undefined;
			const asked: Asked = 'GET /v1/acl/token/self';
			return fingerprintIn(asked, await http.call(asked, { signal }));
		},
		// Its own connection: a question that is kept waiting for a minute must not take one from the calls.
		changes: (owner) => defer(() => driftWatch(watchOptions(options, consulHttp(options, 2)), owner)),
	};
}

const watchOptions = (options: ConsulOptions, http: ConsulHttp): Parameters<typeof driftWatch>[0] => ({
	http,
	clock: systemClock,
	random: Math.random,
	node: async (signal) => {
		if (options.node !== undefined) return options.node;
		const { node } = await self(http, signal);
		return node === '' ? malformed('GET /v1/agent/self', 'the agent does not say its node') : node;
	},
});

async function self(http: ConsulHttp, signal: AbortSignal): Promise<{ node: string; address: string }> {
	const asked: Asked = 'GET /v1/agent/self';
	return readAs(asked, await http.call(asked, { signal }), readSelf);
}

/** The accessor's id is no secret, but nobody else's business. */
function fingerprintIn(asked: Asked, answer: Answer): string | undefined {
	// ACLs are off, or the token is not known to them.
	if ([401, 403, 404].includes(answer.status)) return undefined;
	const accessor = readAs(asked, answer, readAccessor);
	return createHash('sha256').update(accessor).digest('hex').slice(0, 12);
}

function expectOk(asked: Asked, answer: Answer): void {
	if (answer.status !== 200) throw refusal(asked, answer);
}

/** Of what the agent does not know, it says so in several ways. */
function refusalOf(asked: Asked, answer: Answer, what: keyof typeof unknown): RegistryError | undefined {
	if (isUnknown(answer, what))
		return new RegistryError('invalid', `${asked}: no such ${what}: ${textOf(answer.body).slice(0, 200)}`);
	return answer.status === 200 ? undefined : refusal(asked, answer);
}

function expectKnown(asked: Asked, answer: Answer, what: keyof typeof unknown): void {
	const error = refusalOf(asked, answer, what);
	if (error !== undefined) throw error;
}

/** One by one, and with all that can be told of it. */
async function refusalTo(http: ConsulHttp, call: SmallCall, signal: AbortSignal): Promise<RegistryError | undefined> {
	try {
		return refusalOf(call.asked, await http.call(call.asked, { ...call, signal }), 'check');
	} catch (error) {
		if (error instanceof RegistryError) return error;
		throw error;
	}
}

const reportCall = (checkId: string, { status, output }: CheckReport): SmallCall => ({
	asked: `PUT /v1/agent/check/update/${encodeURIComponent(checkId)}`,
	body: { Status: status, Output: output },
});

async function maintain(
	http: ConsulHttp,
	id: ServiceId,
	reason: string | undefined,
	signal: AbortSignal,
): Promise<void> {
	const asked: Asked = `PUT /v1/agent/service/maintenance/${encodeURIComponent(id)}`;
	const query = reason === undefined ? { enable: 'false' } : { enable: 'true', reason };
	expectKnown(asked, await http.call(asked, { signal, query }), 'service');
}

function readAs<T>(asked: Asked, answer: Answer, read: (body: unknown) => Read<T>): T {
	expectOk(asked, answer);
	const result = read(answer.body);
	return result.ok ? result.value : malformed(asked, result.rule);
}

/** Newer agents say that they left something out; Consul 1.8 does not, and only reads by id reveal it there. */
const doubtOf = ({ headers }: Answer): Pick<RegistryList, 'doubt'> =>
	headers['x-consul-results-filtered-by-acls'] === 'true'
		? { doubt: 'the agent left out services that the token may not read' }
		: {};

const unknown = {
	/** With ACLs on, the agent looks the service up first, and fails with 500. */
	service: /^Unknown service\b/i,
	check: /^Unknown check\b|does not have associated TTL/i,
} as const;

const isUnknown = ({ status, body }: Answer, what: keyof typeof unknown): boolean =>
	status === 404 || (status === 500 && unknown[what].test(textOf(body)));

/**
 * A PUT leaves the checks behind that it does not name. `replace-existing-checks` would remove them, but with them
 * maintenance and whatever other people attached, so ours go one by one.
 */
async function removeObsoleteChecks(http: ConsulHttp, service: ServiceInstance, signal: AbortSignal): Promise<void> {
	const wanted = new Set(service.checks.map(({ id }) => id));
	const found = [...(await checksOf(http, service.id, signal)).keys()];
	await removeChecks(
		http,
		found.filter((id) => isOurCheckId(id, service.id) && !wanted.has(id)),
		signal,
	);
}

async function removeChecks(http: ConsulHttp, ids: readonly string[], signal: AbortSignal): Promise<void> {
	for (const id of ids) {
		const asked: Asked = `PUT /v1/agent/check/deregister/${encodeURIComponent(id)}`;
		const answer = await http.call(asked, { signal });
		if (!isUnknown(answer, 'check')) expectOk(asked, answer);
	}
}

async function checksOf(http: ConsulHttp, id: ServiceId, signal: AbortSignal): Promise<CheckStates> {
	const asked: Asked = `GET /v1/agent/health/service/id/${encodeURIComponent(id)}`;
	const answer = await http.call(asked, { signal });
	if (answer.status === 404) return new Map();
	// The status is the service's health: 429 is a warning, 503 critical. What refuses has another body.
	const health = readServiceChecks(answer.body, id);
	if (health.ok && [200, 429, 503].includes(answer.status)) return health.value;
	if (answer.status !== 200) throw refusal(asked, answer);
	return malformed(asked, health.ok ? 'unexpected' : health.rule);
}

/** Ids that were just read as absent: such a service has no old checks, which saves a new one the search for them. */
function absences(): { add(id: ServiceId): void; take(id: ServiceId): boolean } {
	const since = new Map<ServiceId, number>();
	return {
		add: (id) => {
			since.delete(id);
			since.set(id, systemClock.now());
			const [oldest] = since.keys();
			if (since.size > maxAbsences && oldest !== undefined) since.delete(oldest);
		},
		take: (id) => {
			const at = since.get(id);
			since.delete(id);
			return at !== undefined && systemClock.now() - at < absenceMs;
		},
	};
}
