import { type Daemon, type LogLine, launchDaemon } from '../support/daemon.ts';
import { eventually } from '../support/lab.ts';
import type { Stage } from './stage.ts';

/** What a new installation has: health, draining and pauses. */
const options = ['--recommended'];

/** What the log says of a write, with the service's id behind it. */
const writtenFor =
	/^(?:(?:de)?registered|reported Docker's health of|put into maintenance:|ended the maintenance of) (.*)$/;

/** reconsul as the demo runs it, and what it has said. */
export class Reconsul implements AsyncDisposable {
	readonly #stage: Stage;
	readonly #registry: string;
	readonly #docker: string;
	#daemon: Daemon | undefined;
	/** Lines of the log that were dealt with. */
	#past = 0;

	constructor(stage: Stage, registry: string, docker: string) {
		this.#stage = stage;
		this.#registry = registry;
		this.#docker = docker;
	}

	/** Starts it, on a port of its own, and waits until it is ready. */
	async start(): Promise<void> {
		const startedAt = performance.now();
		const daemon = await launchDaemon({ registry: this.#registry, docker: this.#docker, options });
		this.#daemon = daemon;
		this.#past = 0;
		this.#stage.command(['dist/reconsul.cjs', `--listen=${new URL(daemon.url).host}`, ...options, this.#registry]);
		await daemon.ready();
		this.#stage.aside(`ready after ${Math.round(performance.now() - startedAt)} ms`);
		this.showNews();
	}

	async stop(): Promise<void> {
		this.#stage.aside('reconsul gets SIGTERM');
		const code = await this.#started().stop();
		await this.hear('stopped');
		if (code !== 0) throw new Error(`reconsul ended with ${code}, not with 0`);
		this.#daemon = undefined;
	}

	/** Waits until the log has all these lines, and shows what is new in it. */
	async hear(...messages: readonly string[]): Promise<void> {
		await eventually(`reconsul says "${messages.join('", "')}"`, () => {
			const said = this.#log.slice(this.#past).map(({ message }) => message);
			return messages.every((message) => said.includes(message));
		});
		this.showNews();
	}

	/** Writes and complaints. */
	showNews(): void {
		for (const { level, message, because } of this.#log.slice(this.#past)) {
			const why = Array.isArray(because) ? ` (${because.join(', ')})` : '';
			if (level !== 'info' || /registered|^stop|maintenance|health/.test(message))
				this.#stage.aside(`reconsul: ${message}${why}`);
		}
		this.#past = this.#log.length;
	}

	/**
	 * How often it wrote since it was started, once it has made a full pass and has nothing more to do. What it wrote for other
	 * services than these is left out; only the log can tell them apart.
	 */
	async writesFor(ids: readonly string[]): Promise<number> {
		const daemon = this.#started();
		await eventually('reconsul has looked at everything and rests', async () => {
			if ((await daemon.metric('reconsul_resync_total')) === 0) return false;
			return (
				(await daemon.metric('workqueue_depth')) + (await daemon.metric('reconsul_reconcile_active_workers')) === 0
			);
		});
		const all = await daemon.writes();
		const written = daemon.log.flatMap(({ message }) => writtenFor.exec(message)?.[1] ?? []);
		return all - written.filter((id) => !ids.includes(id)).length;
	}

	/** Its last words, where it has ended without being told to. */
	get crash(): string | undefined {
		if (this.#daemon?.isRunning !== false) return undefined;
		return `reconsul has ended by itself; its last words: ${this.#daemon.stderr.trim().split('\n').at(-1)}`;
	}

	async [Symbol.asyncDispose](): Promise<void> {
		await this.#daemon?.[Symbol.asyncDispose]();
	}

	#started(): Daemon {
		if (this.#daemon === undefined) throw new Error('reconsul has not been started');
		return this.#daemon;
	}

	get #log(): readonly LogLine[] {
		return this.#daemon?.log ?? [];
	}
}
