import { askDaemonAt, bodyOf, type DaemonAddress, daemonAddress } from '../asking/daemon-http.ts';
import { listenerAt } from '../asking/daemon-owner.ts';
import { type Check, type Finding, fail, ok, skip, warn } from './examination.ts';
import type { Facts } from './facts.ts';

/** What `reconsul doctor` learns from a daemon that runs here. */

export const daemonChecks: readonly Check<Facts>[] = [{ name: 'daemon', run: daemon }];

async function daemon(facts: Facts, signal: AbortSignal): Promise<Finding | readonly Finding[]> {
	const { listen } = facts.config;
	const address = daemonAddress(listen);
	if (address === undefined) return skip('not asked: --listen is empty');
	const listener = await listenerAt(listen);
	if (listener.kind === 'none')
		return warn(`no reconsul answers at ${listen}`, 'start one, or say the --listen that it was started with');
	const [ready, metrics] = await Promise.all([
		textFrom(address, '/readyz?verbose', signal),
		textFrom(address, '/metrics', signal),
	]);
	const version = /^reconsul_build_info\{version="([^"]*)"\} 1$/m.exec(metrics)?.[1] ?? 'of an unknown version';
	const who = `reconsul ${version} at ${listen}`;
	return [readiness(who, ready), ...likeness(facts.version, version), ...(await sameOwner(facts, listener.owner))];
}

function readiness(who: string, ready: string): Finding {
	const failed = [...ready.matchAll(/^\[-\](\S+) failed: (.*)$/gm)].map(([, name, problem]) => `${name}: ${problem}`);
	return failed.length === 0
		? ok(`${who} is ready`)
		: fail(`${who} is not ready: ${failed.join('; ')}`, 'see its log, and docs/operations.md');
}

const likeness = (ours: string, its: string): readonly Finding[] =>
	ours === its
		? []
		: [warn(`it has another version than this program (${ours})`, 'restart the daemon after an update')];

/** The daemon tells its options only in what follows from them. */
async function sameOwner({ identity }: Facts, owner: string | undefined): Promise<readonly Finding[]> {
	const ours = (await identity().catch(() => undefined))?.ownership.owner;
	if (owner === undefined || ours === undefined || owner === ours) return [];
	return [
		warn(
			`it has the owner ${owner}, and this doctor looks as ${ours}`,
			"give doctor the daemon's options: --hostname, --owner and what else it was started with",
		),
	];
}

const maxAnswer = 1_048_576;
const timeoutMs = 5_000;

const textFrom = async (address: DaemonAddress, path: string, signal: AbortSignal): Promise<string> =>
	(await bodyOf(await askDaemonAt(address, { path, timeoutMs, signal }), maxAnswer)).text;
