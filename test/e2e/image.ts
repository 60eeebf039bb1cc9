import { execFile, spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { docker, labelArgs } from '../support/lab.ts';
import { importBaseImage } from './base-image.ts';

const run = promisify(execFile);
const repository = join(import.meta.dirname, '..', '..');
const labels = labelArgs.filter((argument) => argument !== '--label');

/** Our image, as `make image` makes it. */
export interface Image extends AsyncDisposable {
	readonly name: string;
	/** What it was built on, which a build from the repository alone can use as well. */
	readonly base: string;
	readonly buildMs: number;
}

/**
 * Builds it on a base of its own. The image carries the lab's labels, so whatever is run from it does, however the command
 * line reads.
 */
export async function buildImage(): Promise<Image> {
	const name = `reconsul-e2e:${process.pid}`;
	const base = `reconsul-e2e-base:${process.pid}`;
	await importBaseImage(base, labels);
	const startedAt = performance.now();
	await inRepository('make', 'image', `IMAGE=${name}`, `BASE=${base}`, `IMAGE_FLAGS=${labelArgs.join(' ')}`);
	return {
		name,
		base,
		buildMs: Math.round(performance.now() - startedAt),
		[Symbol.asyncDispose]: async () => {
			await docker('rmi', '--force', name, base);
			// What the stages left, before and after their labels.
			for (const all of [labels, [`org.opencontainers.image.base.name=${base}`]])
				await docker('image', 'prune', '--force', ...all.flatMap((label) => ['--filter', `label=${label}`]));
		},
	};
}

/** Runs what may take as long as a build does. */
export async function inRepository(file: string, ...args: readonly string[]): Promise<void> {
	await run(file, args, { cwd: repository, timeout: 300_000, maxBuffer: 64 * 1024 * 1024 });
}

/** The docker client, for what may end in any way. */
export function dockerOutcome(...args: readonly string[]): {
	readonly exitCode: number | null;
	readonly stdout: string;
	readonly stderr: string;
} {
	const { status, stdout, stderr } = spawnSync('docker', args, { encoding: 'utf8', timeout: 60_000 });
	return { exitCode: status, stdout, stderr };
}

/** What `docker inspect` says, of a container or an image. */
export async function inspected<T>(what: string, format: string): Promise<T> {
	return JSON.parse(await docker('inspect', '--format', `{{json ${format}}}`, what)) as T;
}

export const healthOf = (container: string): Promise<string> => inspected(container, '.State.Health.Status');

/** What the image itself brings: paths without the leading slash, directories left out. */
export async function filesOf(image: string): Promise<readonly string[]> {
	return await withArchive(image, async (archive) => {
		const { stdout } = await run('tar', ['-tf', archive]);
		return stdout
			.trim()
			.split('\n')
			.filter((path) => !path.endsWith('/') && !madeByDocker.test(path));
	});
}

/** A file of the image. */
export const readFrom = (image: string, path: string): Promise<string> =>
	withArchive(image, async (archive) => {
		const { stdout } = await run('tar', ['-xOf', archive, path.slice(1)], { maxBuffer: 64 * 1024 * 1024 });
		return stdout;
	});

const madeByDocker = /^(\.dockerenv|dev\/|proc\/|sys\/|etc\/(hostname|hosts|mtab|resolv\.conf)$)/;

async function withArchive<T>(image: string, use: (archive: string) => Promise<T>): Promise<T> {
	const folder = await mkdtemp(join(tmpdir(), 'reconsul-image-'));
	const container = await docker('create', image);
	try {
		const archive = join(folder, 'root.tar');
		await docker('export', '--output', archive, container);
		return await use(archive);
	} finally {
		await docker('rm', container);
		await rm(folder, { recursive: true, force: true });
	}
}
