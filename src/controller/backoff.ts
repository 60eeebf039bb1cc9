/** Doubles from `baseMs` to `capMs`, with ±20 % so that many hosts that failed together do not come back together. */
export function retryDelayMs(failures: number, permanent: boolean, random: () => number = Math.random): number {
	const ms = permanent ? permanentMs : Math.min(capMs, baseMs * 2 ** Math.min(failures - 1, 16));
	return ms * (0.8 + 0.4 * random());
}

const baseMs = 1_000;
const capMs = 60_000;
/** What is refused is refused again until somebody changes a label, the token or the agent. */
const permanentMs = 600_000;
