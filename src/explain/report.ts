import type { Rehearsal } from '../controller/rehearsal.ts';
import type { View } from '../controller/views.ts';
import type { Trace } from '../derive/trace.ts';
import type { CheckStates, Container, ServiceId } from '../model.ts';
import { hostPort } from '../server/listen.ts';
import { maskPairs, maskTag, maskValue } from '../server/mask.ts';
import { answerOf } from './answer.ts';
import { askedBy } from './check-words.ts';
import { entriesOf, type PlanEntry } from './entries.ts';
import type {
	ExplainedCheck,
	ExplainedContainer,
	ExplainedPort,
	ExplainedService,
	Explanation,
} from './explanation.ts';
import { addressesIn, fieldsIn, unusedIn } from './provenance.ts';
import { remedies } from './remedies.ts';

/** What only a running daemon knows. */
export type Past = Pick<Explanation, 'lastWrite' | 'lastError' | 'nextRetryAt'>;

/** Everything that was found out about one key. */
export interface Evidence {
	readonly rehearsal: Rehearsal;
	readonly trace: Trace;
	readonly checks: ReadonlyMap<ServiceId, CheckStates>;
	/** As the last run or pass left it. */
	readonly view: View | undefined;
	readonly past: Past;
	readonly by: Explanation['by'];
	readonly doubt: string | undefined;
}

/** Puts it into words. Pure. */
export function explanationOf(evidence: Evidence): Explanation {
	const { rehearsal, trace, past, by, doubt } = evidence;
	const { container, derivation, identity } = rehearsal.subject;
	const seen = typeof container === 'object' ? container : undefined;
	const services = servicesOf(evidence, entriesOf(rehearsal, doubt));
	const ports = portsOf(evidence, seen);
	const checks = services.flatMap(({ id }) => checksOf(id, evidence));
	const name = seen?.name ?? evidence.view?.container?.name ?? rehearsal.subject.key.slice(0, 12);
	return {
		...answerOf({ name, container: seen, services, ports, checks, evidence }),
		by,
		owner: identity.ownership.owner,
		hostname: identity.ownership.hostname,
		engine: identity.ownership.engine,
		...(seen === undefined ? {} : { container: containerShown(seen) }),
		foundBy: foundBy(seen, evidence),
		ports,
		addresses: addressesIn(trace, identity),
		fields: fieldsIn(trace),
		unused: seen === undefined || !seen.running ? [] : unusedIn(trace, seen),
		services,
		checks,
		differences: entriesOf(rehearsal, doubt).flatMap(({ id, differences }) =>
			differences.map((difference) => ({ service: id, ...difference })),
		),
		warnings: [...(doubt === undefined ? [] : [maskValue(doubt)]), ...derivation.warnings.map(({ text }) => text)],
		...past,
	};
}

const containerShown = (it: Container): ExplainedContainer => ({
	id: it.id,
	name: it.name,
	image: it.image,
	status: statusOf(it),
	startedAt: it.startedAt,
	network: it.networkMode,
	...(it.health === undefined ? {} : { health: it.health.status }),
});

const statusOf = ({ running, isPaused, exitCode, oomKilled }: Container): string =>
	running ? (isPaused === true ? 'paused' : 'running') : `exited (${exitCode}${oomKilled ? ', out of memory' : ''})`;

function foundBy(container: Container | undefined, { rehearsal, trace }: Evidence): string {
	if (container === undefined)
		return rehearsal.subject.container === 'ended'
			? 'its entries in the agent; the container has ended'
			: 'its entries in the agent; Docker does not know the container (any more)';
	const beyond = rehearsal.subject.derivation.omitted.find(({ reason }) => reason === 'out-of-scope');
	return beyond?.detail ?? trace.scope ?? 'it is not looked at, since it does not run';
}

