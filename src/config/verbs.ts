import type { OptionRow } from './option-rows.ts';

interface VerbRow {
	/** What follows the verb in the usage. */
	readonly usage: string;
	readonly help: string;
	/** Options of its own, behind it. */
	readonly options: readonly OptionRow[];
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
	healthcheck: { usage: 'healthcheck', help: 'Ask the daemon of this container whether it is well', options: [] },
} as const satisfies Readonly<Record<string, VerbRow>>;

export type Verb = keyof typeof verbs;

export const isVerb = (text: string | undefined): text is Verb => text !== undefined && Object.hasOwn(verbs, text);
