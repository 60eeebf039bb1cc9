import * as v from 'valibot';
import type { CheckState, CheckStates, Registration, ServiceId, Stamp, TaggedAddress } from '../../model.ts';
import type { ServiceChecks } from '../registry.ts';
import { readSpecPair, stampKeys } from './body.ts';

/** What Consul answers, read into our words. Only the fields that are compared are looked at, so newer agents may add some. */

/** valibot's record drops keys such as `constructor`, which are valid in Meta. */
const StringMap = v.custom<Readonly<Record<string, string>>>(
	(input) =>
		typeof input === 'object' &&
		input !== null &&
		!Array.isArray(input) &&
		Object.values(input).every((value) => typeof value === 'string'),
	'expected a map of strings',
);

const ServiceRow = v.object({
	ID: v.pipe(v.string(), v.nonEmpty()),
	Service: v.string(),
	Kind: v.nullish(v.string(), ''),
	Address: v.nullish(v.string(), ''),
	Port: v.nullish(v.pipe(v.number(), v.integer()), 0),
	// Consul writes null or nothing where there are none, depending on version and endpoint.
	Tags: v.nullish(v.array(v.string()), []),
	Meta: v.nullish(StringMap, {}),
	Weights: v.nullish(v.object({ Passing: v.number(), Warning: v.number() }), { Passing: 1, Warning: 1 }),
	EnableTagOverride: v.nullish(v.boolean(), false),
	TaggedAddresses: v.optional(v.unknown()),
});

const AddressRow = v.object({ Address: v.string(), Port: v.pipe(v.number(), v.integer()) });

const CheckRow = v.object({
	CheckID: v.string(),
	ServiceID: v.string(),
	Status: v.string(),
	Output: v.nullish(v.string(), ''),
	Notes: v.nullish(v.string(), ''),
});
const HealthAnswer = v.object({ Checks: v.nullish(v.array(CheckRow), []) });

const SelfAnswer = v.object({
	Config: v.nullish(v.object({ NodeName: v.nullish(v.string(), '') })),
	Member: v.nullish(v.object({ Name: v.nullish(v.string(), ''), Addr: v.nullish(v.string(), '') })),
	DebugConfig: v.nullish(v.object({ AdvertiseAddrLAN: v.nullish(v.string(), '') })),
});

const TokenAnswer = v.object({ AccessorID: v.pipe(v.string(), v.nonEmpty()) });

/** A value of the documented form, or which rule the answer breaks, without the value, which may be anything. */
export type Read<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly rule: string };

function read<T>(schema: v.GenericSchema<unknown, T>, input: unknown, what: string): Read<T> {
	const result = v.safeParse(schema, input, { abortEarly: true });
	if (result.success) return { ok: true, value: result.output };
	const [issue] = result.issues;
	return {
		ok: false,
		rule: `${what}: ${v.getDotPath(issue) ?? 'the whole'} is not ${issue.expected ?? 'as documented'}`,
	};
}

const isObject = (input: unknown): input is Readonly<Record<string, unknown>> =>
	typeof input === 'object' && input !== null && !Array.isArray(input);

/** One row of `/agent/services`, `/agent/service/<id>` or the catalog. */
export function readService(input: unknown, what = 'service'): Read<Registration> {
	const row = read(ServiceRow, input, what);
	if (!row.ok) return row;
	const { ID, Service, Kind, Address, Port, Tags, Meta, Weights, EnableTagOverride, TaggedAddresses } = row.value;
	return {
		ok: true,
		value: {
			id: ID,
			name: Service,
			kind: Kind,
			address: Address,
			port: Port,
			tags: Tags,
			weights: { passing: Weights.Passing, warning: Weights.Warning },
			enableTagOverride: EnableTagOverride,
			...readTagged(TaggedAddresses, { address: Address, port: Port }),
			...readMeta(Meta),
		},
	};
}

const injected = ['lan_ipv4', 'lan_ipv6', 'wan_ipv4', 'wan_ipv6'];

/**
 * The tagged addresses that somebody gave the service. The agent adds the service's own under its family's names, and servers
 * those of the mesh (`consul-virtual`).
 */
function readTagged(input: unknown, own: TaggedAddress): Pick<Registration, 'taggedAddresses'> {
	const given = Object.entries(isObject(input) ? input : {}).flatMap(([tag, row]): [string, TaggedAddress][] => {
		const address = v.safeParse(AddressRow, row);
		if (!address.success || tag.startsWith('consul-virtual')) return [];
		const { Address, Port } = address.output;
		const isOwn = injected.includes(tag) && Address === own.address && Port === own.port;
		return isOwn ? [] : [[tag, { address: Address, port: Port }]];
	});
	return given.length === 0 ? {} : { taggedAddresses: Object.fromEntries(given) };
}

/**
 * Splits Meta into the user's pairs and our stamp. A stamp that lacks one of its four values was tampered with and proves
 * nothing: it counts as none, and what is left of it stays in `meta`, where it shows as a difference and gets overwritten.
 */
