import { existsSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { commandLineOfInit, healthcheck, listenOf } from './cli/healthcheck.ts';
import { type Command, commandFrom } from './config/command.ts';
import { usageText } from './config/help.ts';
import { UsageError } from './config/usage-error.ts';
import { lastWords } from './last-words.ts';

// Node grows its nursery to 16 MB and more under load and never gives it back: 30 MB for nothing in a small daemon.
setFlagsFromString('--semi-space-growth-factor=1');
// It would be searched by a thread for each core, and each takes memory of its own to do so: 18 MB, and more time than one alone.
setFlagsFromString('--no-parallel-scavenge');

/** The build writes it in. */
const version = process.env['RECONSUL_VERSION'] ?? 'from source';

/** @returns the exit code: 2 for a command line that cannot be parsed, 1 for one that contradicts itself or for a failure */
async function main(argv: readonly string[]): Promise<number> {
	try {
		const isTerminal = process.stderr.isTTY === true;
		return await carryOut(commandFrom(argv, process.env, { version, isTerminal, exists: existsSync }));
	} catch (error) {
		if (!(error instanceof UsageError)) throw error;
		const usage = error.usage ? usageText() : '';
		process.stderr.write(`${error.message.trimEnd()}\n${usage}`);
		return error.exitCode;
	}
}

async function carryOut(command: Command): Promise<number> {
	switch (command.kind) {
		case 'print':
			process[command.stream].write(command.text);
			return 0;
		case 'healthcheck': {
			const verdict = await healthcheck(command.listen ?? listenOf(await commandLineOfInit(), process.env));
			process.stdout.write(`${verdict.text}\n`);
			return verdict.exitCode;
		}
		case 'plan': {
			const { plan } = await import('./cli/plan/plan.ts');
			return plan(command.config, command.isJson);
		}
		case 'cleanup': {
			const { cleanup } = await import('./cli/release/cleanup.ts');
			return cleanup(command.config, command.isConfirmed);
		}
		case 'completion': {
			const { completions } = await import('./cli/completion/completion.ts');
			process.stdout.write(completions[command.shell]());
			return 0;
		}
		case 'man': {
			const { manPage } = await import('./cli/man.ts');
			process.stdout.write(manPage(version));
			return 0;
		}
		case 'doctor': {
			const { doctor } = await import('./cli/doctor/doctor.ts');
			return doctor(command.config, command.isJson, version);
		}
		case 'lint': {
			const { lint } = await import('./cli/lint/lint.ts');
			return lint(command.config, command.target);
		}
		case 'explain': {
			const { explainCommand } = await import('./cli/explain.ts');
			const listen = command.listen ?? listenOf(await commandLineOfInit(), process.env);
			return explainCommand({ ...command, listen });
		}
		case 'record': {
			const { record } = await import('./cli/record/record.ts');
			return record({ ...command, version });
		}
		case 'replay': {
			const { replay } = await import('./cli/record/replay.ts');
			return replay(command);
		}
		case 'history': {
			const { history } = await import('./cli/history.ts');
			const listen = command.listen ?? listenOf(await commandLineOfInit(), process.env);
			return history({ ...command, listen });
		}
		case 'release': {
			const { release } = await import('./cli/release/release.ts');
			return release(command.config, command.isConfirmed);
		}
		case 'run': {
			// Not at the top: the health check, which Docker starts again and again, needs none of the daemon's packages.
			const { runDaemon } = await import('./daemon/daemon.ts');
			return runDaemon(command.config, version);
		}
	}
}

function die(error: unknown): never {
	process.stderr.write(lastWords(error));
	process.exit(1);
}

process.on('uncaughtException', die);
// Not process.exitCode: a connection that hangs would keep the process for as long as it likes.
void main(process.argv.slice(2)).then((code) => process.exit(code), die);
