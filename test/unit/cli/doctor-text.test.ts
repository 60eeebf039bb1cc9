import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { clockFinding, skewMs } from '../../../src/cli/doctor/docker.ts';
import type { Result } from '../../../src/cli/doctor/examination.ts';
import { doctorText } from '../../../src/cli/doctor/text.ts';

const results: readonly Result[] = [
	{ check: 'docker', verdict: 'ok', text: 'Docker 1' },
	{ check: 'address', verdict: 'fail', text: 'none', remedy: 'set -ip' },
	{ check: 'ids', verdict: 'skip', text: 'not looked at' },
];

suite('what doctor prints', () => {
	test('is a line for each finding, its remedy below, and a verdict', () => {
		assert.equal(
			doctorText(results, false),
			`ok    docker   Docker 1
fail  address  none
               set -ip
skip  ids      not looked at

not well: 1 ok, 1 fail, 1 skip; nothing was written
`,
		);
	});

	test('has colours where they are wanted', () => {
		const text = doctorText(results, true);
		assert.ok(text.includes('\u001b[31mfail\u001b[0m  address  none\n'));
		assert.ok(text.includes('\u001b[32mok  \u001b[0m  docker   Docker 1\n'));
	});

	test('holds no control characters of others', () => {
		const text = doctorText([{ check: 'x', verdict: 'warn', text: 'a\u001b[2Jb', remedy: 'c\nd' }], false);
		assert.ok(!text.includes('\u001b') && !text.includes('c\nd'), text);
	});
});

suite('another clock', () => {
	const between = { askedAt: 10_000, answeredAt: 10_400 };
	const rows: readonly [sentence: string, read: number, grain: number, skew: number][] = [
		['read between question and answer agrees', 10_200, 0, 0],
		['read at either agrees', 10_400, 0, 0],
		['is behind by what it lacks to the question', 7_000, 0, -3_000],
		['is ahead by what it exceeds the answer', 15_400, 0, 5_000],
		['of whole seconds agrees within its second', 9_500, 1_000, 0],
		['of whole seconds is behind by what is certain', 5_000, 1_000, -4_000],
	];
	for (const [sentence, read, grain, skew] of rows)
		test(sentence, () => assert.equal(skewMs(read, between, grain), skew));

	test('that is off by more than two seconds is told, with the direction', () => {
		assert.equal(clockFinding("Docker's", 2_000, '').verdict, 'ok');
		assert.equal(clockFinding("Docker's", -2_000, '').verdict, 'ok');
		assert.deepEqual(clockFinding("Docker's", -3_210, 'mend it'), {
			verdict: 'warn',
			text: "Docker's clock is 3.2 s behind ours",
			remedy: 'mend it',
		});
		assert.match(clockFinding("Docker's", 60_000, '').text, /60\.0 s ahead of ours/);
	});
});
