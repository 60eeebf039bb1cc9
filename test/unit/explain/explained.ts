import { type Host, IdentityHolder } from '../../../src/controller/identity.ts';
import { resync } from '../../../src/controller/resync.ts';
import { State } from '../../../src/controller/state.ts';
import { explain } from '../../../src/explain/explain.ts';
import type { Explanation, NotFound } from '../../../src/explain/explanation.ts';
import { memoryRegistry } from '../../../src/registry/memory.ts';
import type { Registry } from '../../../src/registry/registry.ts';
import { memorySource } from '../../../src/source/memory.ts';
import { enter, type Situation } from '../cli/planned.ts';
import { contextOf, plainHost, plainSettings } from '../controller/contexts.ts';

export interface Question extends Omit<Situation, 'unlisted'> {
	/** What is asked about; `web` unless said. */
	readonly what?: string;
	readonly host?: Partial<Host>;
}

/** What `explain` says of an engine and an agent in memory, before anything is written. */
export async function explained({ what = 'web', ...situation }: Question): Promise<Explanation | NotFound> {
	const { containers = [], stopped = [], entries = [], seen = (agent: Registry) => agent } = situation;
	const source = memorySource();
	for (const container of [...containers, ...stopped]) source.start(container);
	for (const { id = '', exitCode } of stopped) source.stop(id, exitCode);
	const agent = memoryRegistry({ address: '192.0.2.99' });
	await enter(agent, entries);
	const settings = {
		...plainSettings,
		...situation.settings,
		derive: { ...plainSettings.derive, ...situation.derive },
		ownership: { ...plainSettings.ownership, ...situation.ownership },
	};
	const { context } = contextOf({ source, registry: seen(agent), settings });
	const identity = await new IdentityHolder(context, { ...plainHost, ...situation.host }).current();
	const state = new State();
	const { doubt } = await resync(context, state, identity);
	return explain(what, { context, state, identity, by: 'command', doubt, past: () => ({}) });
}

/** Fails where it was not found. */
export async function explanation(question: Question): Promise<Explanation> {
	const found = await explained(question);
	if ('notFound' in found) throw new Error(`nothing called ${found.notFound}`);
	return found;
}
