import { eventually } from '../support/lab.ts';
import type { CatalogService } from './record.ts';

const heldMs = 5_000;

/**
 * What Consul says of its node's services, and since when. A blocking query is answered the moment something changes, so the
 * times are Consul's, not those of somebody who asks now and then.
 */
export class CatalogWatch implements AsyncDisposable {
	services: ReadonlyMap<string, CatalogService> = new Map();
	readonly #changedAt = new Map<string, number>();
	readonly #vanishedAt = new Map<string, number>();
	readonly #url: string;
	readonly #closing = new AbortController();
	readonly #loop: Promise<never>;
	#index = 0;

	constructor(address: string, node: string) {
		this.#url = `${address}/v1/catalog/node/${encodeURIComponent(node)}`;
		this.#loop = this.#follow();
		this.#loop.catch(() => {});
	}

	/** When the service was first seen as it is now, milliseconds since the epoch; 0 for never. */
	changedAt(id: string): number {
		return this.#changedAt.get(id) ?? 0;
	}

	vanishedAt(id: string): number {
		return this.#vanishedAt.get(id) ?? 0;
	}

	/** All but Consul itself. */
	list(): readonly CatalogService[] {
		return [...this.services.values()].filter(({ ID }) => ID !== 'consul').sort((a, b) => (a.ID < b.ID ? -1 : 1));
	}

	/** The services that reconsul registered for the container. */
	servicesOf(containerId: string): readonly CatalogService[] {
		return this.list().filter(({ Meta }) => Meta['reconsul-container'] === containerId);
	}

	/** Waits for it; fails at once when Consul does. */
	async until(what: string, check: () => boolean): Promise<void> {
		await Promise.race([eventually(what, check), this.#loop]);
	}

	async [Symbol.asyncDispose](): Promise<void> {
		this.#closing.abort();
		await this.#loop.catch(() => {});
	}

	async #follow(): Promise<never> {
		for (;;) {
			const signal = AbortSignal.any([this.#closing.signal, AbortSignal.timeout(heldMs * 2)]);
			const response = await fetch(`${this.#url}?index=${this.#index}&wait=${heldMs}ms`, { signal });
			if (!response.ok) throw new Error(`${this.#url}: ${response.status} ${await response.text()}`);
			const { Services } = (await response.json()) as { readonly Services: Readonly<Record<string, CatalogService>> };
			this.#index = Number(response.headers.get('x-consul-index'));
			this.#take(new Map(Object.entries(Services)), Date.now());
		}
	}

	#take(services: ReadonlyMap<string, CatalogService>, now: number): void {
		for (const [id, { ModifyIndex }] of services)
			if (this.services.get(id)?.ModifyIndex !== ModifyIndex) this.#changedAt.set(id, now);
		for (const id of this.services.keys()) if (!services.has(id)) this.#vanishedAt.set(id, now);
		this.services = services;
	}
}
