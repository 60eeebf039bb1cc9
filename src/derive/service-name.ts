import type { Container } from '../model.ts';
import { execute } from './template/execute.ts';
import { parseTemplate } from './template/parser.ts';

/**
 * The default name: the image's repository without its path, tag or digest. An image given by its bare id names nothing,
 * so the container's name stands in (difference D8).
 */
export function defaultName(container: Pick<Container, 'image' | 'imageId' | 'name'>): string {
	const { image, imageId, name } = container;
	if (image === '' || image === imageId || isShortId(image, imageId)) return name;
	const repository = image.split('@')[0] ?? '';
	const base = repository.split('/').at(-1) ?? '';
	return base.split(':')[0] || name;
}

const isShortId = (image: string, imageId: string): boolean =>
	image.length >= 12 && /^[0-9a-f]+$/.test(image) && imageId.replace(/^sha256:/, '').startsWith(image);

export interface NamingSettings {
	/** Whether a port's number follows the name: where there are several ports, as registrator; always; never. */
	readonly naming: 'registrator' | 'always-port' | 'never-port';
	/** What `--name-template` says, in the place of `naming`; `undefined` without one. */
	readonly nameFor: NameTemplate | undefined;
}

interface NamedPort {
	readonly exposedPort: string;
	readonly protocol: string;
	readonly isGroup: boolean;
}

/** Throws where the template does not suit the container. */
export type NameTemplate = (name: string, port: NamedPort, inspect: unknown) => string;

/**
 * A template over the container, as that of `-tags`, with three variables more: `$Name`, the name without its port, `$Port` and
 * `$Protocol`.
 *
 * @throws TemplateError where the text is no template, for the start of the daemon to report
 */
export function nameTemplate(text: string): NameTemplate {
	const template = parseTemplate(text, ['Name', 'Port', 'Protocol']);
	return (name, { exposedPort, protocol }, inspect) =>
		execute(template, inspect, { Name: name, Port: exposedPort, Protocol: protocol }).trim();
}

/** The name of a service whose port has no name of its own. */
export function portedName(
	name: string,
	port: NamedPort,
	{ inspect }: Container,
	{ naming, nameFor }: NamingSettings,
): { readonly name: string; readonly flaw?: string } {
	const isPorted = naming === 'always-port' || (naming === 'registrator' && port.isGroup);
	const plain = isPorted ? `${name}-${port.exposedPort}` : name;
	if (nameFor === undefined) return { name: plain };
	try {
		const made = nameFor(name, port, inspect);
		return made === ''
			? { name: plain, flaw: '--name-template yields nothing; the usual name is used' }
			: { name: made };
	} catch (error) {
		const flaw = `--name-template cannot be evaluated on it, so the usual name is used: ${(error as Error).message}`;
		return { name: plain, flaw };
	}
}
