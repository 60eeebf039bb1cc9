import { readFile } from 'node:fs/promises';
import type { Config } from '../../config/config.ts';
import { dockerOptions } from '../../config/connections.ts';
import { wire } from '../../daemon/wiring.ts';
import { isBasedOn } from '../../derive/address.ts';
import { createLogger } from '../../log.ts';
import { createMetrics } from '../../metrics/metrics.ts';
import type { Container } from '../../model.ts';
import { dockerEngine } from '../../source/engine.ts';
import { clean } from '../columns.ts';
import { complain, print } from '../print.ts';
import { composeSubjects, type ImageParts } from './compose.ts';
import { imageParts, imageSubject } from './image.ts';
import { lintReport } from './report.ts';
import type { LintFinding, LintSubject } from './subject.ts';

/** Where containers and images are read; each settles within its deadline. */
interface Shelf {
	containers(): Promise<readonly Container[]>;
	container(name: string): Promise<Container | undefined>;
	/** `undefined` where the engine does not have it. */
	image(ref: string): Promise<ImageParts | undefined>;
}

/**
 * Looks for mistakes in labels: of a container, of `image:REF`, of the services of a compose file; of all running containers
 * where nothing is said.
 *
 * @returns the exit code: 0 where there are none, 2 where there are, 1 for an error
 */
export async function lint(config: Config, target: string | undefined): Promise<0 | 1 | 2> {
	try {
		const log = createLogger({ level: 'error', format: config.logFormat });
		const { signal } = new AbortController();
		const { context } = await wire(config, { log, metrics: createMetrics(''), signal });
		const engine = dockerEngine(dockerOptions(config.docker));
		const subjects = await subjectsOf(target, {
			containers: () => context.source.list(signal),
			container: (name) => context.source.get(name, signal),
			image: async (ref) => {
				const document = await engine.image(ref, signal);
				return document === undefined ? undefined : imageParts(document);
			},
		});
		const findings = lintReport(subjects, context.settings.derive);
		await print(lintText(findings, subjects.length));
		return findings.length > 0 ? 2 : 0;
	} catch (error) {
		complain(error);
		return 1;
	}
}

async function subjectsOf(target: string | undefined, shelf: Shelf): Promise<readonly LintSubject[]> {
	if (target === undefined) return (await shelf.containers()).map(running);
	const [, ref] = /^image:(.+)$/s.exec(target) ?? [];
	if (ref !== undefined) return [imageSubject(ref, required(await shelf.image(ref), `Docker has no image ${ref}`))];
	const text = await readFile(target, 'utf8').catch((error: NodeJS.ErrnoException) => error);
	if (typeof text === 'string') return composeSubjects(target, text, process.env, patient(shelf));
	if (isPath(target)) throw new Error(`${target} cannot be read: ${text.code ?? text.message}`);
	return [
		running(required(await shelf.container(target), `there is no container ${target}, and no file of that name`)),
	];
}

const isPath = (text: string): boolean => /[/\\]|\.ya?ml$/.test(text);

function required<T>(value: T | undefined, message: string): T {
	if (value === undefined) throw new Error(message);
	return value;
}

/** A compose file can be looked over where there is no Docker; then nobody knows what the images bring. */
const patient =
	(shelf: Shelf) =>
	(ref: string): Promise<ImageParts | undefined> =>
		shelf.image(ref).catch(() => undefined);

/** One that shares the network of another has nothing published; its ports count as in the host's. */
const running = (container: Container): LintSubject => ({
	where: container.name,
	container: isBasedOn(container) === undefined ? container : { ...container, networkMode: 'host' },
	knowsPorts: true,
	findings: [],
});

export const lintText = (findings: readonly LintFinding[], count: number): string =>
	findings.length === 0
		? `no mistakes found in the labels of ${count} ${count === 1 ? 'container' : 'containers'}\n`
		: findings.map(({ where, label, message }) => `${clean(where)}:${clean(label)}: ${clean(message)}\n`).join('');
