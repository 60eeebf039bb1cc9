/** Text that is HTML already. Only `html` makes it, so whatever else is put into a page is text. */
class Markup {
	readonly text: string;
	constructor(text: string) {
		this.text = text;
	}
}

export type Html = Markup;
/** What may stand in a template; `undefined` and `false` leave nothing. */
export type Content = Markup | string | number | undefined | false | readonly Content[];

/** HTML from a template. What is put in is shown as it is, in an element or in a quoted attribute. */
export const html = (template: TemplateStringsArray, ...contents: readonly Content[]): Html =>
	new Markup(template.reduce((text, part, index) => text + rendered(contents[index - 1]) + part));

function rendered(content: Content): string {
	if (content === undefined || content === false) return '';
	if (content instanceof Markup) return content.text;
	return typeof content === 'object' ? content.map(rendered).join('') : escaped(String(content));
}

const entities: Readonly<Record<string, string>> = {
	'&': '&amp;',
	'<': '&lt;',
	'>': '&gt;',
	'"': '&quot;',
	"'": '&#39;',
};

/** Beside markup: what cannot be seen, or turns the direction of writing, is shown to be there. */
const escaped = (text: string): string =>
	text
		.toWellFormed()
		.replace(/[&<>"']/g, (character) => entities[character] ?? '')
		.replace(/[^\P{C}\n\t]/gu, '\ufffd');

/** An attribute without a value. */
export const flag = (name: 'checked' | 'hidden', isSet: boolean): Html => new Markup(isSet ? ` ${name}` : '');
