import { DeadlineError, withDeadline } from '../../deadline.ts';
import { NoFactError } from './facts.ts';

/** How the checks of `reconsul doctor` are run: side by side, each with a deadline, none able to spoil another. */

export type Verdict = 'ok' | 'warn' | 'fail' | 'skip';

/** What one look told. */
export interface Finding {
	readonly verdict: Verdict;
	readonly text: string;
	/** What to do about it. */
	readonly remedy?: string;
}

export interface Check<Facts> {
	readonly name: string;
	/** The fact that this check is there to judge: where it cannot be had, this one fails, and the others are skipped. */
	readonly about?: string;
	/** Waiting for facts included, which have deadlines of their own; 30 s unless given. */
	readonly deadlineMs?: number;
	readonly run: (facts: Facts, signal: AbortSignal) => Promise<Finding | readonly Finding[]>;
}

/** A finding with the name of its check; what `--json` prints a list of. */
export interface Result extends Finding {
	readonly check: string;
}

export const ok = (text: string): Finding => ({ verdict: 'ok', text });
export const warn = (text: string, remedy: string): Finding => ({ verdict: 'warn', text, remedy });
export const fail = (text: string, remedy: string): Finding => ({ verdict: 'fail', text, remedy });
export const skip = (text: string): Finding => ({ verdict: 'skip', text });

const usualDeadlineMs = 30_000;

/**
 * @param told called whenever one has ended, with how many have
 * @returns what each found, in their order; never rejects
 */
export async function examine<Facts>(
	checks: readonly Check<Facts>[],
	facts: Facts,
	signal: AbortSignal,
	told: (done: number) => void = () => {},
): Promise<readonly Result[]> {
	let done = 0;
	const all = await Promise.all(
		checks.map(async (check) => {
			const findings = await findingsOf(check, facts, signal);
			done += 1;
			told(done);
			return findings.map((finding) => ({ check: check.name, ...finding }));
		}),
	);
	return all.flat();
}

async function findingsOf<Facts>(check: Check<Facts>, facts: Facts, signal: AbortSignal): Promise<readonly Finding[]> {
	try {
		const found = await withDeadline(check.name, check.deadlineMs ?? usualDeadlineMs, signal, (inner) =>
			check.run(facts, inner),
		);
		return [found].flat();
	} catch (error) {
		if (error instanceof NoFactError && (error.isMissing || error.fact !== check.about))
			return [skip(`not looked at: ${error.because}`)];
		return [failureOf(error)];
	}
}

/** The messages of the adapters end with what to do, behind a semicolon. */
export function failureOf(error: unknown): Finding {
	const message = error instanceof Error ? error.message : String(error);
	if (error instanceof DeadlineError) return fail(message, 'see what it waits for; a daemon would wait as long');
	const [, text = message, remedy = 'see the message'] = /^(.*?); (.*)$/s.exec(message) ?? [];
	return fail(text, remedy);
}

export const worstOf = (results: readonly Finding[]): Exclude<Verdict, 'skip'> =>
	(['fail', 'warn'] as const).find((verdict) => results.some((it) => it.verdict === verdict)) ?? 'ok';
