import { posix } from 'node:path';
import type { Container } from '../model.ts';

/** Which containers are looked at, by name or image; the patterns are those of a shell, and the whole has to match. */
export interface ScopeSettings {
	/** Empty for all. */
	readonly include: readonly string[];
	/** Wins over `include`. */
	readonly exclude: readonly string[];
}

/**
 * Why a container is out of scope, `undefined` if it is not.
 *
 * @param note told why it is not
 */
export function outOfScope(
	container: Container,
	{ include, exclude }: ScopeSettings,
	note?: (why: string) => void,
): string | undefined {
	if (container.isFilteredOut === true) return 'no --container-filter lets it through';
	const matches = (pattern: string): boolean =>
		[container.name, container.image].some((text) => posix.matchesGlob(text, pattern));
	const excluding = exclude.find(matches);
	if (excluding !== undefined) return `--exclude ${excluding} matches it`;
	const including = include.find(matches);
	if (include.length > 0 && including === undefined) return 'no --include matches it';
	note?.(including === undefined ? 'no filter keeps it out' : `--include ${including} matches it`);
	return undefined;
}
