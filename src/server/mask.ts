/**
 * What makes a name sound secret, anywhere in it and in any case. docs/security.md has the same table; values are masked in our
 * own output only, the agent gets them as written.
 */
export const secretWords = {
	pass: 'password, passwd, passphrase',
	pwd: 'db_pwd',
	secret: 'client-secret',
	token: 'api_token',
	key: 'api_key, private-key',
	cred: 'aws_credentials',
	auth: 'basic_auth, authorization',
	cookie: 'session-cookie',
} as const satisfies Readonly<Record<string, string>>;

const words = Object.keys(secretWords).join('|');
const secretKey = new RegExp(words, 'i');

/** A URL's user part goes up to the last `@`, since people put `/` and `@` into passwords as they are. */
const patterns: readonly (readonly [what: RegExp, shown: string])[] = [
	[/([a-z][a-z0-9+.-]{0,30}:\/\/)\S*@/gi, '$1***@'],
	// Before the pairs, which would take `Bearer` for the value.
	[/\b(authorization|x-consul-token)(["']?[:=]\s{0,9}["']?)(?:(bearer|basic)\s{1,9})?[^\s"',;]+/gi, '$1$2***'],
	[/\b(bearer\s{1,9})[\w.~+/=-]{8,}/gi, '$1***'],
	[new RegExp(`((?:${words})[\\w-]{0,30}=)[^\\s&;,]+`, 'gi'), '$1***'],
	[new RegExp(`("[\\w.-]{0,30}(?:${words})[\\w.-]{0,30}"\\s{0,9}:\\s{0,9}")[^"]+`, 'gi'), '$1***'],
];

/** Takes out what looks secret inside a text: a URL's user, a header that proves who one is, and what is assigned to a secret's name. */
export const maskValue = (value: string): string =>
	patterns.reduce((text, [what, shown]) => text.replace(what, shown), value);

/** The pairs as they may be shown: a key that sounds secret hides all of its value. */
export const maskPairs = (pairs: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
	Object.fromEntries(
		Object.entries(pairs).map(([key, value]) => [key, secretKey.test(key) ? '***' : maskValue(value)]),
	);

/** Tags are often pairs: `traefik.…basicauth.users=…`. */
export function maskTag(tag: string): string {
	const at = tag.indexOf('=');
	return at > 0 && secretKey.test(tag.slice(0, at)) ? `${tag.slice(0, at)}=***` : maskValue(tag);
}
