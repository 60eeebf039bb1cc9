/**
 * registrator's list of tags: split at commas, `\,` being a comma itself and every other backslash itself; blanks around a
 * tag and empty tags go (difference D3).
 */
export const parseTags = (text: string): readonly string[] =>
	text
		.split(/(?<!\\),/)
		.map((part) => part.replaceAll('\\,', ',').trim())
		.filter((tag) => tag !== '');
