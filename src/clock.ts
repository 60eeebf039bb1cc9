/** Time as the controller sees it, so that tests can turn it by hand. */
export interface Clock {
	/** Milliseconds, never going back; only differences mean something. */
	now(): number;
	/** Runs `action` once, `ms` from now, unless the returned function is called before. */
	after(ms: number, action: () => void): () => void;
}

export const systemClock: Clock = {
	now: () => performance.now(),
	after: (ms, action) => {
		const timer = setTimeout(action, ms);
		return () => clearTimeout(timer);
	},
};
