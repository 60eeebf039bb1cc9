import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { before, describe, test } from 'node:test';
import {
	type BundledPackage,
	bundledPackages,
	licencesMarkdown,
	licenceTexts,
	sbomOf,
} from '../../src/cli/bundle-contents.ts';

interface Package {
	readonly version: string;
	readonly dependencies: Readonly<Record<string, string>>;
	readonly devDependencies: Readonly<Record<string, string>>;
}

/** Whoever uses the program may do so without asking, and owes no source. */
const permissive: ReadonlySet<string> = new Set(['MIT', 'ISC', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', '0BSD']);

describe('what other people wrote of the program', () => {
	let packages: readonly BundledPackage[];
	let own: Package;
	before(async () => {
		packages = await bundledPackages('.');
		own = JSON.parse(await readFile('package.json', 'utf8')) as Package;
	});

	test('is all that is asked for, by exact versions', () => {
		const names = packages.map(({ name }) => name);
		for (const name of Object.keys(own.dependencies)) assert.ok(names.includes(name), name);
		for (const version of Object.values({ ...own.dependencies, ...own.devDependencies }))
			assert.match(version, /^\d+\.\d+\.\d+$/);
	});
	test('holds nothing that we never call, and nothing that has to be compiled', () => {
		const names = packages.map(({ name }) => name);
		for (const name of ['ssh2', 'cpu-features', 'protobufjs', '@grpc/grpc-js']) assert.ok(!names.includes(name), name);
	});
	test('may be used freely, and each has its text or its author', () => {
		for (const { name, licence, text } of packages) {
			assert.ok(permissive.has(licence), `${name}: ${licence}`);
			assert.ok(text.length > 10, name);
			assert.ok(licenceTexts(packages).includes(text), name);
		}
	});
	test('is what docs/licences.md lists; make docs writes it', async () => {
		assert.equal(await readFile('docs/licences.md', 'utf8'), licencesMarkdown(packages));
	});
	test('is what the bill of materials lists, with the hashes of the lock', async () => {
		const bill = JSON.parse(await readFile('dist/sbom.json', 'utf8')) as ReturnType<typeof sbomOf>;
		assert.deepEqual(bill, sbomOf(packages, own.version));
		for (const { sha512 } of packages) assert.match(sha512, /^[0-9a-f]{128}$/);
	});
});
