import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { styleText } from 'node:util';
import { labelArgs } from '../support/lab.ts';
import { type ServiceRecord, tableOf, wrapped } from './record.ts';

const width = 80;
const commandWithinMs = 60_000;
const ownLabel = `reconsul-demo=${process.pid}`;

/** Where the demo shows itself: what it prints, and the commands that it runs as a person would. */
export class Stage {
	/** Of the commands. CONSUL_HTTP_TOKEN and the like would be for another Consul. */
	readonly env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('CONSUL_')));
	readonly #interruption = new AbortController();
	readonly #pending = new Set<Promise<unknown>>();

	constructor() {
		// An impatient person sends more than one; what was begun is cleaned up all the same.
		const interrupt = (): void => this.#interruption.abort(new Error('interrupted'));
		for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, interrupt);
		// `make demo | head`: nobody reads any more.
		process.stdout.on('error', interrupt);
	}

	get isInterrupted(): boolean {
		return this.#interruption.signal.aborted;
	}

	/** What the promise yields, unless the demo is interrupted before. */
	async unlessInterrupted<T>(promise: Promise<T>): Promise<T> {
		const { signal } = this.#interruption;
		const interrupted = signal.aborted ? Promise.resolve() : once(signal, 'abort');
		const failure = interrupted.then((): never => {
			throw signal.reason;
		});
		return await Promise.race([promise, failure]);
	}

	say(line = ''): void {
		process.stdout.write(`${line}\n`);
	}

	heading(step: number, title: string): void {
		this.say(`\n${styleText('bold', `${step}  ${title}`)}`);
	}

	command(words: readonly string[]): void {
		this.say(styleText('cyan', `   $${wrapped(words, width - 8).replaceAll('\n', '\n   ')}`));
	}

	/** What a command or reconsul's log says. */
	aside(line: string): void {
		this.say(styleText('dim', `     ${line}`));
	}

	table(records: readonly ServiceRecord[]): void {
		const [headings = '', ...rows] = tableOf(records);
		this.aside(headings);
		for (const row of rows) this.say(`     ${row}`);
	}

	held(sentence: string, seconds: string): void {
		this.say(`   ${styleText('green', '✓')} ${sentence.padEnd(width - 12)} ${styleText('dim', seconds.padStart(6))}`);
	}

	/** Shows a command, and the lines that it prints side by side. */
	async run(...words: readonly string[]): Promise<readonly string[]> {
		this.command(words);
		const lines = (await this.quietly(...words)).split('\n');
		this.aside(lines.join('  '));
		return lines;
	}

	/** Shows `docker run ARGS`, and runs it with labels for the cleaning up, which reconsul does not heed; the container's id. */
	async start(...args: readonly string[]): Promise<string> {
		this.command(['docker', 'run', ...args]);
		return await this.quietly('docker', 'run', ...labelArgs, '--label', ownLabel, ...args);
	}

	/** What the command prints. None is begun once the demo is interrupted. */
	async quietly(...words: readonly string[]): Promise<string> {
		this.#interruption.signal.throwIfAborted();
		const output = this.#output(words);
		this.#pending.add(output);
		return await output.finally(() => this.#pending.delete(output));
	}

	/** Also those of a command that is still running or has failed. */
	async removeContainers(): Promise<void> {
		await Promise.allSettled(this.#pending);
		const ids = await this.#output(['docker', 'ps', '--all', '--quiet', '--filter', `label=${ownLabel}`]);
		if (ids !== '') await this.#output(['docker', 'rm', '--force', '--volumes', ...ids.split('\n')]);
	}

	/** In a session of its own: the Ctrl-C that we hear must not cut a `docker run` in two, nor the cleaning up. */
	async #output([file = '', ...args]: readonly string[]): Promise<string> {
		const options = { detached: true, env: this.env, timeout: commandWithinMs } as const;
		const child = spawn(file, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
		const ended = once(child, 'close');
		const [output, complaint, [code]] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
		if (code === 0) return output.trimEnd();
		const reason = /^(?:docker: Error response from daemon: )?(.+)/.exec(complaint)?.[1] ?? `ended with ${code}`;
		throw new Error(`${file} ${args[0]}: ${reason}`);
	}
}
