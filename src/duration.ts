const unitsInMs: Readonly<Record<string, number>> = {
	ns: 1e-6,
	us: 1e-3,
	µs: 1e-3,
	μs: 1e-3,
	ms: 1,
	s: 1_000,
	m: 60_000,
	h: 3_600_000,
};

const whole = /^[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+$/;
const part = /(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)/g;

/**
 * Reads a duration as Go's time.ParseDuration does, the form that Consul takes: `10s`, `1m30s`, `500ms`, `-5s`, `0`.
 *
 * @returns milliseconds, `undefined` where Go would refuse the text
 */
export function parseDuration(text: string): number | undefined {
	if (/^[+-]?0$/.test(text)) return 0;
	if (text.length > 64 || !whole.test(text)) return undefined;
	let ms = 0;
	for (const [, amount, unit] of text.matchAll(part)) ms += Number(amount) * (unitsInMs[unit ?? ''] ?? Number.NaN);
	// Go counts nanoseconds in 63 bits.
	if (!(ms * 1e6 < 2 ** 63)) return undefined;
	return text.startsWith('-') ? -ms : ms;
}
