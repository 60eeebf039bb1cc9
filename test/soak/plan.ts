import type { Random } from './random.ts';

/** What happens next, from a seed alone: nothing here depends on how long anything takes. */
export type Action =
	| { readonly kind: 'create' | 'start' | 'stop' | 'kill' | 'restart' | 'remove'; readonly slot: number }
	| { readonly kind: 'rename'; readonly slot: number; readonly generation: number }
	| { readonly kind: 'connect' | 'disconnect'; readonly slot: number }
	| { readonly kind: 'edit-port' | 'edit-tags' | 'drop-entry'; readonly slot: number }
	| { readonly kind: 'restart-consul' };

interface Slot {
	state: 'absent' | 'running' | 'stopped';
	generation: number;
	isConnected: boolean;
	/** The number of the batch in which somebody last edited its entry. */
	editedIn: number;
}

/** Each service has a budget for edits, so another edit of the same one comes only after so many batches. */
const batchesBetweenEdits = 60;

const weights = {
	create: 6,
	start: 6,
	stop: 5,
	kill: 4,
	restart: 6,
	remove: 3,
	rename: 3,
	connect: 3,
	disconnect: 3,
	'edit-port': 2,
	'edit-tags': 2,
	'drop-entry': 2,
} as const satisfies Partial<Record<Action['kind'], number>>;
type SlotKind = keyof typeof weights;

const bag = Object.entries(weights).flatMap(([kind, weight]) => Array<SlotKind>(weight).fill(kind as SlotKind));

export class Plan {
	readonly #random: Random;
	readonly #slots: Slot[];
	#batch = 0;

	/** All slots are empty; fill() says how they become containers. */
	constructor(random: Random, size: number) {
		this.#random = random;
		this.#slots = Array.from({ length: size }, () => ({
			state: 'absent',
			generation: 0,
			isConnected: false,
			editedIn: Number.NEGATIVE_INFINITY,
		}));
	}

	fill(): readonly Action[] {
		return this.#slots.map((slot, at) => {
			slot.state = 'running';
			return { kind: 'create', slot: at };
		});
	}

	/** Up to four things at once, each to another container; now and then Consul is restarted instead. */
	next(): readonly Action[] {
		this.#batch += 1;
		if (this.#batch % 50 === 0) return [{ kind: 'restart-consul' }];
		const slots = new Set(
			Array.from({ length: 1 + this.#random.below(4) }, () => this.#random.below(this.#slots.length)),
		);
		return [...slots].flatMap((slot) => this.#actionFor(slot) ?? []);
	}

	#actionFor(at: number): Action | undefined {
		const slot = this.#slots[at];
		const kind = this.#random.pick(bag);
		if (slot === undefined || kind === undefined) return undefined;
		const { state, isConnected } = slot;
		const isDue = this.#batch - slot.editedIn >= batchesBetweenEdits;
		const allowed: Readonly<Record<SlotKind, boolean>> = {
			create: state === 'absent',
			start: state === 'stopped',
			stop: state === 'running',
			kill: state === 'running',
			restart: state === 'running',
			remove: state !== 'absent',
			rename: state !== 'absent',
			connect: state !== 'absent' && !isConnected,
			disconnect: state !== 'absent' && isConnected,
			'edit-port': state === 'running' && isDue,
			'edit-tags': state === 'running' && isDue,
			'drop-entry': state === 'running',
		};
		// What is not there is made, so that the crowd keeps its size.
		return state === 'absent' ? this.#done('create', at, slot) : allowed[kind] ? this.#done(kind, at, slot) : undefined;
	}

	#done(kind: SlotKind, slot: number, it: Slot): Action {
		if (kind === 'create' || kind === 'start' || kind === 'restart') it.state = 'running';
		if (kind === 'stop' || kind === 'kill') it.state = 'stopped';
		if (kind === 'remove') Object.assign(it, { state: 'absent', isConnected: false, generation: 0 });
		if (kind === 'connect' || kind === 'disconnect') it.isConnected = kind === 'connect';
		if (kind.startsWith('edit')) it.editedIn = this.#batch;
		if (kind !== 'rename') return { kind, slot };
		it.generation += 1;
		return { kind, slot, generation: it.generation };
	}
}
