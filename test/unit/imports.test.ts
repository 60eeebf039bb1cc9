import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';

/**
 * The direction of imports: what a folder, or a file at the top, may use of which others when the program runs (`values`), and
 * of which it may only know the types. An entry can name one file. What is not listed is not allowed.
 */
const directions: Readonly<Record<string, { readonly values: string; readonly types: string }>> = {
	model: { values: '', types: '' },
	duration: { values: '', types: '' },
	clock: { values: '', types: '' },
	deadline: { values: '', types: '' },
	'tls-flaw': { values: '', types: '' },
	'cut-answers': { values: '', types: '' },
	// Pure: from data to data.
	maintenance: { values: '', types: 'model' },
	derive: { values: 'duration maintenance', types: 'model' },
	plan: { values: 'derive duration maintenance', types: 'model' },
	// Adapters: translate, and know nothing of who uses them.
	source: { values: 'clock cut-answers deadline tls-flaw', types: 'model' },
	registry: { values: 'clock cut-answers deadline duration maintenance tls-flaw', types: 'model' },
	log: { values: 'server/mask', types: '' },
	'last-words': { values: 'server/mask', types: '' },
	// The closed sets of labels are the sets of those whose words they are.
	metrics: {
		values: '',
		types: 'controller/triggers derive model plan registry/registry source/source',
	},
	// Of the adapters only the interfaces and their errors; which adapter it is the daemon decides.
	controller: {
		values: 'clock deadline derive duration maintenance plan registry/registry server/mask source/source',
		types: 'log metrics/metrics model',
	},
	server: { values: 'log', types: 'explain/explanation metrics/metrics' },
	config: { values: 'duration registry/consul/token server/listen', types: 'controller/context log registry' },
	// From what a run would see to what people read.
	explain: {
		values: 'controller derive plan server/listen server/mask',
		types: 'model',
	},
	daemon: {
		values: 'clock config controller derive/service-name derive/tags explain log metrics registry server source',
		types: 'derive/derive model plan',
	},
	cli: {
		values:
			'clock config controller daemon/wiring deadline derive duration explain log metrics plan registry server/listen server/mask source/engine source/recorded',
		types: 'model source/source',
	},
	main: { values: 'cli config daemon last-words', types: '' },
};

/** Who may use which package; of a `type` only its types. */
const packages: Readonly<Record<string, readonly string[]>> = {
	consul: ['registry'],
	dockerode: ['source', 'type config/connections'],
	'p-queue': ['controller', 'registry'],
	pino: ['log'],
	'prom-client': ['metrics'],
	rxjs: ['controller', 'registry', 'source'],
	valibot: ['registry'],
	yaml: ['cli/lint/compose'],
};

/** Node's own modules reach the outside, but for these, which compute. */
const purely: Readonly<Record<string, readonly string[]>> = {
	derive: ['node:os constants', 'node:net isIP', 'node:net isIPv4', 'node:net isIPv6', 'node:path posix'],
	plan: ['node:crypto createHash'],
	model: [],
	duration: [],
};

interface Import {
	/** `plan/decide`, of a file of ours; else as written. */
	readonly target: string;
	readonly isOurs: boolean;
	readonly isType: boolean;
	readonly names: readonly string[];
}

const root = join(import.meta.dirname, '..', '..', 'src');
const files = globSync('**/*.ts', { cwd: root }).map((path) => path.replace(/\.ts$/, ''));
const importsOf = new Map(files.map((file) => [file, readImports(file)]));

