import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import type { HoldReason } from '../../../src/plan/decide.ts';
import {
	type Brake,
	confirmAfterMs,
	type DeletePolicy,
	type Evidence,
	hasFailed,
	holdReason,
	nextBrake,
	type Sighting,
} from '../../../src/plan/guard.ts';
import { container } from '../controller/containers.ts';

/** A stopped container of our engine: nothing speaks against the delete. */
const base: Evidence = {
	container: container({ running: false, exitCode: 0 }),
	inDoubt: false,
	hasListed: true,
	stampedEngine: 'ENGI:NEID',
	engine: 'ENGI:NEID',
	takeOver: false,
	braked: false,
};
const sync: DeletePolicy = { policy: 'sync', deregister: 'always' };
const upsertOnly: DeletePolicy = { policy: 'upsert-only', deregister: 'always' };
const onSuccess: DeletePolicy = { policy: 'sync', deregister: 'on-success' };

suite('why a delete has to wait', () => {
	const failed: Sighting = container({ running: false, exitCode: 1 });
	const running: Sighting = container({});
	const elsewhere: Partial<Evidence> = { container: 'gone', stampedEngine: 'OTHE:RONE' };
	const rows: readonly [
		sentence: string,
		policy: DeletePolicy,
		change: Partial<Evidence>,
		reason: HoldReason | undefined,
	][] = [
		['it need not when its container stopped', sync, {}, undefined],
		['it need not when its container is gone', sync, { container: 'gone' }, undefined],
		['it need not when its process was seen to end', sync, { container: 'ended' }, undefined],
		['it need not when its container runs and no longer wants it', sync, { container: running }, undefined],
		['it waits for ever under upsert-only', upsertOnly, { container: 'gone' }, 'policy'],
		['it waits for the first complete list', sync, { hasListed: false }, 'not-listed-yet'],
		[
			'it waits for the list even when the container is gone',
			sync,
			{ hasListed: false, container: 'gone' },
			'not-listed-yet',
		],
		['it waits for the engine that registered it', sync, elsewhere, 'another-engine'],
		['it does not wait for another engine under --take-over', sync, { ...elsewhere, takeOver: true }, undefined],
		[
			'it does not wait for another engine when this one knows the container',
			sync,
			{ stampedEngine: 'OTHE:RONE' },
			undefined,
		],
		[
			'it does not wait for an engine where there is no stamp',
			sync,
			{ container: 'gone', stampedEngine: undefined },
			undefined,
		],
		['it waits while it is in doubt what the container wants', sync, { inDoubt: true }, 'in-doubt'],
		['it waits while too many would go at once', sync, { braked: true }, 'mass-delete'],
		['on-success keeps the service of a failed container', onSuccess, { container: failed }, 'policy'],
		[
			'on-success keeps it though the list is not there yet',
			onSuccess,
			{ container: failed, hasListed: false },
			'policy',
		],
		['on-success lets go of one that succeeded', onSuccess, {}, undefined],
		['on-success lets go of one that is gone', onSuccess, { container: 'gone' }, undefined],
		['on-success lets go of a service that a running container dropped', onSuccess, { container: running }, undefined],
		['always lets go of a failed one', sync, { container: failed }, undefined],
		['take-over does not release the brake', sync, { ...elsewhere, takeOver: true, braked: true }, 'mass-delete'],
		['doubt comes before the brake', sync, { inDoubt: true, braked: true }, 'in-doubt'],
	];
	for (const [sentence, policy, change, reason] of rows)
		test(sentence, () => assert.equal(holdReason(policy, { ...base, ...change }), reason));
});

suite('which exit codes are failures (D17)', () => {
	const isFailure = (exitCode: number): boolean =>
		(exitCode >= 1 && exitCode <= 127) || exitCode === 134 || exitCode === 139 || exitCode === 255;

	test('all of 0 to 255', () => {
		for (let exitCode = 0; exitCode <= 255; exitCode++)
			assert.equal(hasFailed({ exitCode, oomKilled: false }), isFailure(exitCode), `exit code ${exitCode}`);
	});

	const named: readonly [sentence: string, exitCode: number, fails: boolean][] = [
		['success is none', 0, false],
		['1 is one', 1, true],
		['127, no such command, is one', 127, true],
		['128 is none', 128, false],
		['130, Ctrl-C, is none', 130, false],
		['134, an abort, is one', 134, true],
		['137, docker kill, is none', 137, false],
		['139, a segmentation fault, is one', 139, true],
		['143, docker stop, is none', 143, false],
		['255 is one', 255, true],
	];
	for (const [sentence, exitCode, fails] of named)
		test(sentence, () => assert.equal(hasFailed({ exitCode, oomKilled: false }), fails));

	test('an out-of-memory kill is one whatever the code', () => {
		for (const exitCode of [0, 137]) assert.equal(hasFailed({ exitCode, oomKilled: true }), true);
	});
});

