import { type Answer, type Asked, refusal, textOf } from '../../registry/consul/errors.ts';
import { readNodeServices } from '../../registry/consul/shapes.ts';
import { RegistryError } from '../../registry/registry.ts';
import { counted } from '../columns.ts';
import { type Check, type Finding, fail, failureOf, ok, skip, warn } from './examination.ts';
import { type ConsulFacts, type Facts, textAt } from './facts.ts';

/** What `reconsul doctor` asks of the agent. It only reads, so whether a token may write is for the first write to show. */

export const consulChecks: readonly Check<Facts>[] = [
	{ name: 'consul', about: 'consul', run: agent },
	{ name: 'consul-leader', run: leader },
	{ name: 'token', run: token },
	{ name: 'token-services', about: 'services', deadlineMs: 70_000, run: listed },
	{ name: 'token-catalog', run: watched },
];

const policy = 'see deploy/consul-policy.hcl';

async function agent({ config, consul }: Facts): Promise<Finding> {
	const { http, self } = await consul();
	const version = textAt(self.body, 'Config', 'Version');
	if (self.status === 200)
		return ok(
			`Consul ${version || '(no version)'}, node ${nodeIn(self)} of ${textAt(self.body, 'Config', 'Datacenter')}, at ${http.where}`,
		);
	if (refusal('GET /v1/agent/self', self).class !== 'forbidden') return failureOf(refusal('GET /v1/agent/self', self));
	const { node, settings } = config;
	if (node !== '' && settings.derive.ip !== '')
		return ok(`Consul at ${http.where}; the token may not read /v1/agent/self, which --node and -ip make up for`);
	return warn(
		`Consul at ${http.where}; the token may not read /v1/agent/self, which tells the node's name and address`,
		`give the token agent:read (${policy}), or say --node and -ip`,
	);
}

const nodeIn = ({ body }: Answer): string => textAt(body, 'Config', 'NodeName') || textAt(body, 'Member', 'Name');

async function leader({ consul }: Facts): Promise<Finding> {
	const { leader: answer } = await consul();
	if (answer.status === 200 && typeof answer.body === 'string' && answer.body !== '')
		return ok(`the leader of the cluster is ${answer.body}`);
	if (answer.status === 403) return skip('not told: something between the agent and us forbids the question');
	return fail(
		'the cluster has no leader: what is registered stays in this agent, and nobody else sees it',
		"see `consul members` and the servers' logs",
	);
}

/** What the agent tells of the token itself. */
async function token({ config, consul }: Facts, signal: AbortSignal): Promise<Finding> {
	const { http } = await consul();
	const asked: Asked = 'GET /v1/acl/token/self';
	const answer = await http.call(asked, { signal });
	const { registry } = config;
	const isGiven = registry.kind === 'consul' && (registry.token ?? registry.tokenFile) !== undefined;
	if (/ACL support disabled/i.test(textOf(answer.body))) return ok('the agent has no ACLs, so no token is needed');
	if (answer.status === 404) return skip('the agent does not tell about tokens');
	if (!isGiven && [200, 403].includes(answer.status))
		return warn(
			'no token is given, and the agent has ACLs: what the anonymous token may do is all that works',
			`set CONSUL_HTTP_TOKEN or --token-file (${policy})`,
		);
	if (answer.status !== 200)
		return fail(
			`the agent does not take the token: ${textOf(answer.body).trim()}`,
			`see CONSUL_HTTP_TOKEN and --token-file; ${policy}`,
		);
	return told(answer);
}

function told({ body }: Answer): Finding {
	const name = textAt(body, 'Description') || textAt(body, 'AccessorID');
	const policies = policiesIn(body);
	const expires = textAt(body, 'ExpirationTime');
	const shown = `the token is known (${name}), with ${policies.length === 0 ? 'no policies of its own' : `the policies ${policies.join(', ')}`}`;
	return expires === '' || expires.startsWith('0001-')
		? ok(`${shown}; whether it may write shows at a write only`)
		: warn(`${shown}; it expires at ${expires}`, 'give another by --token-file before that: the file is read again');
}

function policiesIn(body: unknown): readonly string[] {
	const list: unknown = Object(body)['Policies'];
	return Array.isArray(list) ? list.map((policyRow: unknown) => textAt(policyRow, 'Name')) : [];
}

const maxReads = 10;

/** An agent answers a token that may read less with a shorter list; reading by id what should be in it gives it away. */
async function listed({ services, subjects, identity, context }: Facts, signal: AbortSignal): Promise<Finding> {
	const { registrations, doubt } = await services();
	const remedy = `give the token service:read for every service that containers here have; ${policy}`;
	if (doubt !== undefined) return fail(doubt, remedy);
	const wanted = await subjects().catch(() => []);
	const known = new Set(registrations.map(({ id }) => id));
	const missing = wanted
		.flatMap(({ derivation }) => derivation.services.map(({ id }) => id))
		.filter((id) => !known.has(id));
	for (const id of missing.slice(0, maxReads)) {
		const hidden = await hiddenReason(id, context.registry, signal);
		if (hidden !== undefined) return fail(hidden, remedy);
	}
	const owner = (await identity().catch(() => undefined))?.ownership.owner;
	const ours = registrations.filter(({ stamp }) => stamp !== undefined && stamp.owner === owner).length;
	return ok(
		`the agent lists ${counted(registrations.length, 'service')}${owner === undefined ? '' : `, ${ours} of owner ${owner}`}`,
	);
}

async function hiddenReason(
	id: string,
	registry: Facts['context']['registry'],
	signal: AbortSignal,
): Promise<string | undefined> {
	try {
		return (await registry.get(id, signal)) === undefined ? undefined : `the agent's list lacks ${id}, which it has`;
	} catch (error) {
		if (error instanceof RegistryError && error.class === 'forbidden') return `the token may not read ${id}`;
		throw error;
	}
}

const heldMs = 500;

/** What the watch does: a question about the node's services in the catalog that is kept until something changes. */
async function watched({ config, consul }: Facts, signal: AbortSignal): Promise<Finding> {
	const { http, self } = await consul();
	const node = config.node || nodeIn(self);
	const passesOnly = 'edits of others are found by full passes only';
	if (node === '')
		return warn(
			`the node's name is not known, so ${passesOnly}`,
			`say --node, or give the token agent:read; ${policy}`,
		);
	const asked: Asked = `GET /v1/catalog/node-services/${encodeURIComponent(node)}`;
	const first = await http.call(asked, { signal });
	const seen = first.status === 200 ? readNodeServices(first.body) : undefined;
	if (seen === undefined || !seen.ok || seen.value === undefined)
		return warn(
			`the catalog shows nothing of the node ${node}, so ${passesOnly}`,
			`give the token node:read (${policy}); or is --node another node's?`,
		);
	return (await isKept(http, asked, first, signal))
		? ok(`the catalog shows the node ${node}, and questions about it are kept until something changes`)
		: warn(
				'the agent answers at once what it is asked to keep until something changes',
				'let what stands between the agent and us (a proxy, a cache) pass the query on: index and wait',
			);
}

async function isKept(http: ConsulFacts['http'], asked: Asked, first: Answer, signal: AbortSignal): Promise<boolean> {
	const index = String(first.headers['x-consul-index'] ?? '');
	const askedAt = performance.now();
	const second = await http.call(asked, { signal, query: { index, wait: `${heldMs}ms` } });
	const wasKept = performance.now() - askedAt >= heldMs / 2;
	const hasChanged = String(second.headers['x-consul-index'] ?? '') !== index;
	return Number(index) > 0 && second.status === 200 && (wasKept || hasChanged);
}
