const secretKey = /pass|secret|token|key|credential|auth/i;

/**
 * Takes out what looks secret inside a value: the user part of a URL, up to the last `@` since people put `/` and `@` into
 * passwords as they are, and what is assigned to a secret's name (`?token=…`).
 */
export const maskValue = (value: string): string =>
	value
		.replace(/([a-z][a-z0-9+.-]{0,30}:\/\/)\S*@/gi, '$1***@')
		.replace(/((?:pass|secret|token|credential|auth|key)[\w-]{0,30}=)[^\s&;,]+/gi, '$1***');

/** The pairs as they may be shown: a key that sounds secret hides all of its value. The agent gets them as written. */
export const maskPairs = (pairs: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
	Object.fromEntries(
		Object.entries(pairs).map(([key, value]) => [key, secretKey.test(key) ? '***' : maskValue(value)]),
	);
