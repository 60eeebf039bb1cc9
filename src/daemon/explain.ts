import type { Context } from '../controller/context.ts';
import type { Controller } from '../controller/controller.ts';
import { explain } from '../explain/explain.ts';
import type { Explanation, NotFound } from '../explain/explanation.ts';
import type { Past } from '../explain/report.ts';
import type { Key } from '../plan/ownership.ts';
import { maskValue } from '../server/mask.ts';

/** What `/api/explain/<container or service>` answers. */
export interface ExplainAnswer {
	readonly status: 200 | 404 | 503;
	readonly value: Explanation | NotFound | { readonly error: string };
}

/** Looks anew, with what the daemon remembers. Never rejects. */
export async function explainAnswer(
	what: string,
	context: Context,
	{ state, identity, passes, queue }: Controller,
): Promise<ExplainAnswer> {
	try {
		const found = await explain(what, {
			context,
			state,
			identity: await identity.current(),
			by: 'daemon',
			doubt: passes.doubt,
			past: (key) => ({ ...lastOf(key, state.history), ...nextOf(queue.dueInMs(key)) }),
		});
		return { status: 'notFound' in found ? 404 : 200, value: found };
	} catch (error) {
		return { status: 503, value: { error: maskValue(error instanceof Error ? error.message : String(error)) } };
	}
}

const nextOf = (ms: number | undefined): Past =>
	ms === undefined ? {} : { nextRetryAt: new Date(Date.now() + ms).toISOString() };

/** The last that the history tells of a key. */
function lastOf(key: Key, history: Controller['state']['history']): Past {
	const runs = [...history.after(0)].flatMap((it) => (it.kind === 'run' && it.key === key ? [it] : []));
	const last = runs.at(-1);
	const written = runs.findLast(({ writes }) => writes.length > 0);
	const write = written?.writes.at(-1);
	return {
		...(write === undefined || written === undefined
			? {}
			: {
					lastWrite: {
						at: written.at,
						operation: write.operation,
						service: write.id,
						because: write.because ?? [],
						...(write.error === undefined ? {} : { error: write.error }),
					},
				}),
		...(last?.result !== 'error' || last.error === undefined
			? {}
			: { lastError: { at: last.at, text: last.error, times: last.times ?? 1 } }),
	};
}
