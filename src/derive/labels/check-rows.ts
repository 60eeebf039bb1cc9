import type { Check } from '../../model.ts';
import { kinds } from './kinds.ts';
import type { CheckRow, ValuesOf } from './row.ts';

/** `reconsul.check.<name>.<key>`: what a check asks. Exactly one of them makes a check. */
export const probeRows = {
	http: { field: 'http', kind: kinds.path, help: 'HTTP: 2xx passes, 429 warns', isVital: true },
	https: { field: 'http', kind: kinds.path, help: 'The same over TLS', isVital: true },
	tcp: { field: 'tcp', kind: kinds.port, help: 'A TCP connection', isVital: true },
	udp: {
		field: 'udp',
		kind: kinds.port,
		help: 'A UDP datagram that nothing refuses',
		since: '1.13',
		isVital: true,
	},
	grpc: { field: 'grpc', kind: kinds.grpcService, help: "gRPC's health checking protocol", isVital: true },
	h2ping: {
		field: 'h2ping',
		kind: kinds.path,
		help: 'A ping of HTTP/2: `true`, or a path, which it has no use for',
		since: '1.10',
		isVital: true,
	},
	args: {
		field: 'args',
		kind: kinds.command,
		help: 'A program on the agent’s host, if the agent allows scripts; exit code 0 passes, 1 warns; `$SERVICE_IP` and `$SERVICE_PORT` are filled in',
		isVital: true,
	},
	ttl: { field: 'ttl', kind: kinds.duration, help: 'None: the application reports within this time', isVital: true },
	alias_service: {
		field: 'aliasService',
		kind: kinds.serviceId,
		help: 'The health of another service of this agent, by its id',
		isVital: true,
	},
} as const satisfies Readonly<Record<string, CheckRow>>;

export type ProbeKey = keyof typeof probeRows;

/** Of a check that asks in intervals, as against a TTL or an alias. */
export const timedProbes = ['http', 'https', 'tcp', 'udp', 'grpc', 'h2ping', 'args'] as const;
const urls = ['http', 'https'] as const;
const withTls = ['http', 'https', 'tcp', 'grpc', 'h2ping'] as const;
const countable = [...timedProbes, 'ttl'] as const;
const every: readonly ProbeKey[] = [...timedProbes, 'ttl', 'alias_service'];

interface OptionRow extends CheckRow {
	/** The kinds of checks it says something to. */
	readonly of: readonly ProbeKey[];
}

/** `reconsul.check.<name>.<key>`: how it asks, and what follows. */
export const optionRows = {
	method: { field: 'method', kind: kinds.method, help: 'Instead of GET', of: urls },
	body: { field: 'body', kind: kinds.any, help: "The request's body", of: urls },
	disable_redirects: {
		field: 'disableRedirects',
		kind: kinds.yesNo,
		help: 'A redirect is an answer, and is not followed',
		since: '1.13',
		of: urls,
	},
	docker_container_id: {
		field: 'dockerContainerId',
		kind: kinds.ownContainer,
		help: "Run `args` inside the container. Its own id means the same, and another's is refused",
		isVital: true,
		of: ['args'],
	},
	shell: { field: 'shell', kind: kinds.text, help: 'The shell there', isVital: true, of: ['args'] },
	tcp_use_tls: {
		field: 'tcpUseTls',
		kind: kinds.yesNo,
		help: 'Over TLS',
		since: '1.16',
		isVital: true,
		of: ['tcp'],
	},
	grpc_use_tls: { field: 'grpcUseTls', kind: kinds.yesNo, help: 'Over TLS', isVital: true, of: ['grpc'] },
	h2ping_use_tls: {
		field: 'h2pingUseTls',
		kind: kinds.yesNo,
		help: 'Over TLS, unless `false`',
		since: '1.11',
		isVital: true,
		of: ['h2ping'],
	},
	tls_skip_verify: { field: 'tlsSkipVerify', kind: kinds.yesNo, help: 'Trust any certificate', of: withTls },
	tls_server_name: {
		field: 'tlsServerName',
		kind: kinds.serverName,
		help: 'The name that the certificate has to be for',
		since: '1.10',
		isVital: true,
		of: withTls,
	},
	interval: { field: 'interval', kind: kinds.duration, help: 'Time between two runs; 10s', of: timedProbes },
	timeout: { field: 'timeout', kind: kinds.duration, help: 'Time for one run', of: timedProbes },
	status: { field: 'status', kind: kinds.status, help: 'Status until the first run; critical', of: every },
	success_before_passing: {
		field: 'successBeforePassing',
		kind: kinds.count,
		help: 'Good runs in a row before it passes; 0',
		since: '1.7',
		of: countable,
	},
	failures_before_warning: {
		field: 'failuresBeforeWarning',
		kind: kinds.count,
		help: 'Bad runs in a row before it warns; not more than the next',
		since: '1.11',
		of: countable,
	},
	failures_before_critical: {
		field: 'failuresBeforeCritical',
		kind: kinds.count,
		help: 'Bad runs in a row before it is critical; 0',
		since: '1.7',
		of: countable,
	},
	deregister_critical_service_after: {
		field: 'deregisterCriticalServiceAfter',
		kind: kinds.duration,
		help: 'Let Consul remove the service when the check has been critical for so long',
		of: every,
	},
	heartbeat: {
		field: 'beatMs',
		kind: kinds.yesNo,
		help: 'reconsul reports it, three times in its `ttl`, while the container runs; it then begins as passing',
		of: ['ttl'],
	},
	name: { field: 'name', kind: kinds.text, help: 'What people see; the name in the label', of: every },
	notes: { field: 'notes', kind: kinds.text, help: 'For people', of: every },
	output_max_size: {
		field: 'outputMaxSize',
		kind: kinds.size,
		help: "Of an answer's bytes so many are kept; 4096",
		since: '1.5.2',
		of: countable,
	},
} as const satisfies Readonly<Record<string, OptionRow>>;

/** Of `reconsul.check.<name>.header.<header>`. */
export const headerRow = {
	field: 'header',
	kind: kinds.headerValue,
	help: 'A header of the request',
	isVital: true,
	of: urls,
} as const satisfies OptionRow;

export type OptionKey = keyof typeof optionRows;
export const checkRows = { ...probeRows, ...optionRows } as const;
export type CheckKey = keyof typeof checkRows;

/** What labels say of one check. A probe that is `false` was asked not to be, or has a value that cannot be. */
export type CheckValues = {
	readonly [K in ProbeKey]?: NonNullable<ValuesOf<typeof probeRows>[K]> | false;
} & ValuesOf<typeof optionRows> & { readonly header?: Readonly<Record<string, string>> };

/** What it takes of an agent to know a field of a check, and whether the check means anything without it. */
export function agentNeedsFor(field: keyof Check): {
	readonly label: string;
	readonly since: string | undefined;
	readonly isVital: boolean;
} {
	const rows: readonly (readonly [string, CheckRow])[] = [...Object.entries(checkRows), ['header', headerRow]];
	const [label, row] = rows.find(([, it]) => it.field === field) ?? [field, undefined];
	return { label, since: row?.since, isVital: row?.isVital === true };
}
