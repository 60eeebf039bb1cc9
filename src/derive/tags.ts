import { execute } from './template/execute.ts';
import { parseTemplate } from './template/parser.ts';

/**
 * registrator's list of tags: split at commas, `\,` being a comma itself and every other backslash itself; blanks around a
 * tag and empty tags go (difference D3).
 */
export const parseTags = (text: string): readonly string[] =>
	text
		.split(/(?<!\\),/)
		.map((part) => part.replaceAll('\\,', ',').trim())
		.filter((tag) => tag !== '');

/**
 * What `-tags` says of each container: a template first, then a list, so that a comma out of a label makes two tags of it.
 *
 * @returns the tags by a container's inspect document; throws TemplateError where the template does not suit it
 * @throws TemplateError where the text is no template, for the start of the daemon to report
 */
export function tagsTemplate(text: string): (inspect: unknown) => readonly string[] {
	const template = parseTemplate(text);
	return (inspect) => parseTags(execute(template, inspect));
}
