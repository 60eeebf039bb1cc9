import { type Argument, shells } from '../../config/verbs.ts';
import { dockerNames, everybodysOptions, type OptionWord, shellQuoted, uriWords, verbWords } from './words.ts';

const all = [...everybodysOptions, ...verbWords.flatMap(({ options }) => options)].filter(
	(it, at, list) => list.findIndex(({ name }) => name === it.name) === at,
);

/** `'name:help'`; `_describe` cuts at the first colon that has no backslash. */
const described = (word: string, help: string): string => shellQuoted(`${word.replaceAll(':', '\\:')}:${help}`);
const list = (options: readonly OptionWord[]): string =>
	options.map(({ dashes, name, help }) => described(dashes + name, help)).join(' ');

const valueWords = ({ value }: OptionWord): string =>
	value === 'file'
		? '_files'
		: value === 'any'
			? "_message 'value'"
			: `compadd -- ${(value as readonly string[]).join(' ')}`;

const addresses = `compadd -S '' -- ${uriWords.join(' ')}`;
const argumentOf: Readonly<Record<Argument, string>> = {
	uri: addresses,
	subject: `compadd -- \${(f)"$(${dockerNames})"}`,
	file: '_files',
	shell: `compadd -- ${shells.join(' ')}`,
	none: "_message 'nothing more'",
};

/** Works sourced as well as from a file _reconsul in $fpath. */
export const zshCompletion = (): string => `#compdef reconsul
# zsh completion for reconsul: source <(reconsul completion zsh), or a file _reconsul in $fpath
_reconsul() {
	local word=$words[CURRENT] option='' verb='' typed
	for typed in "\${(@)words[2,CURRENT-1]}"; do
		if [[ -n $option ]]; then
			option=''
			continue
		fi
		case $typed in
		-*=*) ;;
		-*)
			option=\${\${typed#-}#-}
			case $option in
			${all
				.filter(({ value }) => value !== 'none')
				.map(({ name }) => name)
				.join(' | ')}) ;;
			*) option='' ;;
			esac
			;;
		*) [[ -n $verb ]] || verb=$typed ;;
		esac
	done
	if [[ $word == -*=* ]]; then
		option=\${\${\${word%%=*}#-}#-}
		compset -P '*='
	fi
	case $option in
	'') ;;
${all
	.filter(({ value }) => value !== 'none')
	.map((option) => `\t${option.name}) ${valueWords(option)}; return ;;`)
	.join('\n')}
	esac
	if [[ $word == -* ]]; then
		local -a options=(${list(everybodysOptions)})
		case $verb in
${verbWords
	.filter(({ options }) => options.length > 0)
	.map(({ verb, options }) => `\t\t${verb}) options+=(${list(options)}) ;;`)
	.join('\n')}
		esac
		[[ $word != --* ]] || options=("\${(@)options/#-([^-])/--}")
		_describe -o option options
		return
	fi
	case $verb in
	'')
		local -a verbs=(${verbWords.map(({ verb, help }) => described(verb, help)).join(' ')})
		_describe verb verbs
		${addresses}
		;;
${verbWords.map(({ verb, argument }) => `\t${verb}) ${argumentOf[argument]} ;;`).join('\n')}
	esac
}
if [[ $funcstack[1] == _reconsul ]]; then _reconsul "$@"; else compdef _reconsul reconsul; fi
`;
