const maxMessage = 300;
const maxQuoted = 80;

/** The command line or the environment asks for something that cannot be had: print the message, and end. */
export class UsageError extends Error {
	override name = 'UsageError';
	/** 2 for what cannot be parsed, 1 for what contradicts itself, as the predecessor. */
	readonly exitCode: 1 | 2;
	/** Whether the short usage follows the message. */
	readonly usage: boolean;

	constructor(exitCode: 1 | 2, message: string, options: ErrorOptions & { readonly usage?: boolean } = {}) {
		super(message.length > maxMessage ? `${message.slice(0, maxMessage - 1)}…` : message, options);
		this.exitCode = exitCode;
		this.usage = options.usage ?? false;
	}
}

const control = /[\p{Cc}\p{Cf}\u2028\u2029]/gu;

/** A value as it may stand in a message: in quotes, cut to length. JSON leaves DEL, the second set of controls and marks alone. */
export const quoted = (text: string): string =>
	JSON.stringify(text.length > maxQuoted ? `${text.slice(0, maxQuoted)}…` : text).replace(control, escaped);

const escaped = (character: string): string => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`;

/**
 * An address as it may stand in a message. People put passwords before an `@`, with any characters in them, and tokens
 * behind a `?`.
 */
export function shownUri(text: string): string {
	const at = text.lastIndexOf('@');
	const [scheme = ''] = /^[^/@]*:\/\//.exec(text) ?? [];
	const anonymous = at === -1 ? text : `${scheme}***${text.slice(at)}`;
	return plain(anonymous.replace(/[?#].+$/s, '?***'));
}

/** A word of the command line as it may stand in a message without quotes. */
export function plain(text: string): string {
	const clean = text.replace(control, '?');
	return clean.length > maxQuoted ? `${clean.slice(0, maxQuoted)}…` : clean;
}
