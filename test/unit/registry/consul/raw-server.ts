import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';

/** What arrived, as text, and the connection to answer on; called once per request. */
export type Respond = (request: string, socket: Socket, count: number) => void;

export interface RawServer extends AsyncDisposable {
	readonly port: number;
	/** How many connections were ever opened. */
	connections(): number;
}

/** A TCP server that says exactly what a test wants said, also what no HTTP server would. */
export async function rawServer(respond: Respond): Promise<RawServer> {
	const open = new Set<Socket>();
	let connections = 0;
	let requests = 0;
	const server = createServer((socket) => {
		connections += 1;
		open.add(socket);
		socket.on('close', () => open.delete(socket)).on('error', () => {});
		let text = '';
		socket.on('data', (chunk) => {
			text += chunk.toString();
			for (let end = endOfRequest(text); end !== undefined; end = endOfRequest(text)) {
				requests += 1;
				const request = text.slice(0, end);
				text = text.slice(end);
				respond(request, socket, requests);
			}
		});
	}).listen(0, '127.0.0.1');
	await once(server, 'listening');
	return {
		port: (server.address() as AddressInfo).port,
		connections: () => connections,
		[Symbol.asyncDispose]: async () => {
			for (const socket of open) socket.destroy();
			await once(server.close(), 'close');
		},
	};
}

function endOfRequest(text: string): number | undefined {
	const headEnd = text.indexOf('\r\n\r\n');
	if (headEnd < 0) return undefined;
	const length = Number(/^content-length: *(\d+)/im.exec(text.slice(0, headEnd))?.[1] ?? 0);
	const end = headEnd + 4 + length;
	return text.length >= end ? end : undefined;
}

export const httpAnswer = (
	status: number,
	body: string,
	headers: Readonly<Record<string, string>> = { 'Content-Type': 'application/json' },
): string => {
	const lines = Object.entries({ ...headers, 'Content-Length': String(Buffer.byteLength(body)) });
	return `HTTP/1.1 ${status} X\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${body}`;
};
