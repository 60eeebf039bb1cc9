import { type Argument, shells } from '../../config/verbs.ts';
import { dockerNames, everybodysOptions, type OptionWord, uriWords, verbWords } from './words.ts';

const all = [...everybodysOptions, ...verbWords.flatMap(({ options }) => options)];
const taking = (value: (it: OptionWord) => boolean): readonly string[] => [
	...new Set(all.filter(value).map(({ name }) => name)),
];
const dashed = (options: readonly OptionWord[]): string => options.map(({ dashes, name }) => dashes + name).join(' ');

/** `a | b | c`, or what never matches. */
const pattern = (names: readonly string[]): string => (names.length === 0 ? "''" : names.join(' | '));

const choiceCases = all
	.filter((it, at) => all.findIndex(({ name }) => name === it.name) === at)
	.flatMap(({ name, value }) => (typeof value === 'string' ? [] : [`\t\t${name}) words='${value.join(' ')}' ;;`]));

/** `compgen -W` expands its words, commands in them too: other people's names must not get there as they are. */
const bashWords: Readonly<Record<Argument, string>> = {
	uri: `words='${uriWords.join(' ')}'`,
	subject: `words=$(${dockerNames} | tr -cd 'A-Za-z0-9_.\\n-')`,
	file: 'files=yes',
	shell: `words='${shells.join(' ')}'`,
	none: ':',
};

/** Offers files, as they are called. */
const offerFiles = (word: string, indent: string): string =>
	[`mapfile -t COMPREPLY < <(compgen -f -- "${word}")`, 'compopt -o filenames 2>/dev/null', 'return']
		.map((line) => indent + line)
		.join('\n');

/**
 * Bash cuts words at `=` and `:`, which options, addresses and ids are full of. So the word is taken from the line itself, and
 * what bash has cut off is cut off the answers.
 */
export const bashCompletion = (): string => `# bash completion for reconsul: source <(reconsul completion bash)
_reconsul() {
	local line=\${COMP_LINE:0:COMP_POINT} words='' files='' verb='' option='' i
	local word=\${line##*[[:space:]]}
	local -a typed
	read -ra typed <<<"\${line%"$word"}"
	COMPREPLY=()
	for ((i = 1; i < \${#typed[@]}; i++)); do
		if [ -n "$option" ]; then
			option=''
			continue
		fi
		case \${typed[i]} in
		-*=*) ;;
		-*)
			option=\${typed[i]#-}
			option=\${option#-}
			case $option in
			${pattern(taking(({ value }) => value !== 'none'))}) ;;
			*) option='' ;;
			esac
			;;
		*) [ -n "$verb" ] || verb=\${typed[i]} ;;
		esac
	done
	local value=$word
	case $word in
	-*=*)
		option=\${word%%=*}
		option=\${option#-}
		option=\${option#-}
		value=\${word#*=}
		;;
	esac
	if [ -n "$option" ]; then
		case $option in
${choiceCases.join('\n')}
		${pattern(taking(({ value }) => value === 'file'))})
${offerFiles('$value', '\t\t\t')}
			;;
		esac
		mapfile -t COMPREPLY < <(compgen -W "$words" -- "$value")
		return
	fi
	case $word in
	-*)
		case $word in
		--*) words='${everybodysOptions.map(({ name }) => `--${name}`).join(' ')}' ;;
		*) words='${dashed(everybodysOptions)}' ;;
		esac
		case $verb in
${verbWords
	.filter(({ options }) => options.length > 0)
	.map(({ verb, options }) => `\t\t${verb}) words+=' ${dashed(options)}' ;;`)
	.join('\n')}
		esac
		;;
	*)
		case $verb in
		'') words='${verbWords.map(({ verb }) => verb).join(' ')} ${uriWords.join(' ')}' ;;
${verbWords.map(({ verb, argument }) => `\t\t${verb}) ${bashWords[argument]} ;;`).join('\n')}
		esac
		;;
	esac
	if [ -n "$files" ]; then
${offerFiles('$word', '\t\t')}
	fi
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
	[[ \${COMPREPLY[0]-} != *:// ]] || compopt -o nospace 2>/dev/null
	local cut=\${word%"\${word##*[=:]}"}
	COMPREPLY=("\${COMPREPLY[@]#"$cut"}")
}
complete -F _reconsul reconsul
`;
