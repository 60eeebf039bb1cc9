import { type Check, type Finding, ok, skip, warn } from './examination.ts';
import { type Between, type Facts, textAt } from './facts.ts';

/** What `reconsul doctor` asks of the engine, and of the clocks. */

export const dockerChecks: readonly Check<Facts>[] = [
	{ name: 'docker', about: 'docker', run: engineVersion },
	{ name: 'docker-events', run: eventsOpen },
	{ name: 'docker-clock', run: dockerClock },
	{ name: 'consul-clock', run: consulClock },
];

async function engineVersion({ docker, engine, identity }: Facts): Promise<Finding> {
	const { version } = await docker();
	const found = `Docker ${textAt(version, 'Version') || '(no version)'}, API ${textAt(version, 'ApiVersion') || '?'}, at ${engine.where}`;
	if ((await identity()).engine.id === 'none')
		return warn(
			`${found}; it has no id that stays, as Podman`,
			'let no two such engines register with one agent under one owner; else give each an --owner',
		);
	return ok(`${found}; reading is all it needs (GET of /containers, /events, /info and /version)`);
}

/** An engine, or what stands before it, may answer everything else and not this. */
async function eventsOpen({ docker, engine }: Facts, signal: AbortSignal): Promise<Finding> {
	await docker();
	const begunAt = performance.now();
	const stream = await engine.events(undefined, signal);
	const tookMs = Math.round(performance.now() - begunAt);
	stream.on('error', () => {}).destroy();
	return ok(`the stream of events opens, within ${tookMs} ms`);
}

const toleranceMs = 2_000;
/** An HTTP date has whole seconds. */
const dateGrainMs = 1_000;

/**
 * How far another clock is from ours, given that it was read somewhere between the two moments; 0 where that can be the whole
 * difference.
 */
export function skewMs(read: number, { askedAt, answeredAt }: Between, grainMs = 0): number {
	if (read + grainMs < askedAt) return read + grainMs - askedAt;
	return read > answeredAt ? read - answeredAt : 0;
}

export function clockFinding(whose: string, skew: number, remedy: string): Finding {
	const seconds = (Math.abs(skew) / 1_000).toFixed(1);
	if (Math.abs(skew) <= toleranceMs) return ok(`${whose} clock and ours agree`);
	return warn(`${whose} clock is ${seconds} s ${skew < 0 ? 'behind' : 'ahead of'} ours`, remedy);
}

async function dockerClock({ docker }: Facts): Promise<Finding> {
	const { info, ...between } = await docker();
	const read = Date.parse(textAt(info, 'SystemTime'));
	if (Number.isNaN(read)) return skip('Docker does not tell its time');
	return clockFinding(
		"Docker's",
		skewMs(read, between),
		'synchronise the clocks (chrony, systemd-timesyncd): the times of containers are compared with ours',
	);
}

async function consulClock({ consul }: Facts): Promise<Finding> {
	const { self } = await consul();
	const read = Date.parse(String(self.headers['date']));
	if (Number.isNaN(read)) return skip('Consul does not tell its time');
	return clockFinding(
		"Consul's",
		skewMs(read, self, dateGrainMs),
		'synchronise the clocks (chrony, systemd-timesyncd): certificates and the expiry of tokens go by them',
	);
}
