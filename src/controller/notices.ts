import type { OmissionReason } from '../derive/derive.ts';
import type { LogLevel } from '../log.ts';
import type { Context } from './context.ts';
import type { ServiceView, View, Views } from './views.ts';

/** How much a port that yields no service is worth a line: what the user asked for is not, what nobody can want is. */
const levels: Readonly<Record<OmissionReason, LogLevel>> = {
	'not-published': 'debug',
	'not-running': 'debug',
	'out-of-scope': 'debug',
	'no-ports': 'debug',
	ignored: 'debug',
	'not-explicit': 'debug',
	'own-container': 'debug',
	'ports-pending': 'debug',
	'no-address': 'info',
	'base-not-running': 'info',
	'no-host-address': 'warn',
	'bad-id': 'warn',
	'duplicate-id': 'warn',
};

/** Shows a key as it was just seen, and tells the log what is new about it; what stays as it was is not told again. */
export function show({ log, metrics }: Pick<Context, 'log' | 'metrics'>, views: Views, view: View): void {
	const before = views.get(view.key);
	views.set(view);
	const container = view.container?.name;
	const hadWarning = new Set(before?.warnings.map(({ text }) => text));
	for (const { code, text } of view.warnings.filter(({ text }) => !hadWarning.has(text))) {
		log.warn({ container }, text);
		if (code.startsWith('meta-'))
			metrics.increment('reconsul_meta_dropped_total', { reason: code.slice('meta-'.length) as MetaReason });
	}
	const hadOmission = new Set(before?.omitted.map(({ port, reason }) => `${port} ${reason}`));
	for (const { port, reason, detail } of view.omitted)
		if (!hadOmission.has(`${port} ${reason}`))
			log[levels[reason]]({ container, port, reason }, `not a service: ${detail}`);
	const stood = new Set(before?.services.map(standing));
	for (const it of view.services)
		if ((it.state === 'conflict' || it.state === 'held') && !stood.has(standing(it)))
			log.warn({ container, id: it.service.id, state: it.state }, it.reason ?? it.state);
}

type MetaReason =
	Extract<View['warnings'][number]['code'], `meta-${string}`> extends `meta-${infer Reason}` ? Reason : never;

const standing = ({ service, state, reason }: ServiceView): string => `${service.id} ${state} ${reason}`;
