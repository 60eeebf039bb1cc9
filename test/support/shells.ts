import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { realpath } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { eventually } from './lab.ts';

const run = promisify(execFile);

/** A shell that somebody types into. It ends with the test. */
export interface TypedShell extends AsyncDisposable {
	/** Types a line and the key that ends it; gives what the function `reconsul` was then called with. */
	type(keys: string): Promise<string>;
}

const prompt = 'READY>';

/**
 * An interactive shell on a terminal of its own, in which `reconsul` is a function that prints its arguments.
 *
 * @param command starts it, with a prompt that is `READY>`
 */
export async function typedShell(command: string, env: Readonly<Record<string, string>> = {}): Promise<TypedShell> {
	const child = spawn('script', ['-qec', command, '/dev/null'], {
		env: { PATH: process.env['PATH'], TERM: 'dumb', HOME: '/nonexistent', ...env },
		stdio: ['pipe', 'pipe', 'pipe'],
	});
	let text = '';
	child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
		text += chunk;
	});
	const prompts = (): number => text.split(prompt).length - 1;
	await eventually('the shell is ready', () => prompts() > 0 || Promise.reject(new Error(text.slice(-500))));
	return {
		type: async (keys) => {
			const before = text.length;
			child.stdin.write(`${keys}\r`);
			return eventually('it has run', () => {
				const [, ran] = /RAN<(.*?)>/s.exec(text.slice(before)) ?? [];
				if (ran === undefined) throw new Error(JSON.stringify(text.slice(before)));
				return ran;
			});
		},
		[Symbol.asyncDispose]: () => ended(child),
	};
}

async function ended(child: ChildProcess): Promise<void> {
	child.kill('SIGKILL');
	if (child.exitCode === null && child.signalCode === null) await once(child, 'close');
}

/** Where a program was unpacked, as against installed; empty where it is at home. */
export async function unpackedRoot(program: string): Promise<string> {
	const { stdout } = await run('sh', ['-c', `command -v ${program}`]);
	const folder = dirname(await realpath(stdout.trim()));
	return folder.replace(/(?:\/usr)?\/bin$/, '');
}

/** A zsh that finds its modules and functions also where it was only unpacked. */
export async function zshPaths(): Promise<string> {
	const root = await unpackedRoot('zsh');
	if (root === '') return '';
	const { stdout } = await run('find', [join(root, 'usr/lib'), '-path', '*/zsh/zle.so']);
	const modules = dirname(dirname(stdout.trim()));
	return `module_path=(${modules})\nfpath=(${root}/usr/share/zsh/functions/**/*(/N) ${root}/usr/share/zsh/functions)\n`;
}
