import { matchesGlob } from 'node:path';
import { type RecordedCase, titleOf } from '../../support/recorded.ts';

/** The cases that one of the patterns matches, `topic/name` or the name alone; all of them where there is no pattern. */
export const matching = <T extends Pick<RecordedCase, 'topic' | 'name'>>(
	cases: readonly T[],
	patterns: readonly string[],
): readonly T[] =>
	patterns.length === 0
		? cases
		: cases.filter((recorded) =>
				patterns.some((pattern) => matchesGlob(pattern.includes('/') ? titleOf(recorded) : recorded.name, pattern)),
			);
