import assert from 'node:assert/strict';
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { test } from 'node:test';
import { failOnCutAnswers } from '../../src/cut-answers.ts';
import { rawServer } from './registry/consul/raw-server.ts';

test('whoever listens for errors of an answer hears of the cut before its request fails', async () => {
	failOnCutAnswers();
	await using server = await rawServer((_, socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf'));
	const request = get({ host: '127.0.0.1', port: server.port });
	const heard: unknown[] = [];
	const hear = ({ code }: NodeJS.ErrnoException): void => void heard.push(code);
	request.on('response', (response: IncomingMessage) => response.resume().on('error', hear)).on('error', hear);
	await once(request, 'error');
	assert.deepEqual(heard, ['ECONNRESET', 'ECUTANSWER']);
});
