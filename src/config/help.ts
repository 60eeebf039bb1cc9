import type { OptionRow } from './option-rows.ts';
import { oneOf } from './option-values.ts';
import { variableOf } from './options.ts';
import { reconsulOptions } from './reconsul-options.ts';
import { registratorOptions } from './registrator-options.ts';
import { verbs } from './verbs.ts';

const synopsis = [
	'Usage of reconsul:',
	'  reconsul [options] <registry URI>',
	...Object.values(verbs).map(({ usage }) => `  reconsul [options] ${usage}`),
];
const width = 100;
const column = 27;

export const uris: readonly (readonly [form: string, meaning: string])[] = [
	['consul://HOST:PORT', "the host's Consul agent; port 8500 unless given, CONSUL_HTTP_ADDR without a host"],
	['consul-tls://HOST:PORT', 'the same by TLS'],
	['consul-unix:///PATH', 'the same on a socket'],
	['memory://', 'no Consul at all: the page shows what would be registered'],
];

export const environment: readonly (readonly [names: string, meaning: string])[] = [
	['RECONSUL_<OPTION>', 'any option, for instance RECONSUL_RETRY_ATTEMPTS; the command line wins'],
	['CONSUL_HTTP_ADDR', 'the agent, where the registry URI names none'],
	[
		'CONSUL_HTTP_TOKEN, CONSUL_HTTP_TOKEN_FILE',
		'the ACL token; the file wins, and is read again when it changes; --token-file wins over both',
	],
	['CONSUL_HTTP_SSL, CONSUL_HTTP_SSL_VERIFY', 'TLS for consul:// as well; false trusts any certificate'],
	['CONSUL_CACERT, CONSUL_CLIENT_CERT, CONSUL_CLIENT_KEY, CONSUL_TLS_SERVER_NAME', 'files and name for TLS'],
	['CONSUL_NAMESPACE', 'the namespace (Consul Enterprise)'],
	['DOCKER_HOST', 'the Docker engine; else /var/run/docker.sock, or /tmp/docker.sock where only that is there'],
	['DOCKER_TLS_VERIFY, DOCKER_CERT_PATH', "TLS to it, with the folder's ca.pem, cert.pem and key.pem"],
];

/** What follows a complaint about the command line: short, so that the complaint stays in sight. */
export const usageText = (): string =>
	[
		...synopsis.slice(0, 2),
		'  reconsul [options] VERB',
		'',
		...wrapped(`Verbs are ${Object.keys(verbs).join(', ')}.`, 0),
		'reconsul -h lists the options, and says what the verbs do.',
		'',
	].join('\n');

/** What `-h` prints. Lines have at most 100 columns. */
export const helpText = (): string =>
	[
		...synopsis,
		'',
		'Options of registrator (one dash or two are the same; -x=false switches a switch off):',
		...registratorOptions.flatMap((row) => helpLines(row, '-')),
		'',
		'Options of reconsul:',
		...reconsulOptions.flatMap((row) => helpLines(row, '--')),
		'',
		'Verbs:',
		...Object.entries(verbs).flatMap(([verb, { help }]) => twoColumns(verb, help)),
		'',
		'Registry URIs:',
		...uris.flatMap(([form, meaning]) => twoColumns(form, meaning)),
		'',
		'Environment:',
		...environment.flatMap(([names, meaning]) => [...wrapped(names, 2), ...wrapped(meaning, 6)]),
		'',
	].join('\n');

function helpLines(row: OptionRow, dashes: string): readonly string[] {
	const value = valueText(row);
	const term = `${dashes}${row.name}${value === '' ? '' : ` ${value}`}`;
	const initial = initialText(row);
	return twoColumns(term, `${row.help}${initial === '' ? '' : ` (default ${initial})`}`);
}

/** The placeholder; `sync|upsert-only` for a choice; empty for a switch. */
export const valueText = (row: OptionRow): string =>
	row.kind === 'boolean' ? '' : row.kind === 'choice' ? row.choices.join('|') : row.placeholder;

export const initialText = (row: OptionRow): string =>
	row.kind === 'boolean' || row.initial === '' || row.initial === 0 ? '' : String(row.initial);

function twoColumns(term: string, text: string): readonly string[] {
	const lines = wrapped(text, column);
	// A term that is too long has a line of its own.
	if (term.length > column - 4) return [`  ${term}`, ...lines];
	return [`  ${term}`.padEnd(column) + (lines[0] ?? '').trimStart(), ...lines.slice(1)];
}

function wrapped(text: string, indent: number): readonly string[] {
	const lines: string[] = [];
	for (const word of text.split(' ')) {
		const last = lines.at(-1);
		if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
		else lines.push(`${' '.repeat(indent)}${word}`);
	}
	return lines;
}

/** docs/flags.md. */
export const flagsMarkdown = (): string =>
	`# Options

Generated from the tables in \`src/config\` by \`node src/cli/docs.ts\`; do not edit.

\`\`\`
${synopsis.slice(1).join('\n')}
\`\`\`

Parsing is Go's: \`-x value\`, \`-x=value\`, one dash or two; switches take a value only behind \`=\` (\`-cleanup=false\`);
options end at the registry URI. A variable counts only where the command line does not mention its option. An empty
variable is a value for options that take text, and else as good as none; a list's values are separated by commas.

## Options of registrator

${table(registratorOptions, '-')}

## Options of reconsul

${table(reconsulOptions, '--')}

## Verbs

${Object.values(verbs)
	.map(({ usage, help }) => `- \`${usage}\`: ${help}`)
	.join('\n')}

## Registry URIs

${uris.map(([form, meaning]) => `- \`${form}\`: ${meaning}`).join('\n')}

## Other variables

${environment
	.slice(1)
	.map(([names, meaning]) => `- ${names.replace(/\w+/g, '`$&`')}: ${meaning}`)
	.join('\n')}
`;

const table = (rows: readonly OptionRow[], dashes: string): string =>
	['| option | variable | default | meaning |', '|---|---|---|---|', ...rows.map((row) => tableLine(row, dashes))].join(
		'\n',
	);

function tableLine(row: OptionRow, dashes: string): string {
	const variable = variableOf(row);
	const value = row.kind === 'choice' ? '' : valueText(row);
	const choices = row.kind === 'choice' ? `${oneOf(row.choices.map((choice) => `\`${choice}\``))}: ` : '';
	const cells = [
		`\`${dashes}${row.name}${value === '' ? '' : ` ${value}`}\``,
		variable === undefined ? '' : `\`${variable}\``,
		initialText(row) === '' ? '' : `\`${initialText(row)}\``,
		`${choices}${row.help}`,
	];
	return `| ${cells.join(' | ')} |`;
}
