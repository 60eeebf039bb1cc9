import { RegistryError } from '../registry/registry.ts';
import { SourceError } from '../source/source.ts';

/** Of the agent: trying these again changes nothing until a label, the token or the agent's configuration does. */
const permanentClasses: ReadonlySet<string> = new Set(['invalid', 'forbidden', 'unknown-field']);

/** `undefined` for an error of our own. */
export const classOf = (error: unknown): RegistryError['class'] | SourceError['class'] | undefined =>
	error instanceof RegistryError || error instanceof SourceError ? error.class : undefined;

/** What the engine answers to a question about one container, however odd, no label of it can change: it may be well in a second. */
export const isPermanent = (error: unknown): boolean =>
	error instanceof RegistryError && permanentClasses.has(error.class);

/** Which side failed, for the log. */
export const sideOf = (error: unknown): 'consul' | 'docker' | 'reconsul' =>
	error instanceof RegistryError ? 'consul' : error instanceof SourceError ? 'docker' : 'reconsul';

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
