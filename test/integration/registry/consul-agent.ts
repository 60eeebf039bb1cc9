import { eventually, startConsul } from '../../support/lab.ts';

/** A real agent of this test's own that refuses script checks, as an agent does unless told otherwise. */
export interface ConsulAgent extends AsyncDisposable {
	readonly host: string;
	readonly port: number;
	readonly node: string;
	/** Asks it as somebody else would; resolves whatever the status. */
	ask(
		method: 'GET' | 'PUT' | 'DELETE',
		path: string,
		body?: unknown,
	): Promise<{ readonly status: number; readonly text: string }>;
	/** It takes connections and says nothing. */
	freeze(): Promise<void>;
	/** What it knew is gone, since all of it was in memory. */
	kill(): Promise<void>;
	/** At the same address, knowing nothing. */
	startAgain(): Promise<void>;
}

export interface AgentOptions {
	/** Added to its configuration. */
	readonly config?: object;
	/** For `ask`, and to see that it is ready. */
	readonly token?: string;
}

export async function startAgent({ config = {}, token }: AgentOptions = {}): Promise<ConsulAgent> {
	const agent = await startConsul({ config: { enable_script_checks: false, ...config } });
	const node = 'u1';
	const headers: Record<string, string> = token === undefined ? {} : { 'x-consul-token': token };
	const ask: ConsulAgent['ask'] = async (method, path, body) => {
		const response = await fetch(`${agent.address}${path}`, {
			method,
			headers,
			signal: AbortSignal.timeout(10_000),
			...(body === undefined ? {} : { body: JSON.stringify(body) }),
		});
		return { status: response.status, text: await response.text() };
	};
	// Only then are ACLs at work: before, a token is unknown and a watch sees nothing.
	const isInCatalog = (): Promise<true> =>
		eventually('the node is in the catalog', async () =>
			(await ask('GET', `/v1/catalog/node/${node}`)).text.includes(node),
		);
	await isInCatalog();
	return {
		host: agent.host,
		port: agent.port,
		node,
		ask,
		freeze: () => agent.freeze(),
		kill: () => agent.kill(),
		startAgain: async () => {
			await agent.restart();
			await isInCatalog();
		},
		[Symbol.asyncDispose]: () => agent[Symbol.asyncDispose](),
	};
}
