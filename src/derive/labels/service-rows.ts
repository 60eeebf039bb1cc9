import { kinds } from './kinds.ts';
import type { Row, ValuesOf } from './row.ts';

/** `reconsul.<key>` and `reconsul.<port>.<key>`: what a service is. */
export const serviceRows = {
	name: {
		kind: kinds.name,
		help: "The service's name, instead of the image's; `-<port>` is added as with `SERVICE_NAME`",
	},
	aliases: {
		kind: kinds.names,
		help: 'Further names: each is a service of its own, with id `<id>:alias:<name>` and the health of the first',
	},
	tags: { kind: kinds.tags, help: 'Tags; `\\,` is a comma within one. Those of `-tags` are added' },
	ignore: { kind: kinds.yesNo, help: 'Do not register the port, or the container' },
	address: {
		kind: kinds.address,
		help: 'The address to register. Checks still ask the container where it is; see below',
	},
	network: {
		kind: kinds.name,
		help: "The network whose address counts where the container's own is registered (`-internal`, ports that are not published); a compose network also by its short name",
	},
	'address.lan': { kind: kinds.taggedAddress, help: "Tagged address; the port is the service's unless it says one" },
	'address.lan_ipv4': { kind: kinds.taggedIPv4, help: 'The same' },
	'address.lan_ipv6': { kind: kinds.taggedIPv6, help: 'The same' },
	'address.wan': { kind: kinds.taggedAddress, help: 'The same, for other datacenters' },
	'address.wan_ipv4': { kind: kinds.taggedIPv4, help: 'The same' },
	'address.wan_ipv6': { kind: kinds.taggedIPv6, help: 'The same' },
	'weights.passing': { kind: kinds.passingWeight, help: 'Weight in DNS answers while it passes; 1' },
	'weights.warning': { kind: kinds.warningWeight, help: 'Weight in DNS answers while it warns; 1' },
	enable_tag_override: { kind: kinds.yesNo, help: 'Let others change the tags in Consul' },
} as const satisfies Readonly<Record<string, Row>>;

/** `reconsul.<key>` only: what concerns the container as a whole. */
export const containerRows = {
	port: {
		kind: kinds.portKey,
		help: "A service for this port of the container, which need neither be exposed nor published; where it is not published, the container's own address counts",
	},
	'docker-health': {
		kind: kinds.yesNo,
		help: "Whether Docker's HEALTHCHECK of the container becomes a check, instead of `--docker-health`",
	},
	register: {
		kind: kinds.readiness,
		help: 'Register it once it `healthy` by its HEALTHCHECK, or as soon as it is `running`, instead of `--register`',
	},
	drain: { kind: kinds.drain, help: 'What becomes of its services when it is told to stop, instead of `--drain`' },
	pause: { kind: kinds.pause, help: 'What becomes of its services while it is paused, instead of `--pause`' },
} as const satisfies Readonly<Record<string, Row>>;

/** Of `reconsul.meta.<key>`. */
export const metaRow = {
	kind: kinds.any,
	help: 'A pair of Meta; the key as written',
} as const satisfies Row;

export type ServiceKey = keyof typeof serviceRows;
export type ServiceValues = ValuesOf<typeof serviceRows>;
export type ContainerValues = ValuesOf<typeof containerRows>;
