import type { Stage } from '../e2e/stage.ts';

/** Entries of others: look-alikes of ours, and plain ones. */
export interface Strangers {
	/** Puts them into the agent, where a restart has wiped it. */
	register(): Promise<void>;
	/** The ids of those that are not as they were registered. */
	touched(): Promise<readonly string[]>;
}

const stamp = (owner: string, engine: string): Readonly<Record<string, string>> => ({
	'reconsul-owner': owner,
	'reconsul-engine': engine,
	'reconsul-container': 'f'.repeat(64),
	'reconsul-spec': '1-0000000000000000',
});

const metas: Readonly<Record<string, Readonly<Record<string, string>>>> = {
	'u2:redis.0:6379': {},
	'u1:by-hand:6379': {},
	'u1:other-owner:6379': stamp('other', 'another engine'),
	'u1:longer-owner:6379': stamp('u10', 'another engine'),
	'u1:other-engine:6379': { ...stamp('u1', 'another engine'), 'reconsul-owner': 'U1' },
	plain: {},
};

export function strangersOf({ consul }: Pick<Stage, 'consul'>): Strangers {
	const path = '/v1/agent/service/';
	let before: Readonly<Record<string, string>> = {};
	/** With the index of the last write that changed something, which also betrays one that was undone. */
	const now = async (): Promise<Readonly<Record<string, string>>> => {
		const { Services } = (await consul.request('GET', '/v1/catalog/node/u1')) as {
			readonly Services: Readonly<Record<string, unknown>>;
		};
		return Object.fromEntries(Object.keys(metas).map((id) => [id, JSON.stringify(Services[id]) ?? 'gone']));
	};
	return {
		register: async () => {
			for (const [ID, Meta] of Object.entries(metas))
				await consul.request('PUT', `${path}register`, { ID, Name: 'redis', Port: 6_379, Meta });
			// The catalog follows the agent after a moment.
			for (;;) {
				before = await now();
				if (!Object.values(before).includes('gone')) return;
			}
		},
		touched: async () => {
			const after = await now();
			return Object.keys(metas).filter((id) => after[id] !== before[id]);
		},
	};
}
