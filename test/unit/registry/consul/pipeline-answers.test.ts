import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { takeStatuses } from '../../../../src/registry/consul/pipeline-answers.ts';
import { httpAnswer } from './raw-server.ts';

const ok = httpAnswer(200, '');

/** As they would come in pieces that end at these places. */
function inPieces(text: string, ends: readonly number[]): ReturnType<typeof takeStatuses> {
	const statuses: number[] = [];
	let rest = '';
	let from = 0;
	for (const end of [...ends.toSorted((a, b) => a - b), text.length]) {
		const taken = takeStatuses(rest + text.slice(from, end));
		if (taken === 'unreadable') return taken;
		statuses.push(...taken.statuses);
		rest = taken.rest;
		from = end;
	}
	return { statuses, rest };
}

suite('answers to a burst', () => {
	test('are taken off one after the other, bodies and all', () => {
		const text = `${ok}${httpAnswer(404, 'Unknown check "x"\r\n\r\nHTTP/1.1 200 OK\r\n')}${ok}`;
		assert.deepEqual(takeStatuses(text), { statuses: [200, 404, 200], rest: '' });
	});

	test('wait for what is still on its way', () => {
		const text = ok + httpAnswer(500, 'no');
		for (let length = 0; length < text.length; length++) {
			const whole = length < ok.length ? 0 : ok.length;
			assert.deepEqual(takeStatuses(text.slice(0, length)), {
				statuses: whole === 0 ? [] : [200],
				rest: text.slice(whole, length),
			});
		}
	});

	test('are the same in whatever pieces they come', () => {
		const answer = fc
			.tuple(fc.constantFrom(200, 400, 403, 404, 429, 500, 503), fc.string({ unit: 'binary-ascii', maxLength: 40 }))
			.map(([status, body]) => ({ status, text: httpAnswer(status, body) }));
		fc.assert(
			fc.property(fc.array(answer, { maxLength: 6 }), fc.array(fc.nat(1_000), { maxLength: 8 }), (answers, ends) => {
				const text = answers.map((it) => it.text).join('');
				const within = ends.filter((end) => end <= text.length);
				assert.deepEqual(inPieces(text, within), { statuses: answers.map(({ status }) => status), rest: '' });
			}),
		);
	});

	const unreadable: readonly (readonly [sentence: string, text: string])[] = [
		['another protocol', 'SSH-2.0-none\r\n'],
		['another version', 'HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n'],
		['no status', 'HTTP/1.1 OK\r\nContent-Length: 0\r\n\r\n'],
		['an answer before the answer', 'HTTP/1.1 100 Continue\r\n\r\n'],
		['one without a body', 'HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n'],
		['one that does not say its length', 'HTTP/1.1 200 OK\r\n\r\n'],
		['one that says it twice', 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\nContent-Length: 5\r\n\r\n'],
		['one that says another beside it', 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\ncontent-length : x\r\n\r\n'],
		['a length that is none', 'HTTP/1.1 200 OK\r\nContent-Length: 0x10\r\n\r\n'],
		['a negative length', 'HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n'],
		['a body in chunks', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n'],
		['a body that is too long', 'HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n'],
		['a head that does not end', `HTTP/1.1 200 OK\r\nX: ${'x'.repeat(20_000)}`],
	];
	for (const [sentence, text] of unreadable)
		test(`are left to others: ${sentence}`, () => {
			assert.equal(takeStatuses(text), 'unreadable');
			assert.equal(takeStatuses(ok + text), 'unreadable');
		});

	test('whatever comes is read, or left to others, and what is kept of it is bounded', () => {
		const like = fc
			.array(fc.constantFrom('HTTP/1.1 ', '200', ' OK', '\r\n', '\r\n\r\n', 'Content-Length: ', '5', '0', 'x', ok), {
				maxLength: 30,
			})
			.map((pieces) => pieces.join(''));
		fc.assert(
			fc.property(fc.oneof(like, fc.string({ maxLength: 300 })), (text) => {
				const taken = takeStatuses(text);
				if (taken === 'unreadable') return;
				assert.ok(text.endsWith(taken.rest));
				assert.ok(taken.statuses.every((status) => status >= 200 && status <= 599));
			}),
		);
		let rest = '';
		for (let n = 0; n < 100 && rest.length <= 100_000; n++) {
			const taken = takeStatuses(`${rest}HTTP/1.1 ${'x'.repeat(5_000)}`);
			if (taken === 'unreadable') return;
			rest = taken.rest;
		}
		assert.fail(`kept ${rest.length} characters`);
	});
});
