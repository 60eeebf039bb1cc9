import type { DockerdProcess } from '../../support/lab.ts';
import { type Facts, type RecordedContainer, type RecordedInspect, refOf, resolved } from '../../support/recorded.ts';
import { clearEngine, inspectContainer } from './engine-api.ts';
import { type ImageServer, serveImage } from './image-server.ts';

/** The address of the host that a case runs on. */
export const hostAddress = '192.0.2.10';

/** The containers of one case, on an engine that has no others. */
export interface Containers {
	/** `docker run -d`. */
	run(container: RecordedContainer): Promise<void>;
	/** Any command of the docker client. */
	docker(args: readonly string[]): Promise<void>;
	/** What placeholders stand for now. */
	facts(): Promise<Facts>;
	/** Removes them, their networks, and the images that were only for them. */
	clear(): Promise<void>;
}

export function containersOn(engine: DockerdProcess): Containers {
	const idByRef = new Map<string, string>();
	const servers: ImageServer[] = [];
	const facts = async (): Promise<Facts> => {
		const found = await Promise.all(
			[...idByRef].map(async ([ref, id]) => [ref, await inspectContainer(engine.socket, id)] as const),
		);
		const inspects = found.filter((entry): entry is [string, RecordedInspect] => entry[1] !== undefined);
		return { inspects: Object.fromEntries(inspects), hostAddress };
	};
	const imageOf = async (text: string): Promise<string> => {
		const [, kind, what = '', image = what] =
			/^\{(imageid|imageshort|digest) ([^ {}]+)(?: ([^ {}]+))?\}$/.exec(text) ?? [];
		if (kind === undefined) return text;
		if (kind === 'digest') {
			const server = await serveImage(engine, what, image);
			servers.push(server);
			await engine.docker('pull', '--quiet', server.reference);
			return server.reference;
		}
		const id = await engine.docker('image', 'inspect', '--format', '{{.Id}}', image);
		return kind === 'imageid' ? id : id.replace('sha256:', '').slice(0, 12);
	};
	return {
		facts,
		run: async (container) => {
			const { name, image, args, cmd = [] } = container;
			const named = name === undefined ? [] : ['--name', name];
			const options = resolved([...named, ...args], await facts());
			const id = await engine.docker('run', '-d', ...options, await imageOf(image), ...cmd);
			idByRef.set(refOf(container), id);
		},
		docker: async (args) => {
			const printed = await engine.docker(...resolved(args, await facts()));
			const name = args[args.indexOf('--name') + 1];
			const makes = ['run', 'create'].includes(args[0] ?? '') && args.includes('--name');
			if (makes && name !== undefined) idByRef.set(name, printed);
		},
		clear: async () => {
			await clearEngine(engine.socket);
			for (const server of servers) {
				await engine.docker('rmi', server.reference);
				await server[Symbol.asyncDispose]();
			}
		},
	};
}
