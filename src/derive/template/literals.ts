/** Go's literals, from their text in a template to their value. `undefined` where Go would refuse them. */

const simpleEscapes: Readonly<Record<string, number>> = {
	a: 7,
	b: 8,
	f: 12,
	n: 10,
	r: 13,
	t: 9,
	v: 11,
	'\\': 92,
};

const numericEscapes = /^(?:x([\da-fA-F]{2})|([0-7]{3})|u([\da-fA-F]{4})|U([\da-fA-F]{8}))/;

/** One character or escape of a quoted text: a byte, or a code point. */
interface Piece {
	readonly byte?: number;
	readonly codePoint?: number;
	readonly length: number;
}

function pieceAt(text: string, offset: number, quote: string): Piece | undefined {
	const codePoint = text.codePointAt(offset) ?? 0;
	if (codePoint !== 92) return { codePoint, length: codePoint > 0xffff ? 2 : 1 };
	const letter = text.charAt(offset + 1);
	const simple = letter === quote ? quote.charCodeAt(0) : simpleEscapes[letter];
	if (simple !== undefined) return { codePoint: simple, length: 2 };
	const [all, hex, octal, short, long] = numericEscapes.exec(text.slice(offset + 1, offset + 10)) ?? [];
	if (all === undefined) return undefined;
	const value = octal === undefined ? Number.parseInt(hex ?? short ?? long ?? '', 16) : Number.parseInt(octal, 8);
	if (hex !== undefined || octal !== undefined)
		return value > 255 ? undefined : { byte: value, length: all.length + 1 };
	const isRune = value <= 0x10ffff && (value < 0xd800 || value > 0xdfff);
	return isRune ? { codePoint: value, length: all.length + 1 } : undefined;
}

function piecesOf(body: string, quote: string): readonly Piece[] | undefined {
	const pieces: Piece[] = [];
	for (let at = 0; at < body.length; ) {
		const piece = pieceAt(body, at, quote);
		if (piece === undefined) return undefined;
		pieces.push(piece);
		at += piece.length;
	}
	return pieces;
}

/** `"a\n"`, quotes included. Bytes that make no UTF-8 become U+FFFD. */
export function unquote(text: string): string | undefined {
	if (!text.includes('\\')) return text.slice(1, -1);
	const pieces = piecesOf(text.slice(1, -1), '"');
	if (pieces === undefined) return undefined;
	const bytes = pieces.map(({ byte, codePoint = 0 }) =>
		byte === undefined ? Buffer.from(String.fromCodePoint(codePoint)) : Buffer.of(byte),
	);
	return Buffer.concat(bytes).toString();
}

/** `'a'`: its code point. */
export function unquoteChar(text: string): bigint | undefined {
	const pieces = piecesOf(text.slice(1, -1), "'");
	const [piece] = pieces ?? [];
	return pieces?.length === 1 && piece !== undefined ? BigInt(piece.byte ?? piece.codePoint ?? 0) : undefined;
}

const maxInt = 2n ** 63n - 1n;
const digits = /^(?:0[xX](?:_?[\da-fA-F])+|0[bB](?:_?[01])+|0[oO]?(?:_?[0-7])+|0|[1-9](?:_?\d)*)$/;
const decimal = /^(?=.*[.eE])(?:\d(?:_?\d)*\.?(?:\d(?:_?\d)*)?|\.\d(?:_?\d)*)(?:[eE][+-]?\d(?:_?\d)*)?$/;
const hexFloat = /^0[xX]_?([\da-fA-F_]*)\.?([\da-fA-F_]*)[pP]([+-]?\d+)$/;

/** An integer as `bigint`, a float as `number`. */
export function numberOf(text: string): bigint | number | undefined {
	const isNegative = text.startsWith('-');
	const plain = text.replace(/^[+-]/, '');
	if (digits.test(plain)) {
		const bare = plain.replaceAll('_', '');
		const magnitude = BigInt(/^0\d/.test(bare) ? `0o${bare.slice(1)}` : bare);
		const value = isNegative ? -magnitude : magnitude;
		return value > maxInt || value < -maxInt - 1n ? undefined : value;
	}
	const [, whole = '', fraction = '', exponent = ''] = hexFloat.exec(plain.replaceAll('_', '')) ?? [];
	const magnitude = exponent
		? Number.parseInt(`${whole}${fraction}`, 16) * 2 ** (Number(exponent) - 4 * fraction.length)
		: decimal.test(plain)
			? Number(plain.replaceAll('_', ''))
			: Number.NaN;
	if (!Number.isFinite(magnitude)) return undefined;
	return isNegative ? -magnitude : magnitude;
}
