import { subscribe } from 'node:diagnostics_channel';
import type { ClientRequest, IncomingMessage } from 'node:http';

/** The connection ended within the body of an answer. */
export class CutAnswerError extends Error {
	override name = 'CutAnswerError';
	readonly code = 'ECUTANSWER';
}

interface Answered {
	readonly request: ClientRequest;
	readonly response: IncomingMessage;
}

/**
 * Both clients read a body until its end and listen for errors of the request alone; a body that is cut has no end, and is an
 * error of the response alone, so they would wait for their deadline. Neither gives its requests out; Node tells of them here,
 * of all in this process, when the headers have come.
 */
function pass(message: unknown): void {
	const { request, response } = message as Answered;
	response.once('error', (cause) => {
		// Whoever does listen for errors of the response is told first, and says more than that it was cut.
		process.nextTick(() => {
			if (response.complete || request.listenerCount('error') === 0) return;
			request.emit('error', new CutAnswerError('the connection was cut in the middle of the answer', { cause }));
		});
	});
}

let isListening = false;

/** From now on a request fails when its answer is cut. */
export function failOnCutAnswers(): void {
	if (isListening) return;
	isListening = true;
	subscribe('http.client.response.finish', pass);
}
