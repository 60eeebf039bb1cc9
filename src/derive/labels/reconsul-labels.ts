import { type CheckKey, type CheckValues, checkRows, headerRow, type ProbeKey, probeRows } from './check-rows.ts';
import { suggestionFor } from './known-labels.ts';
import type { Row } from './row.ts';
import {
	type ContainerValues,
	containerRows,
	type ServiceKey,
	type ServiceValues,
	serviceRows,
} from './service-rows.ts';

/**
 * The labels under `reconsul.`: `reconsul.<key>` for all ports of a container, `reconsul.80.<key>` for its port 80 of any
 * protocol, `reconsul.53/udp.<key>` for one protocol. What is said more precisely counts.
 */
export interface ReconsulLabels {
	readonly container: ContainerValues;
	/** `80` and `53/udp`: the ports that labels name. */
	readonly scopes: readonly string[];
	/** What the labels say of one port. */
	for(port: string, protocol: string): PortLabels;
	/** Which label says what of one port, `check.web.http` → `reconsul.80.check.web.http`; worked out for who asks why. */
	sources(port: string, protocol: string): ReadonlyMap<string, string>;
	/** Name keys, never values. */
	readonly warnings: readonly string[];
}

export interface PortLabels {
	readonly service: ServiceValues;
	/** The keys that were given for this very port. */
	readonly fromPort: ReadonlySet<ServiceKey>;
	readonly meta: Readonly<Record<string, string>>;
	readonly checks: ReadonlyMap<string, CheckValues>;
}

/** What the labels of one scope say. */
interface Layer {
	readonly service: Record<string, unknown>;
	readonly meta: Record<string, string>;
	readonly checks: Map<string, Record<string, unknown>>;
}

const prefix = 'reconsul.';
/** Each is a service more of the port, so one label could fill the catalog. */
export const maxAliases = 16;
/** Each costs a comparison with every key there is. */
const maxSuggestions = 20;

export function readLabels(labels: Readonly<Record<string, string>>): ReconsulLabels {
	const reading = new Reading();
	for (const label of Object.keys(labels).sort()) {
		if (label.startsWith(prefix)) reading.add(label, labels[label] ?? '');
	}
	return {
		container: reading.container,
		scopes: [...reading.layers.keys()].filter((scope) => scope !== ''),
		for: (port, protocol) => overlaid(scopesOf(port, protocol).map((scope) => reading.layers.get(scope))),
		sources: (port, protocol) => sourcesIn(scopesOf(port, protocol).map((scope) => [scope, reading.layers.get(scope)])),
		warnings: reading.warnings,
	};
}

/** From the general to the precise. */
const scopesOf = (port: string, protocol: string): readonly string[] => ['', port, `${port}/${protocol}`];

class Reading {
	readonly container: Record<string, unknown> = {};
	readonly layers = new Map<string, Layer>();
	readonly warnings: string[] = [];
	#suggestions = 0;

	add(label: string, text: string): void {
		const [, scope = '', key = ''] = /^reconsul\.(?:(\d[^.]*)(?:\.|$))?(.*)$/su.exec(label) ?? [];
		if (scope !== '' && !isScope(scope)) {
			this.warnings.push(`${shown(label)}: ${shown(scope)} is no port; one is written 80, 80/tcp or 53/udp`);
			return;
		}
		if (!this.#addToPort(label, scope, key, text) && !(scope === '' && this.#addToContainer(label, key, text)))
			this.#unknown(label, scope, key);
	}

	#addToContainer(label: string, key: string, text: string): boolean {
		if (!hasKey(containerRows, key)) return false;
		const value = this.#read(label, containerRows[key], text);
		if (value !== undefined) this.container[key] = value;
		return true;
	}

