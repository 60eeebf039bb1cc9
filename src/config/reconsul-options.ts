import { maxPeriodSeconds, type OptionRow } from './option-rows.ts';

const hostName = {
	pattern: /^[A-Za-z0-9][A-Za-z0-9._-]{0,252}$/,
	rule: 'must be a host name: letters, digits, ".", "_" and "-"',
};
// It stands in a filter expression, between quotes.
const plainWord = {
	pattern: /^[A-Za-z0-9][A-Za-z0-9._:@-]{0,127}$/,
	rule: 'must be letters, digits, ".", "_", ":", "@" and "-"',
};

/** What it did not have. */
export const reconsulOptions = [
	{
		name: 'interval',
		kind: 'duration',
		placeholder: 'DURATION',
		initial: '30s',
		min: 1_000,
		max: maxPeriodSeconds * 1_000,
		help: 'Period of the full pass that finds what no event announced; 0 switches it off',
	},
	{ name: 'dry-run', kind: 'boolean', initial: false, help: 'Log what would be written, and write nothing' },
	{ name: 'once', kind: 'boolean', initial: false, help: 'Make one full pass, and exit' },
	{
		name: 'policy',
		kind: 'choice',
		choices: ['sync', 'upsert-only'],
		initial: 'sync',
		help: 'upsert-only never deregisters anything',
	},
	{
		name: 'deregister-on-exit',
		kind: 'boolean',
		initial: false,
		help: 'Deregister our services when the daemon is stopped',
	},
	{
		name: 'hostname',
		kind: 'string',
		placeholder: 'NAME',
		initial: '',
		form: hostName,
		help: "Host name in service ids; empty for the operating system's",
	},
	{
		name: 'former-hostname',
		kind: 'list',
		placeholder: 'NAME',
		initial: '',
		form: hostName,
		help: 'What carries this host name is ours as well, after a change of name; may be repeated',
	},
	{
		name: 'owner',
		kind: 'string',
		placeholder: 'NAME',
		initial: '',
		form: plainWord,
		help: 'Owner written into what we register; empty for the host name',
	},
	{
		name: 'take-over',
		kind: 'boolean',
		initial: false,
		help: "Judge our owner's entries of another Docker engine by this one, after a reinstallation",
	},
	{
		name: 'node',
		kind: 'string',
		placeholder: 'NAME',
		initial: '',
		form: plainWord,
		help: "The Consul agent's node name, where the token may not read it",
	},
	{
		name: 'id-port',
		kind: 'choice',
		choices: ['container', 'host'],
		initial: 'container',
		help: "Which port ends a service's id",
	},
	{
		name: 'concurrency',
		kind: 'integer',
		placeholder: 'N',
		initial: 8,
		min: 1,
		max: 32,
		help: 'Containers worked on at a time',
	},
	{
		name: 'write-rate',
		kind: 'integer',
		placeholder: 'N',
		initial: 100,
		min: 0,
		max: 1_000_000,
		help: 'Writes to the registry per second at most; 0 for no limit',
	},
	{
		name: 'listen',
		kind: 'string',
		placeholder: 'ADDRESS',
		initial: ':9482',
		help: 'Where to serve /metrics, /healthz, /readyz and /api; empty switches it off',
	},
	{
		name: 'api',
		kind: 'choice',
		choices: ['local', 'public'],
		initial: 'local',
		help: 'Who may read /api: this machine, or everybody',
	},
	{
		name: 'log-level',
		kind: 'choice',
		choices: ['debug', 'info', 'warn', 'error'],
		initial: 'info',
		help: 'The least important lines to log',
	},
	{
		name: 'log-format',
		kind: 'choice',
		choices: ['auto', 'json', 'text'],
		initial: 'auto',
		help: 'auto is text on a terminal, else json',
	},
] as const satisfies readonly OptionRow[];
