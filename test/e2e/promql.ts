/** What a query names, by its text; for queries as the rules and the dashboard have them. */
export interface Named {
	readonly metrics: ReadonlySet<string>;
	/** Of each selector, its labels with the values they are compared with. */
	readonly selectors: readonly Selector[];
	/** Labels that results are grouped or matched by. */
	readonly grouping: ReadonlySet<string>;
}

export interface Selector {
	readonly metric: string;
	readonly matchers: readonly (readonly [label: string, operator: string, value: string])[];
}

const grouped = /\b(?:by|without|on|ignoring|group_left|group_right)\s*\(([^)]*)\)/g;
const selected = /\b([a-zA-Z_:][\w:]*)\s*\{([^}]*)\}/g;
const words: ReadonlySet<string> = new Set(['and', 'or', 'unless', 'bool', 'offset', 'inf', 'nan']);

const listed = (text: string): readonly string[] => text.split(/[\s,]+/).filter((word) => word !== '');

export function namedIn(expression: string): Named {
	const grouping = new Set([...expression.matchAll(grouped)].flatMap(([, labels = '']) => listed(labels)));
	const bare = expression.replaceAll(grouped, ' ').replaceAll(/\[[^\]]*\]/g, ' ');
	const selectors = [...bare.matchAll(selected)].map(([, metric = '', text = '']) => ({
		metric,
		matchers: [...text.matchAll(/(\w+)\s*(=~|!~|!=|=)\s*"([^"]*)"/g)].map(
			([, label = '', operator = '', value = '']) => [label, operator, value] as const,
		),
	}));
	const rest = bare.replaceAll(selected, ' ').replaceAll(/"[^"]*"/g, ' ');
	const alone = [...rest.matchAll(/(?<![\w.])[a-zA-Z_:][\w:]*(?!\s*\(|[\w:])/g)].map(([word]) => word);
	const unselected = alone.filter((word) => !words.has(word)).map((metric) => ({ metric, matchers: [] }));
	const all = [...selectors, ...unselected];
	return { metrics: new Set(all.map(({ metric }) => metric)), selectors: all, grouping };
}
