import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

/** What comes instead of the answer. The question has been put to the other side first, but for `answer`, `reset` and `hang`. */
type AnswerFault =
	| { readonly kind: 'delay'; readonly ms: number }
	/** For as long as somebody waits; `body`: the headers have come. */
	| { readonly kind: 'hang'; readonly before: 'headers' | 'body' }
	/** Half of the body, of the length that was announced. */
	| { readonly kind: 'cut' }
	| { readonly kind: 'reset' }
	| { readonly kind: 'answer'; readonly status: number; readonly body: string }
	/** The same answer with another body. */
	| { readonly kind: 'rewrite'; readonly body: (text: string) => string };

/** What becomes of the next pieces of a stream that is open. */
type StreamFault =
	/** Nothing arrives any more, and the connection stays. */
	| { readonly kind: 'silence' }
	/** Half of a piece; or all up to the first byte of a character that has several. Then the connection ends. */
	| { readonly kind: 'break'; readonly within: 'line' | 'character' }
	/** Byte by byte. */
	| { readonly kind: 'crumble' }
	/** Each piece twice, and all the earlier ones before it. */
	| { readonly kind: 'repeat' };

export type Fault = AnswerFault | StreamFault;

export interface Rule {
	/** Of `METHOD /path?query`. */
	readonly on: RegExp;
	/** Of the question's body too, or of the stream's piece. */
	readonly body?: RegExp;
	/** So many questions go through first. */
	readonly after?: number;
	readonly fault: Fault;
}

export interface Whole {
	readonly status: number;
	readonly headers: OutgoingHttpHeaders;
	readonly bytes: Buffer;
}

export async function spoiled(answer: ServerResponse, whole: Whole, fault: Fault | undefined): Promise<void> {
	const { status, headers, bytes } = whole;
	if (fault?.kind === 'delay') await delay(fault.ms, undefined, { ref: false });
	if (fault?.kind === 'hang' || fault?.kind === 'cut') {
		answer.writeHead(status, { ...headers, 'content-length': Math.max(bytes.length, 2) });
		const half = bytes.subarray(0, bytes.length / 2);
		if (fault.kind === 'hang' || half.length === 0) answer.flushHeaders();
		else answer.write(half);
		if (fault.kind === 'cut') setImmediate(() => answer.destroy());
		return;
	}
	const text = fault?.kind === 'rewrite' ? fault.body(bytes.toString()) : bytes;
	answer.writeHead(status, headers).end(text);
}

export async function writeSpoiled(
	answer: ServerResponse,
	piece: Buffer,
	earlier: readonly Buffer[],
	fault: Fault | undefined,
): Promise<void> {
	if (fault?.kind === 'silence') return;
	if (fault?.kind === 'break') {
		const end = fault.within === 'line' ? piece.length / 2 : piece.findIndex((byte) => byte >= 0xc0) + 1;
		answer.write(piece.subarray(0, end), () => answer.destroy());
	} else if (fault?.kind === 'crumble') {
		for (const byte of piece) await new Promise((written) => answer.write(Buffer.of(byte), written));
	} else if (fault?.kind === 'repeat') {
		answer.write(Buffer.concat([...earlier, piece, piece]));
	} else {
		answer.write(piece);
	}
}

/** TCP can say so; of a unix socket the other side only sees the end. */
export function reset({ socket }: ServerResponse): void {
	if (socket?.remoteAddress === undefined) socket?.destroy();
	else socket.resetAndDestroy();
}
