import { containerNameIn } from '../derive/ids.ts';
import type { Trace } from '../derive/trace.ts';
import type { Life } from '../derive/traffic.ts';
import type { Container, ContainerId } from '../model.ts';
import type { Sighting } from '../plan/guard.ts';
import { type Key, leftoverIdOf } from '../plan/ownership.ts';
import type { Context } from './context.ts';
import { desiredOf } from './desired.ts';
import type { Identity } from './identity.ts';
import type { Subject } from './judge.ts';
import type { State } from './state.ts';

/**
 * What the engine says of one key's container now.
 *
 * @throws SourceError unless it is sure
 */
export async function lookAt(
	key: Key,
	context: Context,
	state: State,
	identity: Identity,
	trace?: Trace,
): Promise<Subject> {
	const { source, signal } = context;
	const container = await sightingOrEnd(key, context, state, identity);
	const find = (id: ContainerId): Promise<Container | undefined> => source.get(id, signal);
	const derivation = await desiredOf(container, identity, find, lifeOf(key, state), trace);
	return { key, identity, container, derivation };
}

/** An end that an event tells of meanwhile is the answer: `docker stop` is heard of twice within moments, by a signal and by an end. */
async function sightingOrEnd(key: Key, context: Context, state: State, identity: Identity): Promise<Sighting> {
	if (hasEnded(key, context, state)) return 'ended';
	const { promise: end, resolve } = Promise.withResolvers<Sighting>();
	const forget = state.news.onEnd(key, () => {
		if (hasEnded(key, context, state)) resolve('ended');
	});
	try {
		return await Promise.race([sighting(key, context, identity), end]);
	} finally {
		forget();
	}
}

/** What the container's past says of it. */
export const lifeOf = (key: Key, { signals, index }: Pick<State, 'signals' | 'index'>): Life => ({
	signals: signals.of(key),
	isRegistered: index.idsOf(key).size > 0,
});

/** What the engine answers, asked now. */
export async function sighting(key: Key, { source, signal }: Context, identity: Identity): Promise<Sighting> {
	const name = leftoverIdOf(key) === undefined ? containerIdIn(key) : leftoverName(key, identity);
	return name === undefined ? 'gone' : ((await source.get(name, signal)) ?? 'gone');
}

/**
 * Whether an event told that the process we saw has ended. Docker holds the container's lock for the 100 ms in which it takes
 * the networks down, so an inspect would wait that long to say the same; `-deregister on-success` needs it all the same, for
 * the exit code. Older events that Docker repeats after a gap prove nothing of a later process.
 */
function hasEnded(key: Key, { settings }: Context, { views, news }: State): boolean {
	const startedAt = views.get(key)?.container?.startedAt;
	const endedAt = news.endedAt(key);
	if (settings.deregister !== 'always' || endedAt === undefined || startedAt === undefined) return false;
	return endedAt > Date.parse(startedAt);
}

/** A stamp is only text in Meta; anything but an id would be looked up as a container's name. */
const containerIdIn = (key: Key): ContainerId | undefined => (/^[0-9a-f]{64}$/.test(key) ? key : undefined);

/** The container that a leftover was registered for, by its id. */
function leftoverName(key: Key, { ownership }: Identity): string | undefined {
	const id = leftoverIdOf(key) ?? '';
	return [ownership.hostname, ...ownership.formerHostnames]
		.map((hostname) => containerNameIn(id, hostname))
		.find((name) => name !== undefined);
}
