/** Longer keys are no slip of the pen, and the distance takes the product of both lengths. */
const longest = 80;

/** The candidate that a slip or two turn into the text, ignoring case; `undefined` where none is near. */
export function nearest(text: string, candidates: readonly string[]): string | undefined {
	if (text.length > longest) return undefined;
	const wanted = text.toLowerCase();
	let best: string | undefined;
	let least = Math.min(3, Math.max(1, Math.floor(text.length / 2))) + 1;
	for (const candidate of candidates) {
		if (Math.abs(candidate.length - text.length) >= least || candidate.length > longest) continue;
		const distance = editDistance(wanted, candidate.toLowerCase());
		if (distance < least) [best, least] = [candidate, distance];
	}
	return best;
}

/** Characters added, left out, replaced, or swapped with their neighbour. */
export function editDistance(a: string, b: string): number {
	let beforeLast: readonly number[] = [];
	let last: readonly number[] = Array.from({ length: b.length + 1 }, (_, at) => at);
	for (let i = 1; i <= a.length; i++) {
		const row = [i];
		for (let j = 1; j <= b.length; j++) {
			const isSame = a[i - 1] === b[j - 1];
			const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
			const swapped = isSwap ? (beforeLast[j - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY;
			const replaced = (last[j - 1] ?? 0) + (isSame ? 0 : 1);
			row.push(Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, replaced, swapped));
		}
		[beforeLast, last] = [last, row];
	}
	return last[b.length] ?? 0;
}
