import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** One long-running program that tests stop, kill, freeze and start again. */
export interface Keeper extends AsyncDisposable {
	/** Starts the program; its output goes to the log file. */
	start(): Promise<void>;
	/** Sends the signal, and for one that ends the program waits until it is gone. */
	signal(name: 'TERM' | 'KILL' | 'STOP' | 'CONT'): Promise<void>;
	/** Whether the program still runs (a frozen one does). */
	isRunning(): Promise<boolean>;
}

const answerWithinMs = 30_000;

/**
 * Keeps `command` under a shell that takes its orders from our pipe. When this process ends, even by SIGKILL, the pipe
 * closes and the shell ends the program: no test run leaves a daemon behind.
 *
 * @param shell the argument list that starts the shell; a wrapper may put it in namespaces of its own
 * @param command shell text of the program; words must be quoted already
 */
export function keep(shell: readonly string[], command: string, log: string): Keeper {
	const [file = 'sh', ...args] = shell;
	const child = spawn(file, args, { stdio: ['pipe', 'pipe', 'ignore'] });
	const exited = once(child, 'exit');
	const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
	// A shell that is gone fails the next order; the write itself need not be heard.
	child.stdin.on('error', () => {});
	child.stdin.write('trap \'[ -z "$pid" ] || kill -KILL "$pid" 2>/dev/null\' EXIT\n');

	let last: Promise<unknown> = Promise.resolve();
	const order = (text: string): Promise<string> => {
		const answer = last.then(async () => {
			child.stdin.write(`${text}\n`);
			const timeout = AbortSignal.timeout(answerWithinMs);
			const [line] = await Promise.race([
				Promise.all([answers.next()]),
				once(timeout, 'abort').then((): never => {
					throw new Error(`no answer within ${answerWithinMs} ms to: ${text}`);
				}),
			]);
			if (line.done) throw new Error(`the shell that keeps the program has ended; see ${log}`);
			return String(line.value);
		});
		last = answer.catch(() => {});
		return answer;
	};

	return {
		start: async () => {
			await order(`${command} >>${quoted(log)} 2>&1 & pid=$!; echo started`);
		},
		signal: async (name) => {
			const wait = name === 'TERM' || name === 'KILL' ? 'wait "$pid" 2>/dev/null; ' : '';
			await order(`kill -${name} "$pid" 2>/dev/null; ${wait}echo done`);
		},
		isRunning: async () => (await order('kill -0 "$pid" 2>/dev/null; echo $?')) === '0',
		[Symbol.asyncDispose]: async () => {
			child.stdin.end();
			await exited;
		},
	};
}

/** The text as one word of the shell. */
export function quoted(text: string): string {
	return `'${text.replaceAll("'", "'\\''")}'`;
}
