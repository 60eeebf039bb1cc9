import { isBasedOn, portKeys } from '../../derive/address.ts';
import type { Derivation } from '../../derive/derive.ts';
import { isYes, metadataFor } from '../../derive/metadata.ts';
import { parsePortKey } from '../../derive/port-key.ts';
import { parseTags } from '../../derive/tags.ts';
import type { Container, Field } from '../../model.ts';

/** What means something else to us than it did to registrator, for whoever is about to switch. Pure. */

/** By the number of the difference in test/conformance/README.md; `fork` is what only registrator's live fork knows. */
export type ChangeCode = `D${number}` | 'fork';

export interface Change {
	readonly code: ChangeCode;
	/** Names labels, and no values but those that mean no. */
	readonly text: string;
}

/** What a container says of one port, under lower-case keys. */
type Values = Readonly<Record<string, string>>;

const isNo = (value: string | undefined): value is string => value !== undefined && value !== '' && !isYes(value);
const isGiven = (value: string | undefined): value is string => value !== undefined && value !== '';

/** registrator's order: the first that is not empty was the service's check. */
const checks = [
	'check_http',
	'check_https',
	'check_cmd',
	'check_script',
	'check_ttl',
	'check_tcp',
	'check_grpc',
] as const;
const checkOf = (values: Values): (typeof checks)[number] | undefined => checks.find((key) => isGiven(values[key]));

const rows: readonly (readonly [code: ChangeCode, text: (values: Values) => string | undefined])[] = [
	[
		'D2',
		({ ignore }) =>
			isNo(ignore)
				? `SERVICE_IGNORE=${ignore}: registrator ignored the port all the same; now it is registered`
				: undefined,
	],
	[
		'D2',
		(values) => {
			const check = checkOf(values);
			const isSwitch = check === 'check_tcp' || check === 'check_grpc';
			if (!isSwitch || !isNo(values[check])) return undefined;
			return `SERVICE_${check.toUpperCase()}=${values[check]}: registrator checked all the same; now that check is gone`;
		},
	],
	[
		'D2',
		(values) =>
			checkOf(values) === 'check_grpc' && isNo(values['check_grpc_use_tls'])
				? `SERVICE_CHECK_GRPC_USE_TLS=${values['check_grpc_use_tls']}: registrator checked by TLS all the same; now without`
				: undefined,
	],
	[
		'D2',
		(values) =>
			checkOf(values) === 'check_grpc' && isGiven(values['check_grpc_use_tls']) && isNo(values['check_tls_skip_verify'])
				? `SERVICE_CHECK_TLS_SKIP_VERIFY=${values['check_tls_skip_verify']}: registrator's check trusted any certificate; now it is verified`
				: undefined,
	],
	[
		'D3',
		({ tags = '' }) =>
			hasOddTags(tags) ? 'SERVICE_TAGS: blanks around tags are cut off, and empty tags left out' : undefined,
	],
	[
		'D4',
		(values) =>
			checkOf(values) === 'check_script'
				? "SERVICE_CHECK_SCRIPT: registrator's check never passed, since the agent took the script for a program's name; now it runs by sh -c"
				: undefined,
	],
	[
		'D15',
		(values) =>
			checkOf(values) === 'check_https' && isYes(values['check_tls_skip_verify'])
				? 'SERVICE_CHECK_TLS_SKIP_VERIFY: had no effect on HTTPS checks; now any certificate is trusted'
				: undefined,
	],
	[
		'D15',
		(values) => {
			const check = checkOf(values);
			const isPath = check === 'check_http' || check === 'check_https';
			if (!isPath || values[check]?.startsWith('/') !== false) return undefined;
			return `SERVICE_${check.toUpperCase()}: a path without a leading slash broke the check's URL; now it gets one`;
		},
	],
	[
		'D15',
		(values) => {
			const isScript = ['check_cmd', 'check_script'].includes(checkOf(values) ?? '');
			if (!isScript || !isGiven(values['check_timeout'])) return undefined;
			return 'SERVICE_CHECK_TIMEOUT: had no effect on scripts; now it counts';
		},
	],
	[
		'fork',
		({ enable_tag_override }) =>
			isYes(enable_tag_override)
				? 'SERVICE_ENABLE_TAG_OVERRIDE: now sets EnableTagOverride, as in the live fork; to registrator it was only an attribute'
				: undefined,
	],
];

const hasOddTags = (text: string): boolean =>
	text !== '' && text.split(/(?<!\\),/).some((part) => !parseTags(part).includes(part.replaceAll('\\,', ',')));

/**
 * What of one container's labels and variables means something else now.
 *
 * @param drifted what its entries have otherwise than wanted
 */
export function changesOf(
	container: Container,
	{ omitted }: Pick<Derivation, 'omitted'>,
	drifted: ReadonlySet<Field>,
): readonly Change[] {
	const isPublished = (port: string): boolean =>
		!omitted.some((omission) => omission.port === port && omission.reason === 'not-published');
	const ports = portKeys(container).filter(isPublished).flatMap(parsePortKey);
	const perPort = ports.map(({ exposedPort }) => metadataFor(exposedPort, container.env, container.labels).values);
	const found = perPort.flatMap((values) =>
		rows.flatMap(([code, textFor]): readonly Change[] => {
			const text = textFor(values);
			return text === undefined ? [] : [{ code, text }];
		}),
	);
	const all = [...found, ...sharedIds(perPort), ...ranges(container), ...unreachable(container, drifted)];
	return [...new Map(all.map((change) => [change.text, change])).values()];
}

function sharedIds(perPort: readonly Values[]): readonly Change[] {
	const ids = perPort.flatMap(({ id, ignore }) => (isGiven(id) && !isYes(ignore) ? [id] : []));
	if (new Set(ids).size === ids.length) return [];
	const text =
		'SERVICE_ID: several ports had one id, and one entry; now the lowest keeps it, the others get :PORT behind it';
	return [{ code: 'D7', text }];
}

function ranges({ env, labels }: Container): readonly Change[] {
	const isRange = [...env, ...Object.keys(labels)].some((text) => /^SERVICE_\d{1,5}-\d{1,5}_/.test(text));
	const text =
		'SERVICE_<port>-<port>_…: counts for these ports, as in the live fork; to registrator it was an attribute of all';
	return isRange ? [{ code: 'fork', text }] : [];
}

const plainNetworks: ReadonlySet<string> = new Set(['default', 'bridge', 'host', 'none']);

function unreachable(container: Container, drifted: ReadonlySet<Field>): readonly Change[] {
	const isPlain = plainNetworks.has(container.networkMode) || isBasedOn(container) !== undefined;
	const isPublished = Object.values(container.ports).some((bindings) => bindings.length > 0);
	if (!drifted.has('address') || isPlain || !isPublished) return [];
	const text =
		"on a user-defined network registrator paired the container's address with the host's port, which nobody can reach; now it is the host's address";
	return [{ code: 'D1', text }];
}

/** What of the command line means something else now. */
export function optionChanges(settings: {
	readonly ttlSeconds: number;
	readonly deregister: string;
}): readonly Change[] {
	return [
		...(settings.ttlSeconds > 0
			? [
					{
						code: 'D23',
						text: `-ttl: had no effect on Consul; now every service gets a TTL check, and goes critical when reconsul has been away for ${settings.ttlSeconds} s`,
					} as const,
				]
			: []),
		...(settings.deregister === 'on-success'
			? [
					{
						code: 'D17',
						text: '-deregister on-success: exit codes 134, 139 and 255 count as failures too; a failed service goes with its container',
					} as const,
				]
			: []),
	];
}
