import type { ServiceId } from '../model.ts';

/** registrator's id: `<hostname>:<container>:<port>`, with `:udp` behind it for udp, nothing for sctp. */
export const generatedId = (
	hostname: string,
	containerName: string,
	port: number | string,
	protocol: string,
): ServiceId => `${hostname}:${containerName}:${port}${protocol === 'udp' ? ':udp' : ''}`;

/** The form that registrator's own cleanup recognises; a container's name has two characters at least. */
const generatedForm = /^([a-zA-Z0-9][a-zA-Z0-9_.-]+):(\d+)(?::udp)?$/;

/** The container's name in an id of the generated form with exactly this host name, `undefined` for any other id. */
export function containerNameIn(id: ServiceId, hostname: string): string | undefined {
	if (!id.startsWith(`${hostname}:`)) return undefined;
	return generatedForm.exec(id.slice(hostname.length + 1))?.[1];
}

/**
 * Whether an id set by label is that of another container of this host but for upper and lower case. The catalog does not tell
 * case apart (measured): the one would take the other's place there, though the agent has both.
 */
export function isRespelt(id: ServiceId, hostname: string, ownName: string): boolean {
	if (containerNameIn(id.toLowerCase(), hostname.toLowerCase()) === undefined) return false;
	const name = containerNameIn(id, hostname);
	return name === undefined || (name !== ownName && name !== name.toLowerCase());
}

/**
 * Why an id cannot be used, `undefined` if it can. Consul registers any id in a body, but takes it from the path when it
 * deregisters, and Go's path cleaning turns these into another path: such an entry could never be removed (difference D20).
 */
export function flawOf(id: ServiceId): string | undefined {
	if (/\p{C}|(?! )\p{Z}/u.test(id)) return 'it contains unprintable characters';
	if (id.startsWith('/') || id.includes('//')) return 'it contains an empty path segment (//)';
	if (id.split('/').some((segment) => segment === '.' || segment === '..')) return 'it contains a path segment . or ..';
	// A server's own entry is in the catalog and not in its agent, which would write over it, and take it out in the end.
	if (id.toLowerCase() === 'consul') return "it is that of Consul's own entry";
	if (id.length > 512) return 'it is longer than 512 characters';
	return undefined;
}
