import type { Trace } from '../../derive/trace.ts';
import { parseDuration } from '../../duration.ts';
import type { Check, ServiceInstance } from '../../model.ts';
import type { LintFinding } from './subject.ts';

/** What is wrong with what comes of the labels: names, ids and checks. Pure. */

type Finding = Omit<LintFinding, 'where'>;

export const serviceFindings = (services: readonly ServiceInstance[], trace: Trace): readonly Finding[] =>
	services.flatMap((service) => [
		...nameFindings(service, trace),
		...service.checks.flatMap((check) => checkFindings(check, service, trace)),
	]);

/** Consul's own rule for names in DNS; a label of a name has 63 characters at most. */
const maxLabel = 63;

function nameFindings({ id, name }: ServiceInstance, trace: Trace): readonly Finding[] {
	const port = [...trace.ports.values()].find(({ service }) => service === id);
	const from = port?.choices.find(({ field }) => field === 'name')?.from ?? '';
	const label = from.startsWith('label ') || from.startsWith('variable ') ? from.replace(/^\w+ /, '') : 'name';
	const shown = JSON.stringify(name.slice(0, maxLabel));
	const said = (message: string): readonly Finding[] => [{ label, message }];
	const origin = label === 'name' ? `, which comes from ${from || 'the image'}` : '';
	if (/[^A-Za-z0-9-]/.test(name))
		return said(`DNS does not find ${shown}${origin}: Consul takes letters, digits and - in it`);
	if (name.length > maxLabel) return said(`DNS does not find ${shown}…: a name in DNS has 63 characters at most`);
	if (name.startsWith('-') || name.endsWith('-'))
		return said(`${shown}${origin}: a name in DNS begins and ends with no -`);
	return /[A-Z]/.test(name)
		? said(`${shown}${origin} has upper case, which DNS does not tell from lower case, and other readers do`)
		: [];
}

const leastDeregisterMs = 60_000;

function checkFindings(check: Check, { id }: ServiceInstance, trace: Trace): readonly Finding[] {
	const from = [...trace.ports.values()].flatMap(({ checks }) => checks.get(check.id) ?? []).at(0) ?? check.name;
	const said = (message: string): Finding => ({ label: from.replace(/^(?:labels?|variable) /, ''), message });
	const asksByTcp = check.http ?? check.tcp ?? check.grpc ?? check.h2ping;
	const after = parseDuration(check.deregisterCriticalServiceAfter ?? '');
	return [
		...(asksByTcp !== undefined && id.endsWith(':udp')
			? [said('it asks a UDP port by TCP, so it can never pass, unless the same port listens for both')]
			: []),
		...(check.aliasService === id ? [said('it repeats the health of its own service, so it never changes')] : []),
		...(after !== undefined && after < leastDeregisterMs
			? [said('Consul removes a service after one minute at the earliest, whatever less is asked for')]
			: []),
	];
}
