import { flappingReason } from '../controller/views.ts';
import type { Container } from '../model.ts';
import { hostPort } from '../server/listen.ts';
import type { ExplainedCheck, ExplainedPort, ExplainedService, Explanation } from './explanation.ts';
import type { Evidence } from './report.ts';

/** The answer to "why is it not in Consul?", in a sentence. */

type Answer = Pick<Explanation, 'answer' | 'remedy' | 'verdict'>;

interface Facts {
	readonly name: string;
	readonly container: Container | undefined;
	readonly services: readonly ExplainedService[];
	readonly ports: readonly ExplainedPort[];
	readonly checks: readonly ExplainedCheck[];
	readonly evidence: Evidence;
}

type Word = (service: ExplainedService, facts: Facts) => Answer;

const place = ({ name, address, hostPort: port }: ExplainedService): string => `${name} at ${hostPort(address, port)}`;
const because = (reason: string | undefined): string => (reason === undefined ? '' : `: ${reason}`);

/** By what a run would do; the worst comes first, and the first that there is counts. */
const words: Readonly<Record<string, Word>> = {
	failed: ({ id, reason }, { name }) => ({
		answer: `${name} may not be in Consul as wanted, since ${id} could not be read${because(reason)}`,
		verdict: 'differs',
		remedy: rightsRemedy(reason) ?? 'see reconsul doctor; it is tried again with growing pauses',
	}),
	conflict: ({ id, reason }, { name }) => ({
		answer: `${name} is not in Consul: its id ${id} is taken${because(reason)}`,
		verdict: 'not registered',
		remedy: 'give one of the two another id (SERVICE_ID), or end one',
	}),
	register: (service, facts) => notYet(service, facts),
	change: (service, { name, evidence }) => ({
		answer: `${name} is in Consul as ${service.id}, and not as wanted: ${changedFields(service, evidence)} differ${because(service.reason)}`,
		verdict: 'differs',
		remedy: waitRemedy(evidence),
	}),
	remove: ({ id, reason }, { name, evidence }) => ({
		answer: `${name} is still in Consul as ${id}, and about to be removed${because(reason)}`,
		verdict: 'differs',
		remedy: waitRemedy(evidence),
	}),
	held: ({ id, reason }, { name }) => ({
		answer: `${name} is still in Consul as ${id}, though nothing asks for it${because(reason)}`,
		verdict: 'differs',
		remedy: 'docs/operations.md has the reasons under "Held deletes"',
	}),
	adopt: (service, { name }) => ({
		answer: `${name} is in Consul as wanted: ${place(service)} (${service.id}); only our stamp is missing, and one write adds it`,
		verdict: 'in sync',
	}),
};

const order = Object.keys(words);

export function answerOf(facts: Facts): Answer {
	const { services, name } = facts;
	const [worst] = services
		.filter(({ action }) => Object.hasOwn(words, action))
		.sort((a, b) => order.indexOf(a.action) - order.indexOf(b.action));
	if (worst !== undefined) return words[worst.action]?.(worst, facts) ?? missing(facts);
	if (services.length === 0) return missing(facts);
	const kept = services.map((service) => `${place(service)} (${service.id})`);
	const trouble = troubleOf(facts);
	return { answer: `${name} is in Consul as wanted: ${kept.join(', ')}${trouble}`, verdict: 'in sync' };
}

/** Registered, and yet nobody is sent there. */
function troubleOf({ services, checks }: Facts): string {
	const ordered = services.find(({ maintenance }) => maintenance !== undefined)?.maintenance;
	const bad = checks.find(({ status }) => status === 'critical');
	if (ordered !== undefined) return `; it gets no traffic, since it is in maintenance: ${ordered}`;
	if (bad === undefined) return '';
	const output = bad.output?.split('\n', 1)[0] ?? '';
	return `; it gets no traffic, since its check "${bad.name}" is critical${output === '' ? '' : `: ${output}`}`;
}

/** No service at all. */
function missing({ name, container, ports, evidence }: Facts): Answer {
	if (container === undefined) {
		const hasEnded = evidence.rehearsal.subject.container === 'ended';
		const what = hasEnded ? 'its container has ended' : 'Docker does not know its container (any more)';
		return { answer: `${name} is not in Consul: ${what}, and nothing of it is left`, verdict: 'not registered' };
	}
	const [first] = ports.filter(({ detail }) => detail !== undefined);
	const others = new Set(ports.flatMap(({ detail }) => detail ?? [])).size - 1;
	const more = others > 0 ? ` (and ${others} more below)` : '';
	const which = first?.port === undefined ? '' : `port ${first.port}: `;
	return {
		answer: `${name} is not in Consul: ${which}${first?.detail ?? 'nothing asks for it'}${more}`,
		verdict: 'not registered',
		...(first?.remedy === undefined ? {} : { remedy: first.remedy }),
	};
}

function notYet({ id, reason }: ExplainedService, { name, evidence }: Facts): Answer {
	const { rehearsal, by, past } = evidence;
	const isFlapping = rehearsal.decisions.some((it) => it.kind === 'flapping' && it.start.desired.id === id);
	const why = isFlapping ? flappingReason : (past.lastError?.text ?? reason);
	if (why !== undefined && (isFlapping || by === 'daemon'))
		return {
			answer: `${name} is not in Consul as ${id}${because(why)}`,
			verdict: 'not registered',
			remedy: isFlapping ? 'see in docker logs why it ends' : (rightsRemedy(why) ?? waitRemedy(evidence)),
		};
	return by === 'daemon'
		? { answer: `${name} is not in Consul yet: ${id} is about to be registered`, verdict: 'not registered' }
		: {
				answer: `${name} is not in Consul: nothing speaks against ${id}, but nobody has registered it`,
				verdict: 'not registered',
				remedy: 'start the daemon (no daemon answered at --listen), or see in its log what fails',
			};
}

function rightsRemedy(reason: string | undefined): string | undefined {
	if (reason === undefined) return undefined;
	if (/ with 40[13]\b|[Pp]ermission denied|ACL not found/.test(reason))
		return 'the ACL token lacks a right: deploy/consul-policy.hcl has what it needs; then SIGHUP, or wait 10 minutes';
	return /refused; does the agent run/.test(reason) ? 'start the Consul agent, or correct its address' : undefined;
}

const waitRemedy = ({ by, past }: Evidence): string =>
	by === 'command'
		? 'a daemon with these options puts it right; none answered at --listen'
		: past.nextRetryAt === undefined
			? 'wait: the next pass puts it right'
			: `wait: it is tried again at ${past.nextRetryAt}`;

function changedFields({ id }: ExplainedService, { rehearsal }: Evidence): string {
	const because = rehearsal.decisions.flatMap((it) => {
		const register = it.kind === 'contested' ? it.repair : it;
		return register.kind === 'register' && register.desired.id === id ? register.because : [];
	});
	const fields = [...new Set(because.map(({ field }) => field))].filter(
		(field) => field !== 'stamp' && field !== 'spec',
	);
	return fields.length > 0
		? fields.join(', ')
		: because.length > 0
			? 'its labels or our options'
			: 'what its checks say';
}