export function readMeta(all: Readonly<Record<string, string>>): Pick<Registration, 'meta' | 'stamp'> {
	const at = (key: string): string => (Object.hasOwn(all, key) ? (all[key] ?? '') : '');
	const stamp: Stamp = {
		owner: at(stampKeys.owner),
		engine: at(stampKeys.engine),
		containerId: at(stampKeys.containerId),
		...readSpecPair(at(stampKeys.spec)),
	};
	if (Object.values(stamp).includes('')) return { stamp: undefined, meta: all };
	const ours = new Set<string>(Object.values(stampKeys));
	return { stamp, meta: Object.fromEntries(Object.entries(all).filter(([key]) => !ours.has(key))) };
}

/** The body of `/agent/services`. One row that cannot be read spoils the list: what it lacks would look absent. */
export function readServices(body: unknown): Read<readonly Registration[]> {
	if (!isObject(body)) return { ok: false, rule: 'the list of services is not an object' };
	return readAll(Object.entries(body));
}

/** What was read of each row, by id, and the index of its last change; two states of a row never have the same. */
export type KnownRows = Map<string, { readonly index: number; readonly registration: Registration }>;

/**
 * The body of `/catalog/node-services/<node>`; `undefined` where it shows nothing of the node at all, which is what a token
 * without `node:read` gets, with status 200, and also what a node gets that has not joined yet.
 *
 * @param known rows that have not changed are taken from here as they are; afterwards it holds those of this answer
 */
export function readNodeServices(
	body: unknown,
	known: KnownRows = new Map(),
): Read<readonly Registration[] | undefined> {
	if (body === null) return { ok: true, value: undefined };
	if (!isObject(body)) return { ok: false, rule: 'the services of the node are not an object' };
	const services = body['Services'];
	if (services === null || services === undefined) return { ok: true, value: undefined };
	if (!Array.isArray(services)) return { ok: false, rule: 'Services is not a list' };
	const before = new Map(known);
	known.clear();
	return readAll(
		services.map((row: unknown) => [isObject(row) ? String(row['ID']) : '', row]),
		(row, what, id) => {
			const index = isObject(row) ? row['ModifyIndex'] : undefined;
			const same = before.get(id);
			const service: Read<Registration> =
				same !== undefined && same.index === index ? { ok: true, value: same.registration } : readService(row, what);
			if (service.ok && typeof index === 'number') known.set(id, { index, registration: service.value });
			return service;
		},
	);
}

type ReadRow = (row: unknown, what: string, id: string) => Read<Registration>;

function readAll(
	rows: readonly (readonly [id: string, row: unknown])[],
	readRow: ReadRow = readService,
): Read<readonly Registration[]> {
	const registrations: Registration[] = [];
	for (const [id, row] of rows) {
		const service = readRow(row, `service ${id.slice(0, 200)}`, id);
		if (!service.ok) return service;
		registrations.push(service.value);
	}
	return { ok: true, value: registrations };
}

/** The body of `/agent/checks`, those of the node itself left out. */
export function readChecks(body: unknown): Read<ServiceChecks> {
	if (!isObject(body)) return { ok: false, rule: 'the list of checks is not an object' };
	const rows: v.InferOutput<typeof CheckRow>[] = [];
	for (const [id, row] of Object.entries(body)) {
		const check = read(CheckRow, row, `check ${id.slice(0, 200)}`);
		if (!check.ok) return check;
		if (check.value.ServiceID !== '') rows.push(check.value);
	}
	const byService = Map.groupBy(rows, ({ ServiceID }) => ServiceID);
	return { ok: true, value: new Map([...byService].map(([id, own]) => [id, statesOf(own)])) };
}

const statesOf = (rows: readonly v.InferOutput<typeof CheckRow>[]): CheckStates =>
	new Map(
		rows.map(({ CheckID, Status, Output, Notes }): readonly [string, CheckState] => [
			CheckID,
			{ status: Status, output: Output, notes: Notes },
		]),
	);

/** The checks that belong to the service `id`, from `/agent/health/service/id/<id>`. */
export function readServiceChecks(body: unknown, id: ServiceId): Read<CheckStates> {
	const health = read(HealthAnswer, body, 'health');
	if (!health.ok) return health;
	// The agent adds the node's own checks, maintenance for instance, to every service's answer.
	const own = health.value.Checks.filter(({ ServiceID }) => ServiceID === id);
	return { ok: true, value: statesOf(own) };
}

/** The id of a token that is not the token, from `/acl/token/self`. */
export function readAccessor(body: unknown): Read<string> {
	const token = read(TokenAnswer, body, 'token');
	return token.ok ? { ok: true, value: token.value.AccessorID } : token;
}

/** Empty strings where the agent does not say. */
export function readSelf(body: unknown): Read<{ readonly node: string; readonly address: string }> {
	const self = read(SelfAnswer, body, 'agent');
	if (!self.ok) return self;
	const { Config, Member, DebugConfig } = self.value;
	return {
		ok: true,
		value: {
			node: Config?.NodeName || Member?.Name || '',
			address: Member?.Addr || DebugConfig?.AdvertiseAddrLAN || '',
		},
	};
}
