import type { OptionRow } from './option-rows.ts';

/** What stands behind a verb's options: an address of Consul, a container or a service, a file, a shell's name. */
export type Argument = 'uri' | 'subject' | 'file' | 'shell' | 'none';

/** Those that can be made to complete our command line. */
export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

export interface VerbRow {
	/** What follows the verb in the usage. */
	readonly usage: string;
	readonly help: string;
	/** Options of its own, behind it. */
	readonly options: readonly OptionRow[];
	/** For completion; `uri` unless given. */
	readonly argument?: Argument;
}

/** What the program does beside being the daemon. */
export const verbs = {
	plan: {
		usage: 'plan [--json] [registry URI]',
		help: 'Show what the daemon would write and why, and write nothing; exits with 2 where it would change something',
		options: [{ name: 'json', kind: 'boolean', initial: false, help: 'For machines' }],
	},
	doctor: {
		usage: 'doctor [--json] [registry URI]',
		help: 'Look at everything the daemon depends on, and write nothing: what is wrong, and what to do; exits with 2 where something is',
		options: [{ name: 'json', kind: 'boolean', initial: false, help: 'For machines' }],
	},
	explain: {
		usage: 'explain CONTAINER|SERVICE [--json] [registry URI]',
		help: 'Say why a container is in Consul as it is, or why it is not: asks the running daemon at --listen, else looks for itself; exits with 2 where it is not as wanted',
		options: [{ name: 'json', kind: 'boolean', initial: false, help: 'For machines' }],
		argument: 'subject',
	},
	lint: {
		usage: 'lint [CONTAINER|image:REF|FILE]',
		help: 'Look for mistakes in labels: of a container, an image, the services of a compose file, or of all running containers; exits with 2 where there are some',
		options: [],
		argument: 'file',
	},
	release: {
		usage: 'release [--yes] [registry URI]',
		help: 'Give our entries back to registrator: show what that means, and do it with --yes; exits with 2 where it is not given',
		options: [{ name: 'yes', kind: 'boolean', initial: false, help: 'Do it' }],
	},
	cleanup: {
		usage: 'cleanup [--yes] [registry URI]',
		help: "Remove what this owner (--owner) registered, running containers' too: show it, and do it with --yes; exits with 2 where it is not given",
		options: [{ name: 'yes', kind: 'boolean', initial: false, help: 'Do it' }],
	},
	history: {
		usage: 'history [CONTAINER|SERVICE] [--json] [--follow]',
		help: 'Show what the running daemon at --listen did, and why: what set it in motion, what was decided and written, and how it ended',
		options: [
			{ name: 'json', kind: 'boolean', initial: false, help: 'For machines: one object a line' },
			{ name: 'follow', kind: 'boolean', initial: false, help: 'Go on with what happens' },
		],
		argument: 'subject',
	},
	completion: {
		usage: 'completion bash|zsh|fish',
		help: 'Print what makes the shell complete verbs, options and values',
		options: [],
		argument: 'shell',
	},
	man: { usage: 'man', help: 'Print the manual page: reconsul man | man -l -', options: [], argument: 'none' },
	record: {
		usage: 'record FILE [--for DURATION] [registry URI]',
		help: 'Write what Docker and Consul answer now into a new file, without secrets, for somebody else to look at',
		options: [
			{
				name: 'for',
				kind: 'duration',
				placeholder: 'DURATION',
				initial: '0s',
				min: 0,
				max: 3_600_000,
				help: "Listen to Docker's events for so long, too",
			},
		],
		argument: 'file',
	},
	replay: {
		usage: 'replay FILE [CONTAINER|SERVICE] [--json]',
		help: 'Show what plan, or explain, would have shown when the file was recorded; exits as they do',
		options: [{ name: 'json', kind: 'boolean', initial: false, help: 'For machines' }],
		argument: 'file',
	},
	healthcheck: {
		usage: 'healthcheck',
		help: 'Ask the daemon of this container whether it is well',
		options: [],
		argument: 'none',
	},
} as const satisfies Readonly<Record<string, VerbRow>>;

export type Verb = keyof typeof verbs;

export const isVerb = (text: string | undefined): text is Verb => text !== undefined && Object.hasOwn(verbs, text);
