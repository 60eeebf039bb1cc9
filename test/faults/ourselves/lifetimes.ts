import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import Dockerode from 'dockerode';
import type { DockerdProcess } from '../../support/lab.ts';
import type { Life } from '../comparison.ts';

interface Event {
	readonly Action: string;
	readonly timeNano: number;
	readonly Actor: { readonly ID: string; readonly Attributes: Readonly<Record<string, string>> };
}

/** When which name stood for a container that ran, by the engine's own events: here one name has many lives. */
export class Lifetimes {
	readonly #lives = new Map<string, Life[]>();
	readonly #running = new Map<string, { readonly name: string; readonly from: number }>();
	readonly #stream: Readable;

	/** @param stream of the engine's events, a line each */
	constructor(stream: Readable) {
		this.#stream = stream;
		createInterface({ input: stream }).on('line', (line) => this.#hear(JSON.parse(line) as Event));
	}

	static async on({ socket }: DockerdProcess): Promise<Lifetimes> {
		const filters = JSON.stringify({ type: ['container'], event: ['start', 'die', 'rename'] });
		return new Lifetimes((await new Dockerode({ socketPath: socket }).getEvents({ filters })) as Readable);
	}

	async of(name: string): Promise<readonly Life[]> {
		const current = [...this.#running.values()].filter((it) => it.name === name);
		return [...(this.#lives.get(name) ?? []), ...current.map(({ from }) => ({ from, to: Number.POSITIVE_INFINITY }))];
	}

	end(): void {
		this.#stream.destroy();
	}

	#hear({ Action, timeNano, Actor: { ID, Attributes } }: Event): void {
		const at = timeNano / 1_000_000;
		const running = this.#running.get(ID);
		if (running !== undefined) {
			const lives = this.#lives.get(running.name) ?? [];
			this.#lives.set(running.name, [...lives, { from: running.from, to: at }]);
		}
		this.#running.delete(ID);
		const isRunning = Action === 'start' || (Action === 'rename' && running !== undefined);
		if (isRunning) this.#running.set(ID, { name: Attributes['name'] ?? '', from: at });
	}
}
