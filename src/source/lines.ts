/**
 * Cuts a stream of text into lines, whatever the pieces it arrives in. Docker ends a line with a line feed; with
 * `application/json-seq` each also begins with a record separator. Neither is part of what is given back, nor are empty lines.
 *
 * @returns a function that takes the next piece and gives the lines it completes; it throws a RangeError for a line of more
 * than `longest` characters, after which it must not be used again
 */
export function lineSplitter(longest: number): (piece: string) => readonly string[] {
	let rest = '';
	return (piece) => {
		const lines = (rest + piece).split('\n');
		rest = lines.pop() ?? '';
		if (rest.length > longest || lines.some((line) => line.length > longest))
			throw new RangeError(`a line may have ${longest} characters, this one has more`);
		return lines.map(unwrapped).filter((line) => line !== '');
	};
}

const recordSeparator = '\u001e';

const unwrapped = (line: string): string => {
	const start = line.startsWith(recordSeparator) ? 1 : 0;
	return line.slice(start, line.endsWith('\r') ? -1 : undefined);
};
