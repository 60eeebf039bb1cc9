import { containerNameIn } from '../../derive/ids.ts';
import type { ContainerId, Registration } from '../../model.ts';
import { counted } from '../columns.ts';
import { formerHosts } from '../plan/hosts.ts';
import { type Check, type Finding, ok, warn } from './examination.ts';
import type { Facts, RunningSubject } from './facts.ts';

/** What `reconsul doctor` finds about containers and entries together. */

export const serviceChecks: readonly Check<Facts>[] = [
	{ name: 'containers', about: 'containers', deadlineMs: 70_000, run: containers },
	{ name: 'ids', deadlineMs: 70_000, run: async ({ subjects }) => sharedIds(await subjects()) },
	{ name: 'registrators', deadlineMs: 70_000, run: others },
	{ name: 'former-names', deadlineMs: 70_000, run: formerNames },
];

async function containers({ subjects }: Facts): Promise<Finding> {
	const all = await subjects();
	const services = all.flatMap(({ derivation }) => derivation.services).length;
	const without = all.filter(({ derivation }) => derivation.services.length === 0);
	const names = without.slice(0, 3).map(({ container }) => container.name);
	const rest = without.length === 0 ? '' : `; without a service: ${names.join(', ')}${without.length > 3 ? ', …' : ''}`;
	return ok(`${counted(all.length, 'container')} running, ${counted(services, 'service')} wanted${rest}`);
}

/** Consul's catalog does not tell upper from lower case. */
function sharedIds(all: readonly RunningSubject[]): readonly Finding[] {
	const wishes = all.flatMap(({ container, derivation }) =>
		derivation.services.map(({ id }) => ({ id, name: container.name })),
	);
	const shared = [...Map.groupBy(wishes, ({ id }) => id.toLowerCase()).values()].filter(
		(same) => new Set(same.map(({ name }) => name)).size > 1,
	);
	if (shared.length === 0) return [ok(`no two containers want one id (${counted(wishes.length, 'id')})`)];
	return shared.map((same) =>
		warn(
			`${same.map(({ name }) => name).join(' and ')} want the id ${same[0]?.id}; one of them has it, the others are not registered`,
			'give the others a SERVICE_ID of their own',
		),
	);
}

const entries = ({ length }: readonly unknown[]): string => counted(length, 'entry', 'entries');

const registratorImage = /(?:^|\/)registrator(?=[:@]|$)/;

async function others({ subjects, services, identity }: Facts): Promise<readonly Finding[]> {
	const [all, { registrations }, { ownership }] = await Promise.all([subjects(), services(), identity()]);
	const running = new Set<ContainerId>(all.map(({ container }) => container.id));
	const findings = [
		...all.filter(({ container }) => registratorImage.test(container.image)).map(registrator),
		...unstamped(registrations, all, ownership.hostname),
		...otherOwners(registrations, running, ownership.owner),
		...otherEngines(registrations, ownership),
	];
	return findings.length > 0 ? findings : [ok('nobody else registers containers of this host with this agent')];
}

const registrator = ({ container }: RunningSubject): Finding =>
	warn(
		`the container ${container.name} runs registrator (${container.image}), which writes the same entries`,
		'see docs/migration.md; stop it before reconsul starts',
	);

function unstamped(
	registrations: readonly Registration[],
	all: readonly RunningSubject[],
	hostname: string,
): readonly Finding[] {
	const found = registrations.filter(
		({ id, stamp, kind }) => stamp === undefined && kind === '' && containerNameIn(id, hostname) !== undefined,
	);
	if (found.length === 0) return [];
	const wanted = new Set(all.flatMap(({ derivation }) => derivation.services.map(({ id }) => id)));
	const adopted = found.filter(({ id }) => wanted.has(id)).length;
	return [
		warn(
			`${entries(found)} of registrator's form without an owner, ${found[0]?.id} for one; ${adopted} with an id that a container here wants`,
			'`reconsul plan` shows them: what is wanted is adopted, -cleanup removes the rest',
		),
	];
}

function otherOwners(
	registrations: readonly Registration[],
	running: ReadonlySet<ContainerId>,
	owner: string,
): readonly Finding[] {
	const foreign = registrations.filter(
		({ stamp, kind }) => stamp !== undefined && kind === '' && stamp.owner !== owner && running.has(stamp.containerId),
	);
	return [...Map.groupBy(foreign, ({ stamp }) => stamp?.owner ?? '')].map(([name, theirs]) =>
		warn(
			`${entries(theirs)} for containers of this host of owner ${name}, and we are ${owner}; ${theirs[0]?.id} for one`,
			`if this host or its owner was called so: --former-hostname ${name}. Else another reconsul runs here with other options: end one`,
		),
	);
}

function otherEngines(
	registrations: readonly Registration[],
	{ owner, engine }: { readonly owner: string; readonly engine: string },
): readonly Finding[] {
	const found = registrations.filter(
		({ stamp, kind }) => kind === '' && stamp?.owner === owner && stamp.engine !== engine,
	);
	if (found.length === 0) return [];
	return [
		warn(
			`${entries(found)} of owner ${owner} from another Docker engine, ${found[0]?.id} for one`,
			'after a reinstallation of Docker: --take-over, or `reconsul cleanup`. If two engines register here: give each an --owner',
		),
	];
}

async function formerNames({ subjects, services, identity }: Facts): Promise<readonly Finding[]> {
	const [all, { registrations }, { ownership }] = await Promise.all([subjects(), services(), identity()]);
	const wanted = all.flatMap(({ derivation }) => derivation.services);
	const hosts = formerHosts(registrations, wanted, ownership);
	if (hosts.length === 0)
		return [ok(`no entries of this host's containers under another host name than ${ownership.hostname}`)];
	return hosts.map(({ hostname, entries: theirs }) => {
		const ours = theirs.filter(({ now }) => now !== undefined);
		return warn(
			`${entries(ours)} of this host's containers under the host name ${hostname}, ${ours[0]?.id} for one`,
			`--former-hostname ${hostname} hands them over to ${ownership.owner}`,
		);
	});
}
