import { RegistryError } from '../registry/registry.ts';
import { SourceError } from '../source/source.ts';

/** Trying these again changes nothing until a label, the token or the agent's configuration does. */
const permanentClasses: ReadonlySet<string> = new Set(['invalid', 'forbidden', 'unknown-field']);

/** `undefined` for an error of our own. */
export const classOf = (error: unknown): RegistryError['class'] | SourceError['class'] | undefined =>
	error instanceof RegistryError || error instanceof SourceError ? error.class : undefined;

export const isPermanent = (error: unknown): boolean => permanentClasses.has(classOf(error) ?? '');

/** Which side failed, for the log. */
export const sideOf = (error: unknown): 'consul' | 'docker' | 'reconsul' =>
	error instanceof RegistryError ? 'consul' : error instanceof SourceError ? 'docker' : 'reconsul';

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
