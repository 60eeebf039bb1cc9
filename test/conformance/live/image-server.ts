import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { DockerdProcess } from '../../support/lab.ts';

const run = promisify(execFile);

/** One image of the engine, to be pulled by digest: the engine knows an image by digest only if a registry said so. */
export interface ImageServer extends AsyncDisposable {
	/** `host:port/repository@sha256:…` */
	readonly reference: string;
}

interface Blob {
	readonly type: string;
	readonly content: Buffer;
}

const manifestType = 'application/vnd.docker.distribution.manifest.v2+json';
const configType = 'application/vnd.docker.container.image.v1+json';
const layerType = 'application/vnd.docker.image.rootfs.diff.tar.gzip';

/**
 * @param place `localhost:PORT/REPOSITORY`, on a loopback address, where engines do without TLS
 * @param image the name of an image that the engine has
 */
export async function serveImage(engine: DockerdProcess, place: string, image: string): Promise<ImageServer> {
	const [, host, port, repository] = /^(localhost|127\.[\d.]+):(\d+)\/(.+)$/.exec(place) ?? [];
	if (host === undefined) throw new Error(`an image can be served at localhost:PORT/REPOSITORY only, not at ${place}`);
	const { digest, blobs } = await packed(engine, image);
	const server = createServer((asked, answer) => {
		const name = asked.url?.split('/').at(-1) ?? '';
		const blob = asked.url?.startsWith(`/v2/${repository}/`) ? blobs.get(name) : undefined;
		if (asked.url === '/v2/') answer.end('{}');
		else if (blob === undefined) answer.writeHead(404).end('{"errors":[]}');
		else {
			const length = blob.content.length;
			answer.writeHead(200, { 'content-type': blob.type, 'content-length': length, 'docker-content-digest': name });
			answer.end(asked.method === 'HEAD' ? undefined : blob.content);
		}
	});
	server.listen(Number(port), '127.0.0.1');
	await once(server, 'listening');
	return {
		reference: `${place}@${digest}`,
		[Symbol.asyncDispose]: async () => {
			server.close();
			server.closeAllConnections();
			await once(server, 'close');
		},
	};
}

/** The image's manifest, configuration and layers, by digest. */
async function packed(
	engine: DockerdProcess,
	image: string,
): Promise<{ readonly digest: string; readonly blobs: ReadonlyMap<string, Blob> }> {
	const folder = await mkdtemp(join(tmpdir(), 'reconsul-image-'));
	try {
		await engine.docker('save', '--output', join(folder, 'image.tar'), image);
		await run('tar', ['-xf', join(folder, 'image.tar'), '-C', folder]);
		const [saved] = JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8')) as readonly {
			readonly Config: string;
			readonly Layers: readonly string[];
		}[];
		if (saved === undefined) throw new Error(`docker save wrote no image for ${image}`);
		const read = async (type: string, file: string): Promise<Blob> => ({
			type,
			content: await readFile(join(folder, file)),
		});
		const config = await read(configType, saved.Config);
		// Layers are sent as they are: an engine looks at their first bytes to see whether they are compressed.
		const layers = await Promise.all(saved.Layers.map((file) => read(layerType, file)));
		const manifest = {
			type: manifestType,
			content: Buffer.from(
				JSON.stringify({
					schemaVersion: 2,
					mediaType: manifestType,
					config: descriptor(config),
					layers: layers.map(descriptor),
				}),
			),
		};
		const blobs = new Map([manifest, config, ...layers].map((blob) => [digestOf(blob), blob]));
		return { digest: digestOf(manifest), blobs };
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}

const digestOf = ({ content }: Blob): string => `sha256:${createHash('sha256').update(content).digest('hex')}`;

const descriptor = (blob: Blob): object => ({
	mediaType: blob.type,
	size: blob.content.length,
	digest: digestOf(blob),
});
