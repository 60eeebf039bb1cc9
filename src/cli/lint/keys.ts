import { legacyCheckKey } from '../../derive/checks.ts';
import { kinds } from '../../derive/labels/kinds.ts';
import { type RegistratorKey, registratorRows } from '../../derive/labels/registrator-rows.ts';
import { editDistance } from '../../derive/labels/suggestion.ts';
import { metadataFor } from '../../derive/metadata.ts';
import type { Container } from '../../model.ts';
import type { LintFinding, LintSubject } from './subject.ts';

/** What is wrong with single labels and variables, by their names and values. Pure. */

interface Entry {
	readonly rawKey: string;
	readonly value: string;
	readonly origin: 'variable' | 'label';
}

type Finding = Omit<LintFinding, 'where'>;

const isKnown = (key: string): key is RegistratorKey => Object.hasOwn(registratorRows, key);

export function keyFindings({ container, knowsPorts }: LintSubject): readonly Finding[] {
	return entriesOf(container).flatMap((entry) => [
		...prefixFindings(entry),
		...(entry.rawKey.startsWith('SERVICE_') ? serviceFindings(entry, container, knowsPorts) : []),
	]);
}

const entriesOf = ({ env, labels }: Container): readonly Entry[] => [
	...env.map((text): Entry => {
		const at = text.indexOf('=');
		return { rawKey: at < 0 ? text : text.slice(0, at), value: at < 0 ? '' : text.slice(at + 1), origin: 'variable' };
	}),
	...Object.entries(labels).map(([rawKey, value]): Entry => ({ rawKey, value, origin: 'label' })),
];

function prefixFindings({ rawKey, origin }: Entry): readonly Finding[] {
	const [, rest = ''] = /^service_(?:\d+_)?(.*)$/i.exec(rawKey) ?? [];
	if (!rawKey.startsWith('SERVICE_') && isKnown(rest.toLowerCase()))
		return [{ label: rawKey, message: 'the prefix is in upper case: SERVICE_; this one says nothing' }];
	if (origin === 'variable')
		return rawKey.startsWith('reconsul.')
			? [{ label: rawKey, message: 'reconsul.* are labels; a variable of that name says nothing' }]
			: [];
	return /^reconsul[._-]/i.test(rawKey) && !rawKey.startsWith('reconsul.')
		? [{ label: rawKey, message: 'labels of reconsul begin with reconsul. in lower case; this one says nothing' }]
		: [];
}

/** Without a check they say nothing. */
const optionKeys: ReadonlySet<string> = new Set<RegistratorKey>([
	'check_http_method',
	'check_https_method',
	'check_grpc_use_tls',
	'check_tls_skip_verify',
	'check_interval',
	'check_timeout',
	'check_initial_status',
	'check_deregister_after',
]);

/** What people write for no, and registrator takes for yes. */
const seemingNo: ReadonlySet<string> = new Set(['off', 'n', 'f', 'none', 'never', 'disabled', 'nope']);

function serviceFindings({ rawKey, value }: Entry, container: Container, knowsPorts: boolean): readonly Finding[] {
	const said = (message: string): readonly Finding[] => [{ label: rawKey, message }];
	const lower = rawKey.slice('SERVICE_'.length).toLowerCase();
	const [, port, key = lower] = /^(\d{1,5})_(.+)$/s.exec(lower) ?? [];
	if (port !== undefined && knowsPorts && !hasPort(container, port))
		return said(`the container has no port ${port}, so it says nothing`);
	if (!isKnown(key)) return unknownFindings(key).flatMap(said);
	const { kind } = registratorRows[key];
	if (kind.parse(value) === undefined && value !== '') return said(`the value is not ${kind.rule}`);
	if (kind === kinds.anyYes && seemingNo.has(value.toLowerCase()))
		return said('the value means yes, as everything does but false, 0, no and nothing');
	if ((key === 'check_http' || key === 'check_https') && /^[a-z]+:\/\//i.test(value))
		return said('it takes the path alone; with a whole URL the check can never pass');
	if (optionKeys.has(key) && value !== '' && !asksForCheck(container, port))
		return said('no check is asked for, so it says nothing');
	return [];
}

const hasPort = ({ exposed, ports, labels }: Container, port: string): boolean =>
	[...exposed, ...Object.keys(ports), labels['reconsul.port'] ?? ''].some((key) => key.split('/')[0] === port);

/** Of any port, where the key is for all of them. */
function asksForCheck(container: Container, port: string | undefined): boolean {
	const { env, labels, exposed, ports } = container;
	const own = [...exposed, ...Object.keys(ports)].map((key) => key.split('/')[0] ?? '');
	// Of a container whose ports nobody knows, any port will do.
	const asked = port === undefined ? [...own, '0'] : [port];
	return asked.some((it) => legacyCheckKey(metadataFor(it, env, labels).values) !== undefined);
}

/** An attribute may be called anything; only what looks like a slip is told of. */
function unknownFindings(key: string): readonly string[] {
	const meant = Object.keys(registratorRows).find((known) => isSlip(key, known));
	if (meant !== undefined) return [`an attribute, so it goes to Meta; did you mean SERVICE_${meant.toUpperCase()}?`];
	return key.startsWith('check_')
		? ["registrator's language has no such check, so it goes to Meta only; reconsul.check.<name>.* may have it"]
		: [];
}

const isSlip = (key: string, known: string): boolean =>
	key.length <= 3 ? known === `${key}s` || key === `${known}s` : editDistance(key, known) <= (key.length <= 5 ? 1 : 2);
