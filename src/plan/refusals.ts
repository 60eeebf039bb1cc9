import { agentNeedsFor } from '../derive/labels/check-rows.ts';
import type { Check } from '../model.ts';

/** One thing that an agent refuses of checks: scripts at all, or a field that it is too old to know. */
export type Refusal = 'scripts' | keyof Check;

/** What is left of the checks for an agent that refuses these things: fields go, and checks that mean nothing without them. */
export const checksWithout = (checks: readonly Check[], refusals: ReadonlySet<Refusal>): readonly Check[] =>
	[...refusals].reduce((left, refusal) => left.flatMap((check) => checkWithout(check, refusal) ?? []), checks);

function checkWithout(check: Check, refusal: Refusal): Check | undefined {
	if (refusal === 'scripts') return check.args === undefined ? check : undefined;
	if (check[refusal] === undefined) return check;
	if (agentNeedsFor(refusal).isVital) return undefined;
	const { [refusal]: _, ...rest } = check;
	// Neither of the two fields that every check has is ever refused.
	return rest as Check;
}

/** One sentence for people: what a service goes without, and why. */
export function whatIsMissing(checks: readonly Check[], refusals: ReadonlySet<Refusal>): string {
	return [...refusals].flatMap((refusal) => missingFor(checks, refusal)).join('; ');
}

function missingFor(checks: readonly Check[], refusal: Refusal): readonly string[] {
	if (refusal === 'scripts')
		return ['its script check is left out: this Consul agent forbids them (set enable_script_checks there)'];
	const { label, since, isVital } = agentNeedsFor(refusal);
	const newer = (words: string): string => (since === undefined ? '' : words.replace('VERSION', since));
	return checks
		.filter((check) => check[refusal] !== undefined)
		.map(({ name }) => {
			const shown = `its check ${JSON.stringify(name)}`;
			return isVital
				? `${shown} is left out: this Consul agent does not know ${label}${newer(', which Consul VERSION has')}`
				: `${shown} goes without ${label}: this Consul agent does not know it${newer(', Consul VERSION does')}`;
		});
}
