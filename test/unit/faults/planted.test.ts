import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { leaksIn, registryAt, token } from '../../faults/planted.ts';
import type { Program } from '../../support/daemon.ts';
import { Overheard } from '../../support/overheard.ts';

const masked = '{"meta":{"db_password":"***"}}';

const heardFrom = (stdout: string, stderr: string): Overheard => {
	const heard = new Overheard();
	heard.listen({ stdout, stderr } as Program);
	return heard;
};

suite('what was planted is found', () => {
	const rows: readonly (readonly [sentence: string, stdout: string, stderr: string, leaks: number])[] = [
		['nowhere', masked, 'all is well', 0],
		['in the log', masked, `refused with ${token}`, 1],
		['in the output', `${masked} ${registryAt(8500)}`, '', 1],
		['in both', `${masked} ${token}`, token, 2],
	];
	for (const [sentence, stdout, stderr, leaks] of rows)
		test(sentence, () => {
			assert.equal(leaksIn(heardFrom(stdout, stderr)).length, leaks);
		});

	test('and who has heard nothing proves nothing', () => {
		assert.deepEqual(leaksIn(new Overheard()), ['no page shows a service whose password is masked']);
	});
});
