import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What is in dist/reconsul.cjs of other people's, from what esbuild says of it; for the image and for docs/licences.md. */

export interface BundledPackage {
	readonly name: string;
	readonly version: string;
	readonly licence: string;
	/** SHA-512 of the package as the registry has it, in hexadecimal digits. */
	readonly sha512: string;
	/** The licence's text, or who wrote it where the package has none. */
	readonly text: string;
}

interface Metafile {
	readonly outputs: Readonly<
		Record<string, { readonly inputs: Readonly<Record<string, { readonly bytesInOutput: number }>> }>
	>;
}

interface Lock {
	readonly packages: Readonly<Record<string, { readonly version?: string; readonly integrity?: string }>>;
}

interface Manifest {
	readonly name: string;
	readonly version: string;
	readonly license: string;
	readonly author?: string | { readonly name: string };
}

/** @param root the top of the repository, with node_modules and dist/meta.json */
export async function bundledPackages(root: string): Promise<readonly BundledPackage[]> {
	const metafile = await json<Metafile>(join(root, 'dist/meta.json'));
	const lock = await json<Lock>(join(root, 'package-lock.json'));
	const packages = await Promise.all(foldersIn(metafile).map((folder) => packageAt(root, folder, lock)));
	return packages.sort((a, b) => (a.name < b.name ? -1 : 1));
}

const json = async <T>(path: string): Promise<T> => JSON.parse(await readFile(path, 'utf8')) as T;

/** Of which something is left after shaking. */
function foldersIn({ outputs }: Metafile): readonly string[] {
	const files = Object.values(outputs).flatMap(({ inputs }) =>
		Object.entries(inputs).flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? [path] : [])),
	);
	const folders = files.flatMap((path) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(path)?.[0] ?? []);
	return [...new Set(folders)];
}

async function packageAt(root: string, folder: string, { packages }: Lock): Promise<BundledPackage> {
	const { name, version, license, author = '' } = await json<Manifest>(join(root, folder, 'package.json'));
	const locked = packages[folder];
	const [, digest] = /^sha512-(.+)$/.exec(locked?.integrity ?? '') ?? [];
	if (locked?.version !== version || digest === undefined)
		throw new Error(`${folder} has version ${version}, package-lock.json says ${locked?.version}; run npm ci`);
	const file = (await readdir(join(root, folder))).find((it) => /^licen[cs]e/i.test(it));
	const by = typeof author === 'string' ? author : author.name;
	const text = file === undefined ? `By ${by}.` : await readFile(join(root, folder, file), 'utf8');
	return { name, version, licence: license, sha512: Buffer.from(digest, 'base64').toString('hex'), text: text.trim() };
}

/** A bill of materials in CycloneDX's form. Without a time or a serial number, so that it is the same for the same bundle. */
export const sbomOf = (packages: readonly BundledPackage[], version: string): object => ({
	bomFormat: 'CycloneDX',
	specVersion: '1.5',
	version: 1,
	metadata: { component: { type: 'application', name: 'reconsul', version, licenses: [{ license: { id: 'MIT' } }] } },
	components: packages.map(({ name, version: its, licence, sha512 }) => ({
		type: 'library',
		'bom-ref': purlOf(name, its),
		name,
		version: its,
		purl: purlOf(name, its),
		licenses: [{ license: { id: licence } }],
		hashes: [{ alg: 'SHA-512', content: sha512 }],
	})),
});

const purlOf = (name: string, version: string): string => `pkg:npm/${name.replace('@', '%40')}@${version}`;

export const licenceTexts = (packages: readonly BundledPackage[]): string =>
	packages
		.map(({ name, version, licence, text }) => `${name} ${version} (${licence})\n\n${text}\n`)
		.join(`\n${line}\n`);

const line = '-'.repeat(80);

export const licencesMarkdown = (packages: readonly BundledPackage[]): string => `# Licences

Generated from the bundle by \`make docs\`; do not edit. These packages are in the program; what is only installed to build or to
test it is not. The image has their licences' texts in \`/licences.txt\`, and a bill of materials in \`/sbom.json\`.

| package | version | licence |
|---|---|---|
${packages.map(({ name, version, licence }) => `| ${name} | ${version} | ${licence} |`).join('\n')}
`;

/** `node src/cli/bundle-contents.ts` writes what goes into the image, `--docs` the list; from the top of the repository. */
async function main(args: readonly string[]): Promise<void> {
	const packages = await bundledPackages('.');
	if (args.includes('--docs')) return writeFile('docs/licences.md', licencesMarkdown(packages));
	const { version } = await json<Manifest>('package.json');
	await writeFile('dist/sbom.json', `${JSON.stringify(sbomOf(packages, version), undefined, '\t')}\n`);
	await writeFile('dist/licences.txt', licenceTexts(packages));
}

if (process.argv[1]?.endsWith('/bundle-contents.ts')) void main(process.argv.slice(2));