function readImports(file: string): readonly Import[] {
	const text = readFileSync(join(root, `${file}.ts`), 'utf8');
	const statements = [...text.matchAll(/^(?:import|export)\s+(type\s)?([^;'"]*?)\s*from\s+'([^']+)'/gm)].map(
		([, type, names = '', from = '']) => toImport(file, from, type !== undefined, names),
	);
	const bare = [...text.matchAll(/^import\s+'([^']+)'/gm)].map(([, from = '']) => toImport(file, from, false, ''));
	const dynamic = [...text.matchAll(/\bimport\(\s*'([^']+)'\s*\)/g)].map(([, from = '']) =>
		toImport(file, from, false, ''),
	);
	return [...statements, ...bare, ...dynamic];
}

function toImport(file: string, from: string, isType: boolean, names: string): Import {
	const isOurs = from.startsWith('.');
	const target = isOurs ? join(file, '..', from).replace(/\.ts$/, '') : from;
	return { target, isOurs, isType, names: [...names.matchAll(/(?<!as )\b[\w$]+/g)].map(([name]) => name) };
}

const unitOf = (file: string): string => file.split('/', 1)[0] ?? '';
const isWithin = (file: string, entries: readonly string[]): boolean =>
	entries.some((entry) => file === entry || unitOf(file) === entry);
const words = (list: string): readonly string[] => list.split(' ').filter((word) => word !== '');
const filesOf = (unit: string): readonly string[] => files.filter((file) => unitOf(file) === unit);

suite('what a part of the program may import', () => {
	test('is said for every part, and of parts that there are', () => {
		assert.deepEqual([...new Set(files.map(unitOf))].sort(), Object.keys(directions).sort());
		for (const { values, types } of Object.values(directions))
			for (const entry of [...words(values), ...words(types)])
				assert.ok(
					files.some((file) => isWithin(file, [entry])),
					`there is no ${entry}`,
				);
	});

	for (const [unit, { values, types }] of Object.entries(directions))
		test(`${unit}: ${values || 'nothing'}${types === '' ? '' : `; types of ${types}`}`, () => {
			const wrong = filesOf(unit).flatMap((file) =>
				(importsOf.get(file) ?? [])
					.filter(({ target, isOurs }) => isOurs && unitOf(target) !== unit)
					.filter(
						({ target, isType }) => !isWithin(target, words(values)) && !(isType && isWithin(target, words(types))),
					)
					.map(({ target, isType }) => `${file} imports ${isType ? 'types of ' : ''}${target}`),
			);
			assert.deepEqual(wrong, []);
		});

	test('every import of ours leads to a file', () => {
		for (const [file, imports] of importsOf)
			for (const { target, isOurs } of imports)
				if (isOurs) assert.ok(importsOf.has(target), `${file} imports ${target}`);
	});

	test('there is no circle: no file needs itself to run', () => {
		const done = new Set<string>();
		const visit = (file: string, path: readonly string[]): void => {
			assert.ok(!path.includes(file), [...path.slice(path.indexOf(file)), file].join(' → '));
			if (done.has(file)) return;
			for (const { target, isOurs, isType } of importsOf.get(file) ?? [])
				if (isOurs && !isType) visit(target, [...path, file]);
			done.add(file);
		};
		for (const file of files) visit(file, []);
	});
});

suite('packages', () => {
	test('are those of package.json, and each has its place', () => {
		const manifest: unknown = JSON.parse(readFileSync(join(root, '..', 'package.json'), 'utf8'));
		const { dependencies } = manifest as { readonly dependencies: Readonly<Record<string, string>> };
		assert.deepEqual(Object.keys(dependencies).sort(), Object.keys(packages).sort());
	});

	for (const [name, places] of Object.entries(packages))
		test(`${name}: ${places.join(', ')}`, () => {
			const typePlaces = places.flatMap((place) => (place.startsWith('type ') ? [place.slice('type '.length)] : []));
			const users = files.flatMap((file) =>
				(importsOf.get(file) ?? [])
					.filter(({ target }) => target === name || target.startsWith(`${name}/`))
					.map(({ isType }) => ({ file, isType })),
			);
			const wrong = users.filter(
				({ file, isType }) => !isWithin(file, places) && !(isType && isWithin(file, typePlaces)),
			);
			assert.deepEqual(wrong, []);
			assert.ok(users.length > 0, `nobody uses ${name}`);
		});

	test('are not used that package.json does not name', () => {
		const strangers = files.flatMap((file) =>
			(importsOf.get(file) ?? [])
				.filter(
					({ target, isOurs }) => !isOurs && !target.startsWith('node:') && !Object.hasOwn(packages, unitOf(target)),
				)
				.map(({ target }) => `${file} imports ${target}`),
		);
		assert.deepEqual(strangers, []);
	});
});

for (const [unit, allowed] of Object.entries(purely))
	test(`${unit} is pure: of what is not ours it imports ${allowed.join(', ') || 'nothing'}`, () => {
		const used = filesOf(unit).flatMap((file) =>
			(importsOf.get(file) ?? [])
				.filter(({ isOurs }) => !isOurs)
				.flatMap(({ target, names }) => names.map((name) => `${target} ${name}`)),
		);
		assert.deepEqual(
			[...new Set(used)].filter((it) => !allowed.includes(it)),
			[],
		);
	});
