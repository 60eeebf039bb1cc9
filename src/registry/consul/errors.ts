import { DeadlineError } from '../../deadline.ts';
import type { Check } from '../../model.ts';
import { type TlsFlaw, tlsFlawOf } from '../../tls-flaw.ts';
import { RegistryError, type RegistryErrorClass } from '../registry.ts';
import { checkFieldNamed } from './body.ts';

/** One HTTP answer, whatever its status. */
export interface Answer {
	readonly status: number;
	readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
	/** JSON as the value it stands for, anything else as text. */
	readonly body: unknown;
}

/** What was asked for, as error messages name it: `PUT /v1/agent/service/register`. */
export type Asked = `${'GET' | 'PUT'} ${string}`;

const longestBody = 200;

/** Texts come first: Consul 1.8 answers some refusals of the caller with 500, and a leader's refusal arrives as a failed RPC. */
const texts: readonly (readonly [pattern: RegExp, errorClass: RegistryErrorClass])[] = [
	[/\bScripts are disabled on this agent\b/, 'scripts-disabled'],
	[/^(?:rpc error making call: )*(?:Permission denied\b|ACL not found)/, 'forbidden'],
];

function classOfAnswer(status: number, text: string): RegistryErrorClass {
	if (status === 403 || status === 401) return 'forbidden';
	const known = status >= 400 ? texts.find(([pattern]) => pattern.test(text)) : undefined;
	if (known !== undefined) return known[1];
	if (status === 429) return 'throttled';
	return status >= 500 ? 'unavailable' : 'invalid';
}

/** The field of a check that an older agent stumbles over, and refuses the whole body for; newer fields elsewhere are not sent. */
function unknownField(status: number, text: string): keyof Check | undefined {
	const [, name] = /\bjson: unknown field "(\w+)"/.exec(text) ?? [];
	return status === 400 && name !== undefined ? checkFieldNamed(name) : undefined;
}

export function textOf(body: unknown): string {
	if (typeof body === 'string') return body;
	return body === undefined ? '' : (JSON.stringify(body) ?? '');
}

/** Of this right alone the agent does not say that it was missing; and one can do without it. */
const missingRight = (asked: Asked): string =>
	asked === 'GET /v1/agent/self' ? '; it takes agent:read, or --node and -ip to say what it tells' : '';

/** An answer that is not the one asked for. Its cause is left out on purpose: the client's error holds the request and its token. */
export function refusal(asked: Asked, { status, body }: Answer): RegistryError {
	const text = textOf(body).trim();
	const said = text === '' ? '' : `: ${text.slice(0, longestBody)}`;
	const field = unknownField(status, text);
	const errorClass = field === undefined ? classOfAnswer(status, text) : 'unknown-field';
	const remedy =
		errorClass === 'forbidden' ? `${missingRight(asked)}; see CONSUL_HTTP_TOKEN and deploy/consul-policy.hcl` : '';
	return new RegistryError(errorClass, `Consul answers ${asked} with ${status}${said}${remedy}`, {
		status,
		...(field === undefined ? {} : { field }),
	});
}

const words: Readonly<Record<string, string>> = {
	ECONNREFUSED: 'connection refused; does the agent run?',
	ENOENT: 'no such socket; does the agent run, and is the socket mounted?',
	EACCES: 'no permission for the socket',
	ENOTFOUND: 'the host name does not resolve',
	EAI_AGAIN: 'the host name does not resolve at the moment',
	ECONNRESET: 'the connection was cut',
	EPIPE: 'the connection was cut',
	ECUTANSWER: 'the connection was cut in the middle of the answer',
	ETIMEDOUT: 'no answer to the attempt to connect',
};

const tlsWords: Readonly<Record<TlsFlaw, string>> = {
	untrusted: 'its certificate is not trusted; see CONSUL_CACERT',
	'other-name': 'its certificate is for another name; see CONSUL_TLS_SERVER_NAME',
	'out-of-date': 'its certificate has expired, or is not valid yet; or is a clock wrong?',
	'wants-ours': 'it does not take our certificate, or wants one; see CONSUL_CLIENT_CERT',
	'no-tls': 'it does not speak TLS there; see CONSUL_HTTP_SSL, or is it the port of plain HTTP?',
	'bad-files': 'our certificate and key do not go together, or are none; see CONSUL_CLIENT_CERT and CONSUL_CLIENT_KEY',
};

/**
 * A call that got no answer at all. Reads the error by its fields: the client prefixes messages and wraps nothing.
 *
 * @param where the agent's address, for people
 */
export function failure(where: string, asked: Asked, error: unknown): RegistryError {
	if (error instanceof RegistryError) return error;
	const at = `Consul at ${where}`;
	if (error instanceof DeadlineError) return new RegistryError('timeout', `${at}: ${error.message}`, { cause: error });
	const { code, message } = Object(error) as { code?: string; message?: string };
	const flaw = tlsFlawOf(code ?? '');
	const what = words[code ?? ''] ?? (flaw && tlsWords[flaw]) ?? code ?? message ?? 'no answer';
	const errorClass = code === 'ETIMEDOUT' ? 'timeout' : 'unreachable';
	return new RegistryError(errorClass, `${at}: ${asked}: ${what}`, { cause: error });
}

/** @throws RegistryError of class `invalid`, for an answer of 200 that does not have the documented form */
export function malformed(asked: Asked, rule: string): never {
	throw new RegistryError('invalid', `${asked}: ${rule}`);
}
