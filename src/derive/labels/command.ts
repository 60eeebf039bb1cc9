/** Enough for any sensible command; a text is read in one pass. */
const longest = 8_192;

/**
 * A command as a list of words: a JSON list of texts, or words as a shell splits them, quotes and backslashes included.
 * Nothing is expanded, since no shell runs it.
 *
 * @returns an empty list for an empty text, `undefined` where a quote is left open or the list is none of texts
 */
export function splitCommand(text: string): readonly string[] | undefined {
	if (text.length > longest || text.includes('\0')) return undefined;
	return text.trimStart().startsWith('[') ? jsonList(text) : shellWords(text);
}

function jsonList(text: string): readonly string[] | undefined {
	try {
		const list: unknown = JSON.parse(text);
		const isList = Array.isArray(list) && list.every((word) => typeof word === 'string' && !word.includes('\0'));
		return isList && list[0] !== '' ? list : undefined;
	} catch {
		return undefined;
	}
}

/** Alternatives in the order of a shell's: blanks, '…', "…", a backslash and what follows, anything else. */
const token = /(\s+)|'([^']*)'|"((?:[^"\\]|\\.)*)"|\\(.)|([^\s'"\\]+)|(.)/gsu;

function shellWords(text: string): readonly string[] | undefined {
	const words: string[] = [];
	let word: string | undefined;
	for (const [, blanks, single, double, escaped, plain] of text.matchAll(token)) {
		if (blanks !== undefined) {
			if (word !== undefined) words.push(word);
			word = undefined;
			continue;
		}
		const part = single ?? double?.replaceAll(/\\(["\\$`])/g, '$1') ?? escaped ?? plain;
		// A quote or a backslash with nothing to close it.
		if (part === undefined) return undefined;
		word = (word ?? '') + part;
	}
	if (word !== undefined) words.push(word);
	return words[0] === '' ? undefined : words;
}
