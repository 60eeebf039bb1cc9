import type { Daemon, Program } from './daemon.ts';

const paths = ['/', '/metrics', '/healthz?verbose', '/readyz?verbose', '/api/services', '/none'] as const;

/** All that programs have let out: what they wrote, and the pages that they show to everybody on the machine. */
export class Overheard {
	readonly #programs: Program[] = [];
	readonly #pages: string[] = [];

	/** What it writes from its start to its end. */
	listen<P extends Program>(program: P): P {
		this.#programs.push(program);
		return program;
	}

	/** Its pages as they are now. */
	async read({ url }: Pick<Daemon, 'url'>): Promise<void> {
		const texts = paths.map(async (path) => (await fetch(url + path, { signal: AbortSignal.timeout(10_000) })).text());
		this.#pages.push(...(await Promise.all(texts)));
	}

	get texts(): readonly string[] {
		return [...this.#programs.flatMap(({ stdout, stderr }) => [stdout, stderr]), ...this.#pages];
	}

	/** Where these are shown, with what stands around them: the first place in each text. */
	leaks(secrets: readonly string[]): readonly string[] {
		return this.texts.flatMap((text) =>
			secrets.flatMap((secret) => {
				const at = text.indexOf(secret);
				return at === -1 ? [] : [text.slice(Math.max(0, at - 200), at + 100)];
			}),
		);
	}
}
