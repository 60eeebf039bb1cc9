import type { PassOver, Source } from './metadata.ts';
import type { HostPort, Place, PlacementTrace } from './placement.ts';

/**
 * Why a derivation came out as it did: what its modules tell while they decide, where somebody asks. The daemon's runs do not, so
 * nothing of this costs them anything.
 */
export class Trace {
	/** By which rule the container is looked at; absent where it is not. */
	scope: string | undefined;
	readonly ports = new Map<string, PortTrace>();

	at(port: string): PortTrace {
		const trace = this.ports.get(port) ?? new PortTrace();
		this.ports.set(port, trace);
		return trace;
	}
}

/** One address that a port could have had. */
export interface AddressCandidate extends HostPort {
	readonly via: Place['via'];
	readonly source: string;
	readonly why: string;
	readonly isChosen: boolean;
}

/** A field of a service, and where its value is from. */
export interface Choice {
	readonly field: string;
	readonly value: string;
	readonly from: string;
	/** What would have counted without it. */
	readonly over: readonly string[];
}

export class PortTrace implements PlacementTrace {
	/** The row of the table of addresses that fits. */
	rule = '';
	/** The id of the service that it is; absent where it is none. */
	service: string | undefined;
	readonly candidates: AddressCandidate[] = [];
	readonly choices: Choice[] = [];
	/** What asks for each check, by the check's id. */
	readonly checks = new Map<string, string>();
	/** Labels and variables that another one outdoes, or that are another port's. */
	readonly unused: { readonly label: string; readonly why: string }[] = [];
	/** The labels of reconsul's language by what they say: `check.web.http` → `reconsul.80.check.web.http`. */
	#labels: ReadonlyMap<string, string> = new Map();
	#old: ReadonlyMap<string, Source> = new Map();

	readonly passedOver: PassOver = ({ origin, rawKey }, winner) => {
		const why = winner === undefined ? 'it is for another port' : `${winner.origin} ${winner.rawKey} goes before it`;
		this.unused.push({ label: `${origin} ${rawKey}`, why });
	};

	sources(labels: ReadonlyMap<string, string>, old: ReadonlyMap<string, Source>): void {
		this.#labels = labels;
		this.#old = old;
	}

	passOver(via: Place['via'], source: string, { address, port }: HostPort, why: string): void {
		this.candidates.push({ via, source, address, port, why, isChosen: false });
	}

	/** The last one that is chosen counts. */
	choose(via: Place['via'], source: string, { address, port }: HostPort, why: string): void {
		for (const [at, candidate] of this.candidates.entries())
			if (candidate.isChosen)
				this.candidates[at] = { ...candidate, isChosen: false, why: `the ${source} goes before it` };
		this.candidates.push({ via, source, address, port, why, isChosen: true });
	}

	choice(field: string, value: string, from: string, over: readonly string[] = []): void {
		this.choices.push({ field, value, from, over });
	}

	/**
	 * A field that both languages can say.
	 *
	 * @param language whose word counts; `undefined` where neither says it
	 * @param key in reconsul's language
	 * @param oldKey in registrator's
	 */
	said(
		field: string,
		value: string,
		language: 'reconsul' | 'registrator' | undefined,
		key: string,
		oldKey: string,
		initial: string,
	): void {
		const [label, old] = [this.labelOf(key), this.oldOf(oldKey)];
		const [from, other] = language === 'reconsul' ? [label, old] : language === 'registrator' ? [old, label] : [];
		this.choice(field, value, from ?? initial, other === undefined ? [] : [other]);
	}

	labelOf(key: string): string | undefined {
		const label = this.#labels.get(key);
		return label === undefined ? undefined : `label ${label}`;
	}

	oldOf(key: string): string | undefined {
		const source = this.#old.get(key);
		return source === undefined ? undefined : `${source.origin} ${source.rawKey}`;
	}

	/** Every label and variable that says something to this port: `label reconsul.name`, `variable SERVICE_NAME`. */
	heard(): ReadonlySet<string> {
		const old = this.#old.values().map(({ origin, rawKey }) => `${origin} ${rawKey}`);
		return new Set([...this.#labels.values().map((label) => `label ${label}`), ...old]);
	}
}