	#addToPort(label: string, scope: string, key: string, text: string): boolean {
		if (hasKey(serviceRows, key)) {
			const value = this.#read(label, serviceRows[key], text);
			if (value !== undefined)
				this.#layer(scope).service[key] = key === 'aliases' ? this.#bounded(label, value) : value;
			return true;
		}
		const [, metaKey] = /^meta\.(.+)$/su.exec(key) ?? [];
		if (metaKey !== undefined) {
			this.#layer(scope).meta[metaKey] = text;
			return true;
		}
		const [, name, field = ''] = /^check\.([\w-]{1,64})\.(.+)$/u.exec(key) ?? [];
		return name !== undefined && this.#addToCheck(label, scope, name, field, text);
	}

	#addToCheck(label: string, scope: string, name: string, field: string, text: string): boolean {
		const [, header] = /^header\.([\w!#$%&'*+.^`|~-]{1,128})$/.exec(field) ?? [];
		if (header !== undefined) {
			const value = this.#read(label, headerRow, text);
			const check = this.#check(scope, name);
			if (value !== undefined) check['header'] = { ...(check['header'] ?? {}), [header]: value };
			return true;
		}
		if (!hasKey(checkRows, field)) return false;
		const value = isProbe(field) ? this.#readProbe(label, field, text) : this.#read(label, checkRows[field], text);
		if (value !== undefined) this.#check(scope, name)[field] = value;
		return true;
	}

	/** A bad value leaves the label out. */
	#read(label: string, { kind }: Row, text: string): unknown {
		const value = kind.parse(text);
		if (value === undefined) this.warnings.push(`${shown(label)}: the value is not ${kind.rule}; the label is ignored`);
		return value;
	}

	#bounded(label: string, names: unknown): unknown {
		if (!Array.isArray(names) || names.length <= maxAliases) return names;
		const rule = `more than ${maxAliases} names; the first ${maxAliases} count, the others are ignored`;
		this.warnings.push(`${shown(label)}: ${rule}`);
		return names.slice(0, maxAliases);
	}

	/** A bad value leaves the check out (difference D12), and an empty one is the way to be rid of an image's. */
	#readProbe(label: string, key: ProbeKey, text: string): unknown {
		if (text.trim() === '') return false;
		const { kind } = probeRows[key];
		const value = kind.parse(text);
		if (value !== undefined) return value;
		this.warnings.push(`${shown(label)}: the value is not ${kind.rule}; the check is left out`);
		return false;
	}

	#layer(scope: string): Layer {
		const layer = this.layers.get(scope) ?? { service: {}, meta: Object.create(null), checks: new Map() };
		this.layers.set(scope, layer);
		return layer;
	}

	#check(scope: string, name: string): Record<string, unknown> {
		const { checks } = this.#layer(scope);
		const check = checks.get(name) ?? {};
		checks.set(name, check);
		return check;
	}

	#unknown(label: string, scope: string, key: string): void {
		this.#suggestions += 1;
		const meant = this.#suggestions > maxSuggestions ? undefined : suggestionFor(key, scope !== '');
		const inFront = scope === '' ? prefix : `${prefix}${scope}.`;
		const question = meant === undefined ? '' : `; did you mean ${shown(`${inFront}${meant}`)}?`;
		this.warnings.push(`${shown(label)} is no label of reconsul's${question}`);
	}
}

const hasKey = <T extends object>(rows: T, key: string): key is Extract<keyof T, string> => Object.hasOwn(rows, key);
const isProbe = (key: CheckKey): key is ProbeKey => Object.hasOwn(probeRows, key);

const isScope = (text: string): boolean => {
	const [, port] = /^([1-9]\d{0,4})(?:\/(?:tcp|udp|sctp))?$/.exec(text) ?? [];
	return port !== undefined && Number(port) <= 65_535;
};

/** Labels come from outside, and a log is read on terminals. */
const shown = (label: string): string =>
	/^[\w./-]{1,128}$/.test(label) ? label : JSON.stringify(label.slice(0, 128)).replace(/[^\x20-\x7e]/g, '?');

function overlaid(layers: readonly (Layer | undefined)[]): PortLabels {
	const meta: Record<string, string> = Object.create(null);
	const service: Record<string, unknown> = {};
	const checks = new Map<string, Record<string, unknown>>();
	for (const layer of layers) {
		if (layer === undefined) continue;
		Object.assign(service, layer.service);
		Object.assign(meta, layer.meta);
		for (const [name, check] of layer.checks) checks.set(name, overlaidCheck(checks.get(name) ?? {}, check));
	}
	const fromPort = layers.slice(1).flatMap((layer) => Object.keys(layer?.service ?? {}));
	// The rows have read every value there is.
	return { service, meta, checks, fromPort: new Set(fromPort as ServiceKey[]) };
}

/** A kind of check said for a port takes the place of the general one's kind; else one port could not have another. */
function overlaidCheck(below: Record<string, unknown>, above: Record<string, unknown>): Record<string, unknown> {
	const asksAnew = Object.keys(above).some((key) => Object.hasOwn(probeRows, key));
	const kept = Object.entries(below).filter(([key]) => !asksAnew || !Object.hasOwn(probeRows, key));
	const header = { ...(below['header'] ?? {}), ...(above['header'] ?? {}) };
	return { ...Object.fromEntries(kept), ...above, ...(Object.keys(header).length === 0 ? {} : { header }) };
}

/** The same as `overlaid`, of the labels' names. */
function sourcesIn(layers: readonly (readonly [scope: string, Layer | undefined])[]): ReadonlyMap<string, string> {
	const sources = new Map<string, string>();
	for (const [scope, layer] of layers) {
		if (layer === undefined) continue;
		for (const [name, check] of layer.checks) {
			const asksAnew = Object.keys(check).some((key) => Object.hasOwn(probeRows, key));
			if (asksAnew) for (const key of Object.keys(probeRows)) sources.delete(`check.${name}.${key}`);
		}
		for (const key of keysOf(layer)) sources.set(key, `${prefix}${scope === '' ? '' : `${scope}.`}${key}`);
	}
	return sources;
}

const keysOf = ({ service, meta, checks }: Layer): readonly string[] => [
	...Object.keys(service),
	...Object.keys(meta).map((key) => `meta.${key}`),
	...[...checks].flatMap(([name, { header, ...check }]) =>
		[...Object.keys(check), ...Object.keys(header ?? {}).map((it) => `header.${it}`)].map(
			(key) => `check.${name}.${key}`,
		),
	),
];