/** Every port of the container, and what concerns it as a whole. */
function portsOf({ rehearsal, trace }: Evidence, container: Container | undefined): readonly ExplainedPort[] {
	const { omitted, services } = rehearsal.subject.derivation;
	const keys = new Set([
		...Object.keys(container?.ports ?? {}),
		...(container?.exposed ?? []),
		...trace.ports.keys(),
		...omitted.flatMap(({ port }) => port ?? []),
	]);
	const whole = omitted.filter(({ port }) => port === undefined).map((it) => omissionShown(it, []));
	const each = [...keys].sort(byNumber).map((port): ExplainedPort => {
		const published = (container?.ports[port] ?? []).map(({ hostIp, hostPort: port }) =>
			hostPort(hostIp || '0.0.0.0', port),
		);
		const omission = omitted.find((it) => it.port === port);
		const rule = trace.ports.get(port)?.rule;
		const told = omission === undefined ? { port, published } : omissionShown(omission, published);
		const id = trace.ports.get(port)?.service;
		const isService = services.some((service) => service.id === id);
		return { ...told, ...(rule ? { rule } : {}), ...(isService ? { service: id } : {}) };
	});
	return [...whole, ...each];
}

const byNumber = (a: string, b: string): number => Number.parseInt(a, 10) - Number.parseInt(b, 10) || (a < b ? -1 : 1);

const omissionShown = (
	{ port, reason, detail }: Rehearsal['subject']['derivation']['omitted'][number],
	published: readonly string[],
): ExplainedPort => ({
	...(port === undefined ? {} : { port }),
	published,
	reason,
	detail,
	remedy: remedies[reason](String(Number.parseInt(port ?? '80', 10))),
});

function servicesOf({ rehearsal, view }: Evidence, entries: readonly PlanEntry[]): readonly ExplainedService[] {
	const wanted = new Map(rehearsal.subject.derivation.services.map((service) => [service.id, service]));
	return entries.map(({ id, name, address, port, action, reason }) => {
		const service = wanted.get(id) ?? view?.services.find((it) => it.service.id === id)?.service;
		const maintenance = service !== undefined && 'checks' in service ? service.maintenance : undefined;
		const failure = view?.services.find((it) => it.service.id === id && it.state === 'failed')?.reason;
		const why = failure ?? reason;
		return {
			id,
			name,
			address,
			hostPort: port,
			action,
			...(why === undefined ? {} : { reason: maskValue(why) }),
			tags: (service?.tags ?? []).map(maskTag),
			meta: maskPairs(service?.meta ?? {}),
			...(maintenance === undefined ? {} : { maintenance }),
		};
	});
}

/** Those that it shall have, and those that the agent has beside them. */
function checksOf(id: ServiceId, { rehearsal, trace, checks }: Evidence): readonly ExplainedCheck[] {
	const states = checks.get(id) ?? new Map();
	const service = rehearsal.subject.derivation.services.find((it) => it.id === id);
	const wanted = (service?.checks ?? []).map((check): ExplainedCheck => {
		const from = [...trace.ports.values()].map((port) => port.checks.get(check.id)).find((it) => it !== undefined);
		const { id: checkId, name } = check;
		const report =
			check.report === undefined ? {} : { status: check.report.status, output: maskValue(check.report.output) };
		return {
			service: id,
			id: checkId,
			name,
			asks: askedBy(check),
			...(from ? { from } : {}),
			...report,
			...said(states, checkId),
		};
	});
	const known = new Set(wanted.map((it) => it.id));
	const others = [...states.keys()].filter((checkId) => !known.has(checkId));
	return [
		...wanted,
		...others.map((checkId) => ({ service: id, id: checkId, name: nameOf(checkId, states), ...said(states, checkId) })),
	];
}

const nameOf = (id: string, states: CheckStates): string =>
	id.startsWith('_service_maintenance:') ? `maintenance: ${maskValue(states.get(id)?.notes ?? '')}` : id;

function said(states: CheckStates, id: string): Pick<ExplainedCheck, 'status' | 'output'> {
	const state = states.get(id);
	return state === undefined ? {} : { status: state.status, output: maskValue(state.output) };
}
