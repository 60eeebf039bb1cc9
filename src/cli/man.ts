import { environment, initialText, uris, valueText } from '../config/help.ts';
import type { OptionRow } from '../config/option-rows.ts';
import { variableOf } from '../config/options.ts';
import { reconsulOptions } from '../config/reconsul-options.ts';
import { registratorOptions } from '../config/registrator-options.ts';
import { type VerbRow, verbs } from '../config/verbs.ts';

/** The manual page, in roff's man macros, from the tables of options and verbs. Pure. */

/** A hyphen alone would be typeset as one that a shell does not know; a dot or a quotation mark in front is a request. */
const escaped = (text: string): string =>
	text
		.replaceAll('\\', '\\e')
		.replaceAll('-', '\\-')
		.replace(/^(?=[.'])/gm, '\\&');

const bold = (text: string): string => `\\fB${escaped(text)}\\fR`;
const italic = (text: string): string => `\\fI${escaped(text)}\\fR`;
const section = (title: string, ...lines: readonly string[]): readonly string[] => [`.SH ${title}`, ...lines];
const entry = (term: string, text: string): readonly string[] => ['.TP', term, escaped(sentence(text))];
const sentence = (text: string): string => (text.endsWith('.') ? text : `${text}.`);

/** A verb's own have no variable. */
const options = (rows: readonly OptionRow[], dashes: string, hasVariables = true): readonly string[] =>
	rows.flatMap((row) => {
		const value = valueText(row);
		const facts = [
			initialText(row) === '' ? '' : `default ${initialText(row)}`,
			!hasVariables || variableOf(row) === undefined ? '' : `variable ${variableOf(row)}`,
		].filter((fact) => fact !== '');
		const more = facts.length === 0 ? '' : ` (${facts.join('; ')})`;
		return entry(`${bold(dashes + row.name)}${value === '' ? '' : ` ${italic(value)}`}`, `${row.help}${more}`);
	});

const verbEntries = Object.values<VerbRow>(verbs).flatMap(({ usage, help, options: own }) => {
	const [verb = '', ...rest] = usage.split(' ');
	return [
		...entry([bold(verb), ...rest.map(italic)].join(' '), help),
		...(own.length === 0 ? [] : ['.RS', ...options(own, '--', false), '.RE']),
	];
});

export const manPage = (version: string): string =>
	[
		`.TH RECONSUL 1 "" "reconsul ${escaped(version)}" "User Commands"`,
		...section('NAME', "reconsul \\- keeps a Consul agent in step with a host's Docker containers"),
		...section(
			'SYNOPSIS',
			`${bold('reconsul')} [${italic('options')}] ${italic('registry-URI')}`,
			'.br',
			`${bold('reconsul')} [${italic('options')}] ${italic('verb')} [${italic('arguments')}]`,
		),
		...section(
			'DESCRIPTION',
			escaped('Without a verb reconsul is a daemon: it registers the published ports of the running containers as'),
			escaped("services of the host's Consul agent, and deregisters them when their containers end."),
			escaped('It takes the options and the labels of gliderlabs/registrator, and continues where that left off.'),
			'.PP',
			escaped('One dash or two are the same; a switch takes a value only behind an equals sign (-cleanup=false).'),
			escaped('Options stand before the registry URI.'),
		),
		...section('VERBS', ...verbEntries),
		...section('OPTIONS OF REGISTRATOR', ...options(registratorOptions, '-')),
		...section('OPTIONS OF RECONSUL', ...options(reconsulOptions, '--')),
		...section('REGISTRY URIS', ...uris.flatMap(([form, meaning]) => entry(bold(form), meaning))),
		...section('ENVIRONMENT', ...environment.flatMap(([names, meaning]) => entry(bold(names), meaning))),
		...section(
			'EXIT STATUS',
			...entry(bold('0'), 'All is well, or as it was asked for'),
			...entry(bold('1'), 'A failure, or options that contradict each other'),
			...entry(bold('2'), 'A command line that cannot be parsed; of a verb, that what it shows needs somebody'),
		),
		...section('SEE ALSO', `${bold('docker')}(1), ${bold('consul')}(1)`),
		'',
	].join('\n');
