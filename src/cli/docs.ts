import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { flagsMarkdown } from '../config/help.ts';
import { labelsMarkdown } from '../derive/labels/document.ts';
import { metricsMarkdown } from '../metrics/document.ts';

export interface Document {
	/** From the top of the repository. */
	readonly path: string;
	readonly text: string;
}

/** The documents that tables in the code are the source of. */
export const documents = (): readonly Document[] => [
	{ path: 'docs/flags.md', text: flagsMarkdown() },
	{ path: 'docs/labels.md', text: labelsMarkdown() },
	{ path: 'docs/metrics.md', text: metricsMarkdown() },
];

/** The paths of those that do not say what the code says. */
export async function laggingDocuments(): Promise<readonly string[]> {
	const states = await Promise.all(
		documents().map(async ({ path, text }) => {
			const written = await readFile(path, 'utf8').catch(() => undefined);
			return written === text ? [] : [path];
		}),
	);
	return states.flat();
}

async function writeDocuments(): Promise<void> {
	for (const { path, text } of documents()) {
		await mkdir(dirname(path), { recursive: true });
		await writeFile(path, text);
	}
}

/** `node src/cli/docs.ts` writes them, `--check` fails when they lag; from the top of the repository. */
async function main(args: readonly string[]): Promise<void> {
	if (!args.includes('--check')) return writeDocuments();
	const lagging = await laggingDocuments();
	for (const path of lagging) console.error(`${path} does not say what the code says; node src/cli/docs.ts writes it`);
	if (lagging.length > 0) process.exitCode = 1;
}

// Imported by its test, run as a script; `import.meta.main` would not survive bundling as CommonJS.
if (process.argv[1]?.endsWith('/src/cli/docs.ts')) void main(process.argv.slice(2));
