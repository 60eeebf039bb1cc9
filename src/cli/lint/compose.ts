import { parse } from 'yaml';
import { type LintFinding, type LintSubject, plainContainer } from './subject.ts';
import { isRecord, textsOf } from './values.ts';

/** What an image brings; `undefined` where nobody has it. */
export type ImageReader = (ref: string) => Promise<ImageParts | undefined>;

export interface ImageParts {
	readonly env: readonly string[];
	readonly labels: Readonly<Record<string, string>>;
	readonly exposed: readonly string[];
	readonly hasHealthcheck: boolean;
}

type Json = Readonly<Record<string, unknown>>;

/**
 * The services of a compose file, as the containers that they will be.
 *
 * @param file as findings name it
 * @throws Error where the text is no YAML, or no compose file
 */
export async function composeSubjects(
	file: string,
	text: string,
	env: Readonly<Record<string, string | undefined>>,
	imageOf: ImageReader,
): Promise<readonly LintSubject[]> {
	const document = documentIn(file, text);
	const services = document['services'];
	if (!isRecord(services)) throw new Error(`${file} is no compose file: it has no services`);
	return Promise.all(
		Object.entries(services).map(async ([name, service]) =>
			subjectOf(`${file}:${name}`, name, isRecord(service) ? service : {}, env, imageOf),
		),
	);
}

function documentIn(file: string, text: string): Json {
	try {
		// Anchors merged into maps are common in compose files; a bomb of aliases is refused.
		const document: unknown = parse(text, { merge: true, maxAliasCount: 1_000, logLevel: 'error' });
		return isRecord(document) ? document : {};
	} catch (error) {
		throw new Error(`${file} is no YAML: ${(error as Error).message.split('\n', 1)[0]}`);
	}
}

async function subjectOf(
	where: string,
	name: string,
	service: Json,
	env: Readonly<Record<string, string | undefined>>,
	imageOf: ImageReader,
): Promise<LintSubject> {
	const fill = (text: string): string | undefined => interpolated(text, env);
	const image = fill(String(service['image'] ?? '')) ?? '';
	const parts = image === '' ? undefined : await imageOf(image);
	const labels = pairsIn(service['labels'], fill);
	const variables = pairsIn(service['environment'], fill);
	const exposed = [...(parts?.exposed ?? []), ...portsIn(service['ports'], fill), ...portsIn(service['expose'], fill)];
	return {
		where,
		container: plainContainer({
			name,
			image: image || name,
			env: [...(parts?.env ?? []), ...Object.entries(variables).map(([key, value]) => `${key}=${value}`)],
			labels: { ...parts?.labels, ...labels },
			exposed: [...new Set(exposed)],
			...(parts?.hasHealthcheck || service['healthcheck'] !== undefined
				? { health: { status: 'starting', output: '' } }
				: {}),
		}),
		knowsPorts: parts !== undefined,
		findings: composeFindings(where, service, { ...variables, ...labels }, fill),
	};
}

/** What only a compose file can do wrong. */
function composeFindings(
	where: string,
	service: Json,
	said: Readonly<Record<string, string>>,
	fill: (text: string) => string | undefined,
): readonly LintFinding[] {
	const deploy = isRecord(service['deploy']) ? service['deploy'] : {};
	const misplaced = Object.keys(pairsIn(deploy['labels'], fill)).filter((label) =>
		/^(?:SERVICE_|reconsul\.)/.test(label),
	);
	const replicas = Number(service['scale'] ?? deploy['replicas'] ?? 1);
	const ids = Object.keys(said).filter((label) => /^SERVICE_(?:\d+_)?ID$/i.test(label));
	return [
		...misplaced.map((label) => ({
			where,
			label,
			message: 'labels under deploy are those of a swarm service and reach no container; put it under labels',
		})),
		...(replicas > 1 ? ids : []).map((label) => ({
			where,
			label,
			message: `${replicas} replicas would have the same id; only one of them is registered`,
		})),
	];
}

/** A list of `key=value`, or a map; what the shell is to fill in and does not is left out. */
function pairsIn(value: unknown, fill: (text: string) => string | undefined): Readonly<Record<string, string>> {
	const pairs: readonly (readonly [string, unknown])[] = isRecord(value)
		? Object.entries(value)
		: textsOf(value).map((text) => {
				const at = text.indexOf('=');
				return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
			});
	return Object.fromEntries(
		pairs.flatMap(([key, inner]) => {
			const text = inner === null || inner === undefined ? undefined : fill(String(inner));
			return text === undefined ? [] : [[key, text] as const];
		}),
	);
}

/** `80`, `8080:80/udp`, `127.0.0.1:80:80`, `3000-3005`, or a map with `target`; the side of the container. */
function portsIn(value: unknown, fill: (text: string) => string | undefined): readonly string[] {
	const items: readonly unknown[] = Array.isArray(value) ? value : [];
	return items.flatMap((item): readonly string[] => {
		if (isRecord(item)) return [`${item['target']}/${item['protocol'] ?? 'tcp'}`];
		const text = fill(String(item)) ?? '';
		const [range = '', protocol = 'tcp'] = (text.split(':').at(-1) ?? '').split('/');
		const [first = Number.NaN, last = first] = range.split('-').map(Number);
		const count = Math.min(last - first, maxRange) + 1;
		return Number.isInteger(count) && count > 0
			? Array.from({ length: count }, (_, at) => `${first + at}/${protocol}`)
			: [];
	});
}

const maxRange = 1_000;

/** As compose fills in `$X`, `${X}`, `${X:-default}`; `undefined` where it depends on what is not set here. */
export function interpolated(text: string, env: Readonly<Record<string, string | undefined>>): string | undefined {
	let isOpen = false;
	const filled = text.replace(
		/\$(?:\$|(\w+)|\{(\w+)(?:(:?[-?+])([^}]*))?\})/g,
		(whole, plain: string | undefined, braced: string | undefined, operator = '', word = '') => {
			if (whole === '$$') return '$';
			const value = env[plain ?? braced ?? ''];
			const isSet = value !== undefined && (value !== '' || !operator.startsWith(':'));
			if (operator.endsWith('+')) return isSet ? word : '';
			if (isSet) return value;
			if (operator.endsWith('-')) return word;
			isOpen = true;
			return '';
		},
	);
	return isOpen ? undefined : filled;
}
