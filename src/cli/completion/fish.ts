import { type Argument, shells } from '../../config/verbs.ts';
import { dockerNames, everybodysOptions, type OptionWord, shellQuoted, uriWords, verbWords } from './words.ts';

/** Fish knows no other escape within single quotes. */
const quoted = (text: string): string => shellQuoted(text).replaceAll("'\\''", "\\'");

const valueWords = ({ value }: OptionWord): string => {
	if (value === 'none') return '';
	if (value === 'file') return ' --require-parameter --force-files';
	return value === 'any'
		? ' --exclusive'
		: ` --exclusive --arguments ${quoted((value as readonly string[]).join(' '))}`;
};

/** Both forms of the predecessor's options, which its users write with one dash. */
const optionLine = (option: OptionWord, condition: string): string =>
	`complete -c reconsul${condition} --long-option ${option.name}${option.dashes === '-' ? ` --old-option ${option.name}` : ''}${valueWords(option)} --description ${quoted(option.help)}`;

const argumentsOf: Readonly<Record<Argument, string>> = {
	uri: ` --arguments ${quoted(uriWords.join(' '))}`,
	subject: ` --arguments ${quoted(`(${dockerNames})`)}`,
	file: ' --force-files',
	shell: ` --arguments ${quoted(shells.join(' '))}`,
	none: '',
};

const taking = everybodysOptions.filter(({ value }) => value !== 'none').map(({ name }) => name);

export const fishCompletion = (): string => `# fish completion for reconsul: reconsul completion fish | source
function __reconsul_verb_is
	set -l option ''
	set -l typed (commandline -opc)
	for word in $typed[2..-1]
		if test -n "$option"
			set option ''
			continue
		end
		switch $word
			case '-*=*'
			case '-*'
				set option (string replace -r '^--?' '' -- $word)
				contains -- $option ${taking.join(' ')}; or set option ''
			case '*'
				test "$word" = "$argv[1]"
				return
		end
	end
	test -z "$argv[1]"
end
complete -c reconsul --no-files
${everybodysOptions.map((option) => optionLine(option, '')).join('\n')}
${verbWords
	.map(
		({ verb, help }) =>
			`complete -c reconsul --condition __reconsul_verb_is --arguments ${verb} --description ${quoted(help)}`,
	)
	.join('\n')}
complete -c reconsul --condition __reconsul_verb_is${argumentsOf.uri}
${verbWords
	.flatMap(({ verb, options, argument }) => {
		const condition = ` --condition '__reconsul_verb_is ${verb}'`;
		const own = argumentsOf[argument];
		return [
			...options.map((option) => optionLine(option, condition)),
			...(own === '' ? [] : [`complete -c reconsul${condition}${own}`]),
		];
	})
	.join('\n')}
`;
