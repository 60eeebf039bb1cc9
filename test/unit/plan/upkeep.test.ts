import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { healthCheck } from '../../../src/derive/kept-checks.ts';
import type { CheckReport, CheckState, CheckStates } from '../../../src/model.ts';
import { afterRewrite, afterUpkeep, type Kept, mayBeDue, upkeepOf } from '../../../src/plan/upkeep.ts';

const id = 'u1:web:80';
const checkId = `reconsul:${id}:docker-health`;
const maintenance = `_service_maintenance:${id}`;
const kept = (report?: CheckReport, reason?: string): Kept => ({
	id,
	checks: report === undefined ? [] : [healthCheck(id, report, { healthTtlMs: 0 })],
	...(reason === undefined ? {} : { maintenance: reason }),
});
const passing: CheckReport = { status: 'passing', output: 'ok' };
const critical: CheckReport = { status: 'critical', output: 'refused' };
const found = (states: Readonly<Record<string, Partial<CheckState>>>): CheckStates =>
	new Map(Object.entries(states).map(([key, state]) => [key, { status: 'critical', output: '', notes: '', ...state }]));
const ordered = (notes: string): CheckStates => found({ [maintenance]: { notes } });

/** In one line each. */
const brief = (it: Kept, states: CheckStates): readonly string[] =>
	upkeepOf(it, states).map((due) =>
		due.kind === 'report'
			? `report ${due.report.status}, was ${due.found}`
			: due.kind === 'maintain'
				? due.reason
				: 'resume',
	);

suite('what is to be said of a service', () => {
	const rows: readonly (readonly [sentence: string, kept: Kept, found: CheckStates, due: readonly string[]])[] = [
		['nothing where nothing is wanted', kept(), found({}), []],
		[
			'a status that changed',
			kept(critical),
			found({ [checkId]: { status: 'passing', output: 'ok' } }),
			['report critical, was passing'],
		],
		['not an output that changed alone', kept(critical), found({ [checkId]: { output: 'another' } }), []],
		['but the first one', kept(critical), found({ [checkId]: {} }), ['report critical, was critical']],
		['nothing of a check that is not there', kept(critical), found({}), []],
		['maintenance', kept(undefined, 'reconsul: a'), found({}), ['reconsul: a']],
		['its end', kept(), ordered('reconsul: a'), ['resume']],
		['not the end of what people ordered', kept(), ordered('disk is full'), []],
		['nor of what they ordered without a reason', kept(), ordered(''), []],
		['nothing where people ordered it already', kept(undefined, 'reconsul: a'), ordered('disk is full'), []],
		[
			'nothing where it is there for another reason of ours',
			kept(undefined, 'reconsul: b'),
			ordered('reconsul: a'),
			[],
		],
		['not of another service', kept(), found({ '_service_maintenance:u1:web:81': { notes: 'reconsul: a' } }), []],
		[
			'both',
			kept(passing, 'reconsul: a'),
			found({ [checkId]: { status: 'critical', output: 'x' } }),
			['report passing, was critical', 'reconsul: a'],
		],
	];
	for (const [sentence, it, states, due] of rows) test(sentence, () => assert.deepEqual(brief(it, states), due));

	test('has been said once it is done', () => {
		for (const [, it, states] of rows) {
			const after = upkeepOf(it, states).reduce((before, due) => afterUpkeep(before, id, due), states);
			assert.deepEqual(upkeepOf(it, after), []);
		}
	});

	test('may be due of reports that are not known, and of maintenance only', () => {
		const all = [kept(), kept(passing), kept(undefined, 'reconsul: a')];
		assert.deepEqual(
			all.map((it) => mayBeDue(it, new Map())),
			[false, true, true],
		);
		const known = found({ [checkId]: { status: 'passing', output: 'x' } });
		assert.deepEqual([mayBeDue(kept(passing), known), mayBeDue(kept(), ordered('reconsul: a'))], [false, true]);
	});

	test('a service that is written again is in maintenance as before, and its other checks stand in any way', () => {
		const before = found({ [checkId]: { status: 'passing', output: 'x' } });
		const mark = ordered('reconsul: a');
		assert.deepEqual(afterRewrite(new Map([...before, ...mark]), id), mark);
		assert.deepEqual(afterRewrite(undefined, id), new Map());
	});
});
