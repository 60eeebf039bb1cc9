import { DeadlineError } from '../deadline.ts';
import { type TlsFlaw, tlsFlawOf } from '../tls-flaw.ts';
import { SourceError } from './source.ts';

interface Remedy {
	readonly class: SourceError['class'];
	/** Ends the sentence that begins with where Docker was looked for. */
	readonly say: (where: string) => string;
}

const unreachable = (text: string): Remedy => ({ class: 'unreachable', say: () => text });

const remedies: Readonly<Record<string, Remedy>> = {
	ENOENT: {
		class: 'unreachable',
		say: (where) => `no such file; mount it with --volume=${where}:${where} or set DOCKER_HOST`,
	},
	ECONNREFUSED: unreachable('connection refused; is Docker running?'),
	ECONNRESET: unreachable('the connection was cut'),
	EPIPE: unreachable('the connection was cut'),
	ECUTANSWER: unreachable('the connection was cut in the middle of the answer'),
	ENOTFOUND: unreachable('the host name does not resolve; see DOCKER_HOST'),
	EAI_AGAIN: unreachable('the host name does not resolve at the moment'),
	ETIMEDOUT: { class: 'timeout', say: () => 'no answer to the attempt to connect' },
	EACCES: {
		class: 'refused',
		say: () => "no permission; run as root or with --group-add and the id of the socket's group",
	},
	EPERM: { class: 'refused', say: () => 'no permission; a security policy forbids the socket' },
};

const tlsWords: Readonly<Record<TlsFlaw, string>> = {
	untrusted: 'its certificate is not trusted; see ca.pem in DOCKER_CERT_PATH',
	'other-name': 'its certificate is for another name than DOCKER_HOST says',
	'out-of-date': 'its certificate has expired, or is not valid yet; or is a clock wrong?',
	'wants-ours': 'it does not take our certificate, or wants one; see cert.pem and key.pem in DOCKER_CERT_PATH',
	'no-tls': 'it does not speak TLS there; see DOCKER_TLS_VERIFY, or is it the port of plain HTTP?',
	'bad-files': 'cert.pem and key.pem in DOCKER_CERT_PATH do not go together, or are none',
};

const fieldOf = (error: unknown, name: string): unknown =>
	typeof error === 'object' && error !== null ? Reflect.get(error, name) : undefined;

/** The engine's own words; not the client's, which says "no such container" of whatever 404 it gets. */
function wordsOf(error: unknown): string | undefined {
	const message = fieldOf(fieldOf(error, 'json'), 'message');
	return typeof message === 'string' ? message : undefined;
}

/** Before the body of an answer to a request for a stream, which is not parsed. */
const clientPrefix = /^\(HTTP code \d+\) [a-z ]+ - /;

function detailOf(error: unknown): string {
	const text = wordsOf(error) ?? (error instanceof Error ? error.message : String(error));
	return text.replace(clientPrefix, '').replaceAll(/\s+/g, ' ').trim().slice(0, 200);
}

/** Whether Docker, or Podman, says that there is no such container. A proxy's page of status 404 does not. */
export const isNoSuchContainer = (error: unknown): boolean =>
	fieldOf(error, 'statusCode') === 404 && /no such container|no container with (name|id)/i.test(wordsOf(error) ?? '');

/** Says where Docker was looked for, what came of it, and where possible what to do about it. */
export function sourceErrorOf(where: string, call: string, cause: unknown): SourceError {
	if (cause instanceof SourceError) return cause;
	const at = `Docker at ${where}`;
	if (cause instanceof DeadlineError) return new SourceError('timeout', `${at}: ${cause.message}`, { cause });
	const status = fieldOf(cause, 'statusCode');
	if (typeof status === 'number')
		return new SourceError(classOfStatus(status), `${at} answers ${call} with ${status}: ${detailOf(cause)}`, {
			cause,
		});
	const code = String(fieldOf(cause, 'code'));
	const flaw = tlsFlawOf(code);
	if (flaw !== undefined) return new SourceError('unreachable', `${at}: ${tlsWords[flaw]}`, { cause });
	const remedy = remedies[code] ?? (code.startsWith('HPE_') ? notHttp : unreachable(detailOf(cause)));
	return new SourceError(remedy.class, `${at}: ${remedy.say(where)}`, { cause });
}

const notHttp: Remedy = { class: 'invalid', say: () => 'what answers there does not speak HTTP' };

function classOfStatus(status: number): SourceError['class'] {
	if (status === 401 || status === 403) return 'refused';
	// What a proxy says of an engine that is not there.
	if ([502, 503, 504].includes(status)) return 'unreachable';
	return status >= 500 ? 'unavailable' : 'invalid';
}
