import { kinds } from './kinds.ts';
import type { Row } from './row.ts';

interface RegistratorRow extends Row {
	/** Whether it has a field of its own and is therefore no attribute; the others are Meta as well, as registrator leaves them. */
	readonly isField?: true;
}

/**
 * registrator's language, `SERVICE_<key>` and `SERVICE_<port>_<key>`: frozen. What is not here is an attribute and becomes
 * Meta, so a row added here would change what people have.
 */
export const registratorRows = {
	id: { kind: kinds.any, help: "The service's id, instead of `<host>:<container>:<port>`", isField: true },
	name: {
		kind: kinds.any,
		help: "The service's name, instead of the image's; `-<port>` is added where the container has several ports and the key has none",
		isField: true,
	},
	tags: { kind: kinds.tags, help: 'Tags; `\\,` is a comma within one', isField: true },
	ignore: { kind: kinds.anyYes, help: 'Do not register the port, or the container' },
	enable_tag_override: {
		kind: kinds.anyYes,
		help: 'Let others change the tags in Consul; reconsul then keeps theirs until its own change',
	},
	check_http: { kind: kinds.any, help: 'HTTP check: the path to get' },
	check_http_method: { kind: kinds.any, help: 'Its method, instead of GET' },
	check_https: { kind: kinds.any, help: 'The same over TLS' },
	check_https_method: { kind: kinds.any, help: 'Its method, instead of GET' },
	check_cmd: {
		kind: kinds.any,
		help: 'Script check: the program `check-cmd` on the agent’s host, with the container’s short id, the port and this text',
	},
	check_script: {
		kind: kinds.any,
		help: 'Script check: run by `sh -c` on the agent’s host, with `$SERVICE_IP` and `$SERVICE_PORT` filled in',
	},
	check_ttl: { kind: kinds.duration, help: 'TTL check, which the application passes itself' },
	check_tcp: { kind: kinds.anyYes, help: 'TCP check' },
	check_grpc: { kind: kinds.anyYes, help: 'gRPC check' },
	check_grpc_use_tls: { kind: kinds.anyYes, help: 'Over TLS' },
	check_tls_skip_verify: { kind: kinds.anyYes, help: 'Trust any certificate (HTTPS and gRPC)' },
	check_interval: { kind: kinds.duration, help: 'Time between two runs; 10s' },
	check_timeout: { kind: kinds.duration, help: 'Time for one run' },
	check_initial_status: { kind: kinds.status, help: 'Status until the first run; critical' },
	check_deregister_after: {
		kind: kinds.duration,
		help: 'Let Consul remove the service when it has been critical for so long',
	},
} as const satisfies Readonly<Record<string, RegistratorRow>>;

export type RegistratorKey = keyof typeof registratorRows;

/** Keys that are no attributes and so no Meta. */
export const fieldKeys: ReadonlySet<string> = new Set(
	Object.entries(registratorRows).flatMap(([key, row]) => ('isField' in row ? [key] : [])),
);
