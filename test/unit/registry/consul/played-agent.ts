import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { driftWatch, type WatchOptions } from '../../../../src/registry/consul/drift-watch.ts';
import type { Answer } from '../../../../src/registry/consul/errors.ts';
import type { RegistryChange } from '../../../../src/registry/registry.ts';
import { type FakeClock, fakeClock } from '../../../support/fake-clock.ts';

export interface Asked {
	readonly path: string;
	readonly query: Readonly<Record<string, string>>;
	readonly deadlineMs: number | undefined;
	readonly signal: AbortSignal;
	settle(outcome: Answer | Error): Promise<void>;
}

/** An agent played by hand: every question waits until the test answers it. */
export class PlayedAgent implements Disposable {
	readonly clock: FakeClock = fakeClock();
	readonly news: RegistryChange[] = [];
	readonly #asked: Asked[] = [];
	readonly #subscription;

	constructor(change: Partial<WatchOptions> = {}) {
		const options: WatchOptions = {
			clock: this.clock,
			random: () => 0.5,
			node: async () => 'n 1',
			http: {
				where: 'u1:8500',
				call: (path, { query = {}, deadlineMs, signal }) => {
					const { promise, resolve, reject } = Promise.withResolvers<Answer>();
					const settle = async (outcome: Answer | Error): Promise<void> => {
						if (outcome instanceof Error) reject(outcome);
						else resolve(outcome);
						await turn();
					};
					this.#asked.push({ path, query, deadlineMs, signal, settle });
					return promise;
				},
			},
			...change,
		};
		this.#subscription = driftWatch(options, 'u1').subscribe((news) => this.news.push(news));
	}

	/** The question that waits for an answer. */
	async question(): Promise<Asked> {
		await turn();
		const question = this.#asked.shift();
		assert.ok(question, 'the agent was asked');
		return question;
	}

	async isQuiet(): Promise<boolean> {
		await turn();
		return this.#asked.length === 0;
	}

	stop(): void {
		this.#subscription.unsubscribe();
	}

	[Symbol.dispose](): void {
		this.stop();
	}

	kinds(): readonly string[] {
		return this.news.map((change) => change.kind);
	}
}

/** What the catalog answers; `null` where it shows nothing of the node. */
export const answer = (index: number | undefined, ids: readonly string[] | null, owner = 'u1'): Answer => ({
	status: 200,
	headers: index === undefined ? {} : { 'x-consul-index': String(index) },
	body: {
		Node: ids && {},
		Services: ids?.map((ID) => ({ ID, Service: 'web', Meta: { 'reconsul-owner': owner } })) ?? null,
	},
});
