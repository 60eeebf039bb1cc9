import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';

export const deployFolder = join(import.meta.dirname, '..', '..', 'deploy');

/** A file of deploy/ as the values it stands for. */
export async function deployed<T>(name: string): Promise<T> {
	return parse(await readFile(join(deployFolder, name), 'utf8'), { merge: true }) as T;
}

/** One service of compose.yaml, as far as it is looked at. */
export interface ComposeService {
	readonly image: string;
	readonly user?: string;
	readonly command: string | readonly string[];
	readonly network_mode: string;
	readonly read_only: boolean;
	readonly cap_drop: readonly string[];
	readonly security_opt: readonly string[];
	readonly environment?: Readonly<Record<string, string>>;
	readonly volumes: readonly string[];
	readonly mem_limit?: string;
	readonly healthcheck?: { readonly test: readonly string[] };
}

export interface ComposeFile {
	readonly services: Readonly<Record<'consul' | 'reconsul' | 'prometheus', ComposeService>>;
	readonly volumes: Readonly<Record<string, null>>;
}

/** What Compose makes of `${NAME:-default}` where no variable is set. */
export const withDefaults = (text: string): string => text.replaceAll(/\$\{\w+:-([^}]*)\}/g, '$1');

/** The service's settings as options of `docker run`, but for the network, which is the host's. */
export function runOptions(service: ComposeService): readonly string[] {
	const { user = '', environment = {}, mem_limit = '0' } = service;
	return [
		`--user=${withDefaults(user)}`,
		`--read-only=${service.read_only}`,
		`--memory=${mem_limit}`,
		...service.cap_drop.map((it) => `--cap-drop=${it}`),
		...service.security_opt.map((it) => `--security-opt=${it}`),
		...service.volumes.map((it) => `--volume=${it}`),
		...Object.entries(environment).map(([name, value]) => `--env=${name}=${withDefaults(value)}`),
	];
}
