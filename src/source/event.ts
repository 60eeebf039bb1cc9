import type { SourceChange } from './source.ts';

type Changed = Extract<SourceChange, { kind: 'changed' }>;

/** What can change what is wanted. Docker filters by it, so that a container with a chatty exec costs nothing. */
const wanted: ReadonlyMap<string, readonly string[]> = new Map([
	['container', ['start', 'kill', 'die', 'pause', 'unpause', 'rename', 'update', 'health_status', 'destroy']],
	['network', ['connect', 'disconnect']],
]);

export const eventFilters = {
	type: ['container' as const, 'network' as const],
	event: [...wanted.values()].flat(),
};

/**
 * Reads one line of the event stream.
 *
 * @param now milliseconds since the epoch, for an engine that leaves out the time
 * @returns `undefined` for an event that concerns no container, or none of its that matters
 * @throws Error for a line that is no event; the message quotes nothing, since labels may hold secrets
 */
export function changeOf(line: string, now: () => number): Changed | undefined {
	const event = objectAt(parsed(line), 'an event');
	const { Type: type, Action: said } = event;
	if (typeof type !== 'string' || typeof said !== 'string') throw new Error('an event must have a Type and an Action');
	const actor = objectAt(event['Actor'], "an event's Actor");
	// `health_status: healthy` carries its outcome behind the colon.
	const [action = said, outcome] = said.split(':').map((part) => part.trim());
	if (!wanted.get(type)?.includes(action)) return undefined;
	const key = type === 'network' ? objectAt(actor['Attributes'] ?? {}, 'Attributes')['container'] : actor['ID'];
	if (key === undefined && type === 'network') return undefined;
	if (typeof key !== 'string' || !/^[0-9a-f]{64}$/.test(key))
		throw new Error("a container's id must be 64 hexadecimal digits");
	return { kind: 'changed', key, action, at: millisecondsOf(event) ?? now(), ...detailOf(action, outcome, actor) };
}

function detailOf(
	action: string,
	outcome: string | undefined,
	actor: Readonly<Record<string, unknown>>,
): Pick<Changed, 'signal' | 'health'> {
	if (action === 'health_status' && outcome !== undefined) return { health: outcome };
	const { signal } = action === 'kill' ? objectAt(actor['Attributes'] ?? {}, 'Attributes') : {};
	return typeof signal === 'string' ? { signal } : {};
}

function parsed(line: string): unknown {
	try {
		return JSON.parse(line);
	} catch {
		// The message of a SyntaxError quotes the text.
		throw new Error('an event must be JSON');
	}
}

/** JSON has rounded the nanoseconds to 256 of them by now, which is as fine as milliseconds since the epoch can be. */
function millisecondsOf({ timeNano, time }: Readonly<Record<string, unknown>>): number | undefined {
	if (typeof timeNano === 'number') return timeNano / 1e6;
	return typeof time === 'number' ? time * 1_000 : undefined;
}

function objectAt(value: unknown, what: string): Readonly<Record<string, unknown>> {
	if (typeof value !== 'object' || value === null) throw new Error(`${what} must be an object`);
	return value as Readonly<Record<string, unknown>>;
}
