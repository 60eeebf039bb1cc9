/** One of a container's ports, as Docker names it. */
export interface PortKey {
	/** `80/tcp` */
	readonly key: string;
	/** `80` */
	readonly exposedPort: string;
	readonly protocol: string;
}

/** Docker writes `80/tcp`; anything else that a broken document may hold is no port. */
export function parsePortKey(key: string): readonly PortKey[] {
	const [, exposedPort, protocol = 'tcp'] = /^(\d{1,5})(?:\/([a-z]+))?$/.exec(key) ?? [];
	const isPort = exposedPort !== undefined && Number(exposedPort) >= 1 && Number(exposedPort) <= 65_535;
	return isPort ? [{ key, exposedPort, protocol }] : [];
}

const protocols = ['tcp', 'udp', 'sctp'];

export const byPort = (a: PortKey, b: PortKey): number =>
	Number(a.exposedPort) - Number(b.exposedPort) || protocols.indexOf(a.protocol) - protocols.indexOf(b.protocol);
