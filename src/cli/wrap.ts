/** Breaks between words at the width; what follows the first line is indented. A word that is too long stays whole. */
export function wrapped(text: string, width: number, indent = ''): readonly string[] {
	const lines: string[] = [];
	let line = '';
	for (const word of text.split(' ')) {
		if (line === '') line = lines.length === 0 ? word : indent + word;
		else if (line.length + 1 + word.length <= width) line += ` ${word}`;
		else {
			lines.push(line);
			line = indent + word;
		}
	}
	return [...lines, line];
}