suite('the brake on mass deletes', () => {
	const ids = (...numbers: readonly number[]): ReadonlySet<string> => new Set(numbers.map((n) => `u1:web:${n}`));
	const held: Brake = { ids: ids(1, 2, 3), since: 1_000 };
	const more: Brake = { ids: ids(1, 2, 3, 4), since: 1_000 };
	const confirmed = held.since + confirmAfterMs;
	const rows: readonly [
		sentence: string,
		before: Brake | undefined,
		deletes: ReadonlySet<string>,
		owned: number,
		now: number,
		after: Brake | undefined,
	][] = [
		['three of five are held', undefined, ids(1, 2, 3), 5, 1_000, held],
		['all of five are held', undefined, ids(1, 2, 3, 4, 5), 5, 7, { ids: ids(1, 2, 3, 4, 5), since: 7 }],
		['two of five go', undefined, ids(1, 2), 5, 1_000, undefined],
		['half of six go', undefined, ids(1, 2, 3), 6, 1_000, undefined],
		['all of four go', undefined, ids(1, 2, 3, 4), 4, 1_000, undefined],
		['none of none', undefined, ids(), 0, 1_000, undefined],
		['a second pass too early holds on, from the first', held, ids(1, 2, 3), 5, confirmed - 1, held],
		['a pass 5 s later that wants the same confirms', held, ids(1, 2, 3), 5, confirmed, undefined],
		['a pass 5 s later that wants less, still too much, confirms', more, ids(1, 2, 3), 5, confirmed, undefined],
		['a pass that wants others begins anew', held, ids(1, 2, 4), 5, confirmed, { ids: ids(1, 2, 4), since: confirmed }],
		[
			'a pass that wants more begins anew',
			held,
			ids(1, 2, 3, 4),
			5,
			confirmed,
			{ ids: ids(1, 2, 3, 4), since: confirmed },
		],
		[
			'what a pass in between does not want is no longer held, and needs 5 s anew',
			more,
			ids(1, 2, 3),
			5,
			1_001,
			{ ids: ids(1, 2, 3), since: 1_000 },
		],
		['a pass that wants no more than half lets go', held, ids(1), 5, 1_001, undefined],
	];
	for (const [sentence, before, deletes, owned, now, after] of rows)
		test(sentence, () => assert.deepEqual(nextBrake(before, deletes, owned, now), after));

	test('what a pass wants is held at least 5 s unless it is half or less, and never for longer than it is wanted', () => {
		const anyIds = fc.uniqueArray(fc.nat(9)).map((numbers) => ids(...numbers));
		fc.assert(
			fc.property(fc.array(fc.tuple(anyIds, fc.nat(6_000)), { maxLength: 12 }), fc.nat(12), (passes, kept) => {
				let brake: Brake | undefined;
				let now = 0;
				const wantedSince = new Map<string, number>();
				for (const [deletes, ms] of passes) {
					now += ms;
					for (const id of [...wantedSince.keys()]) if (!deletes.has(id)) wantedSince.delete(id);
					for (const id of deletes) if (!wantedSince.has(id)) wantedSince.set(id, now);
					const owned = deletes.size + kept;
					brake = nextBrake(brake, deletes, owned, now);
					const isTooMuch = owned >= 5 && deletes.size * 2 > owned;
					if (!isTooMuch) assert.equal(brake, undefined);
					if (isTooMuch && brake === undefined)
						for (const id of deletes) assert.ok(now - (wantedSince.get(id) ?? now) >= confirmAfterMs, id);
					if (brake !== undefined) assert.ok(deletes.isSubsetOf(brake.ids));
				}
			}),
		);
	});
});
