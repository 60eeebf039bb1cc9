import { type DeriveSettings, derive, type OmissionReason } from '../../derive/derive.ts';
import { Trace } from '../../derive/trace.ts';
import type { Container, ServiceId } from '../../model.ts';
import { keyFindings } from './keys.ts';
import { serviceFindings } from './services.ts';
import type { LintFinding, LintSubject } from './subject.ts';

/** All that is wrong with the labels of what is looked over, each thing once. Pure. */

type Finding = Omit<LintFinding, 'where'>;

interface Linted {
	readonly where: string;
	readonly findings: readonly Finding[];
	/** Ids that were set by label. */
	readonly ids: readonly ServiceId[];
}

/** @param settings of the daemon, whose options change what labels mean; what it leaves out is looked over all the same */
export function lintReport(
	subjects: readonly LintSubject[],
	settings: Omit<DeriveSettings, 'hostname' | 'selfId'>,
): readonly LintFinding[] {
	const linted = subjects.map((subject) => lint(subject, settings));
	const shared = sharedIds(linted);
	return linted.flatMap(({ where, findings }, at) =>
		distinct([...findings, ...(shared.get(where) ?? [])])
			.map((finding) => ({ where, ...finding }))
			.concat(subjects[at]?.findings ?? []),
	);
}

function lint(subject: LintSubject, settings: Omit<DeriveSettings, 'hostname' | 'selfId'>): Linted {
	const { where, container, knowsPorts } = subject;
	const trace = new Trace();
	const around = {
		hostAddress: '192.0.2.1',
		base: undefined,
		now: Date.parse(container.startedAt) + 3_600_000,
		life: { signals: new Map(), isRegistered: true },
	};
	const all: DeriveSettings = { ...settings, include: [], exclude: [], hostname: 'host', selfId: undefined };
	const { services, warnings, omitted } = derive(
		{ ...container, running: true, isFilteredOut: false },
		all,
		around,
		trace,
	);
	const told = warnings
		.map(({ text }) => labelled(text, container))
		.filter(({ message }) => knowsPorts || !message.startsWith('the container has no port'));
	const flawed = omitted.flatMap(({ port, reason, detail }) =>
		flaws.has(reason) ? [{ label: 'SERVICE_ID', message: `port ${port}: ${detail}` }] : [],
	);
	const labels = new Set(told.map(({ label }) => label));
	return {
		where,
		findings: [
			...told,
			...flawed,
			...unpublished(subject, omitted),
			// What the reading of labels says itself is more precise.
			...keyFindings(subject).filter(({ label }) => !labels.has(label)),
			...serviceFindings(services, trace),
		],
		ids: services.flatMap(({ id, labelledId }) => (labelledId ? [id] : [])),
	};
}

const flaws: ReadonlySet<OmissionReason> = new Set(['bad-id', 'duplicate-id']);

/** `reconsul.x: …`, `SERVICE_X: …`, `reconsul.x is no label …`; else it is about a pair of Meta, or the whole. */
function labelled(text: string, container: Container): Finding {
	const [, label, message] = /^((?:reconsul\.|SERVICE_)\S*?)(?::| (?=is no label)) ?(.+)$/s.exec(text) ?? [];
	if (label !== undefined && message !== undefined) return { label, message };
	const [, key] = /: "([^"]*)" is left out$/.exec(text) ?? [];
	const names = [...container.env.map((pair) => pair.split('=', 1)[0] ?? ''), ...Object.keys(container.labels)];
	const found = names.find((name) => key !== undefined && name.toLowerCase().endsWith(key.toLowerCase()));
	return { label: found ?? 'labels', message: text };
}

/** A label for a port says that somebody wants it registered. */
function unpublished(
	{ container }: LintSubject,
	omitted: readonly { readonly port: string | undefined; readonly reason: OmissionReason }[],
): readonly Finding[] {
	const names = [...container.env.map((pair) => pair.split('=', 1)[0] ?? ''), ...Object.keys(container.labels)];
	return omitted.flatMap(({ port = '', reason }) => {
		const [number = ''] = port.split('/');
		const label = names.find((name) => name.startsWith(`SERVICE_${number}_`) || name.startsWith(`reconsul.${number}.`));
		if (reason !== 'not-published' || label === undefined) return [];
		return [{ label, message: `port ${number} is not published, so there is no service that it could be about` }];
	});
}

function sharedIds(linted: readonly Linted[]): ReadonlyMap<string, readonly Finding[]> {
	const holders = Map.groupBy(
		linted.flatMap(({ where, ids }) => ids.map((id) => ({ where, id }))),
		({ id }) => id,
	);
	const findings = new Map<string, Finding[]>();
	for (const [id, all] of holders)
		for (const { where } of all.length > 1 ? all : []) {
			const others = all.map((it) => it.where).filter((it) => it !== where);
			const message = `${JSON.stringify(id)} is the id of ${others.slice(0, 3).join(', ')} too; only one of them is registered`;
			findings.set(where, [...(findings.get(where) ?? []), { label: 'SERVICE_ID', message }]);
		}
	return findings;
}

const distinct = (findings: readonly Finding[]): readonly Finding[] => [
	...new Map(findings.map((it) => [`${it.label}: ${it.message}`, it])).values(),
];
