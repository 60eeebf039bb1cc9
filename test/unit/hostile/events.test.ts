import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { changeOf } from '../../../src/source/event.ts';
import { lineSplitter } from '../../../src/source/lines.ts';
import { anyText, attackerId } from './any-inspect.ts';

const secret = 's3cret';
const now = (): number => 42;

/** Like an event, with anything in any place. */
const anyEvent = fc
	.record(
		{
			Type: fc.oneof(fc.constantFrom('container', 'network', '__proto__', 'constructor'), fc.jsonValue()),
			Action: fc.oneof(
				fc.constantFrom('start', 'die', 'connect', 'health_status: healthy', 'toString'),
				fc.jsonValue(),
			),
			Actor: fc.oneof(
				fc.record(
					{
						ID: fc.oneof(fc.constant(attackerId), anyText, fc.jsonValue()),
						Attributes: fc.oneof(
							fc.record({ container: fc.oneof(fc.constant(attackerId), anyText), label: fc.constant(secret) }),
							fc.jsonValue(),
						),
					},
					{ requiredKeys: [] },
				),
				fc.jsonValue(),
			),
			time: fc.oneof(fc.integer(), fc.jsonValue()),
			timeNano: fc.oneof(fc.double(), fc.jsonValue()),
		},
		{ requiredKeys: [] },
	)
	.map((event) => JSON.stringify(event));

const anyLine = fc.oneof(
	{ weight: 4, arbitrary: anyEvent },
	fc.jsonValue().map((value) => JSON.stringify(value)),
	anyText.map((text) => `${text}${secret}`),
	// Cut off somewhere in the middle.
	fc.tuple(anyEvent, fc.nat(200)).map(([line, at]) => line.slice(0, at)),
);

suite('a line of the event stream, whatever it holds', () => {
	test('is an event of one container, of none, or an error that repeats nothing of it', () => {
		const property = fc.property(anyLine, (line) => {
			try {
				const change = changeOf(line, now);
				if (change === undefined) return;
				assert.match(change.key, /^[0-9a-f]{64}$/);
				assert.ok(Number.isFinite(change.at), String(change.at));
				assert.match(change.action, /^[a-z_]+$/);
			} catch (error) {
				assert.ok(error instanceof Error && !(error instanceof TypeError), String(error));
				assert.ok(!error.message.includes(secret) && error.message.length < 100, error.message);
			}
		});
		fc.assert(property, { numRuns: 3_000 });
	});

	test('comes out whole, wherever the stream cuts it', () => {
		const lines = fc.array(
			anyText.map((text) => text.replace(/[\r\n]/g, ' ').trim()).filter((text) => text !== ''),
			{ maxLength: 10 },
		);
		const property = fc.property(lines, fc.constantFrom('\n', '\r\n'), fc.array(fc.nat(40)), (given, end, sizes) => {
			const text = given.map((line) => `${line}${end}`).join('');
			const split = lineSplitter(1_000_000);
			const found: string[] = [];
			let at = 0;
			for (const size of [...sizes, text.length]) {
				found.push(...split(text.slice(at, at + size)));
				at += size;
			}
			assert.deepEqual(found, given);
		});
		fc.assert(property);
	});
});
