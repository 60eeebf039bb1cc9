/**
 * Runs `call` with a signal that aborts after `ms`, and settles by then whatever the call does: dockerode and the consul
 * package can both wait for ever on a connection on which nothing comes after the headers, heedless of their own timeouts.
 *
 * @throws DeadlineError after `ms`; the outer signal's reason when that aborts first
 */
export async function withDeadline<T>(
	what: string,
	ms: number,
	outer: AbortSignal,
	call: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
	outer.throwIfAborted();
	const controller = new AbortController();
	const { promise: ended, reject } = Promise.withResolvers<never>();
	const end = (reason: unknown): void => {
		reject(reason);
		controller.abort(reason);
	};
	const onOuterAbort = (): void => end(outer.reason);
	const timer = setTimeout(() => end(new DeadlineError(`${what}: no answer within ${ms} ms`)), ms);
	outer.addEventListener('abort', onOuterAbort, { once: true });
	try {
		const running = call(controller.signal);
		running.catch(() => {}); // rejects once more, unheard, when the deadline won
		return await Promise.race([running, ended]);
	} finally {
		clearTimeout(timer);
		outer.removeEventListener('abort', onOuterAbort);
	}
}

export class DeadlineError extends Error {
	override name = 'DeadlineError';
}
