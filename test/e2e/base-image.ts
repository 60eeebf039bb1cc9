import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { docker } from '../support/lab.ts';

const run = promisify(execFile);
const repository = join(import.meta.dirname, '..', '..');

/** What the Dockerfile's stages call beside Node; the rest of their commands is busybox. */
const programs: readonly (readonly [name: string, inside: string])[] = [
	['bash', '/bin/bash'],
	['ldd', '/usr/bin/ldd'],
	['make', '/usr/bin/make'],
	['busybox', '/bin/busybox'],
];

/** For types and lint only, and two thirds of all. */
const unbundled = ['typescript', '@typescript', '@biomejs', '@types'];

/**
 * A base for our image from this machine's own Node and programs, as no registry may be reachable. The packages are where
 * the build stage works, because its `npm ci` could not fetch them either.
 *
 * @param labels `key=value`; what is made from the base inherits them
 */
export async function importBaseImage(name: string, labels: readonly string[]): Promise<void> {
	const folder = await mkdtemp(join(tmpdir(), 'reconsul-base-'));
	const root = join(folder, 'root');
	const archive = join(folder, 'base.tar');
	try {
		await copyPrograms(root);
		await linkApplets(root);
		await run('tar', ['-C', root, '-cf', archive, '.']);
		const excluded = unbundled.map((it) => `--exclude=node_modules/${it}`);
		await run('tar', ['-C', repository, '-rf', archive, '--transform=s,^,./src/,S', ...excluded, 'node_modules']);
		await docker('import', ...labels.flatMap((label) => ['--change', `LABEL ${label}`]), archive, name);
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}

async function copyPrograms(root: string): Promise<void> {
	const found = await Promise.all(programs.map(async ([name, inside]) => [inside, await pathOf(name)] as const));
	const files = [...found, ['/usr/local/bin/node', process.execPath] as const];
	const libraries = (await Promise.all(files.map(([, file]) => librariesOf(file)))).flat();
	for (const [inside, file] of new Map([...files, ...libraries.map((path) => [path, path] as const)])) {
		await mkdir(join(root, dirname(inside)), { recursive: true });
		await cp(file, join(root, inside), { dereference: true });
	}
}

async function pathOf(program: string): Promise<string> {
	const { stdout } = await run('sh', ['-c', `command -v ${program}`]).catch((cause: unknown) => {
		throw new Error(`a base image cannot be made without ${program}; install it`, { cause });
	});
	return stdout.trim();
}

/** None for a script or a static program, which ldd refuses. */
async function librariesOf(file: string): Promise<readonly string[]> {
	const { stdout } = await run('ldd', [file]).catch(() => ({ stdout: '' }));
	return [...stdout.matchAll(/(?:=> |^\s+)(\/\S+)/gm)].map(([, path]) => String(path));
}

async function linkApplets(root: string): Promise<void> {
	const { stdout } = await run('busybox', ['--list-full']);
	for (const applet of stdout.trim().split('\n')) {
		await mkdir(join(root, dirname(applet)), { recursive: true });
		// The programs that were copied are there already.
		await symlink('/bin/busybox', join(root, applet)).catch(unlessThere);
	}
}

function unlessThere(error: NodeJS.ErrnoException): void {
	if (error.code !== 'EEXIST') throw error;
}
