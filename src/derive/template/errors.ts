/** What is wrong with a template, or with evaluating it on one container. Names fields and functions, never values. */
export class TemplateError extends Error {
	override readonly name = 'TemplateError';
}

/** `line:column`, both from 1, columns counted in characters of JavaScript. */
export function positionOf(text: string, offset: number): string {
	const before = text.slice(0, offset);
	const line = before.split('\n').length;
	return `${line}:${offset - before.lastIndexOf('\n')}`;
}
