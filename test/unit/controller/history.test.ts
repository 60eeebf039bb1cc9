import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { concerns, type Fact, History, type HistoryEntry, type Interest } from '../../../src/controller/history.ts';
import { containerId } from '../plan/samples.ts';

const run: Extract<Fact, { kind: 'run' }> = {
	kind: 'run',
	key: containerId('a'),
	container: 'web',
	triggers: [{ from: 'event', action: 'start' }],
	services: [{ id: 'u1:web:80', name: 'shop', decision: 'register', because: ['missing'], state: 'registered' }],
	omitted: [],
	writes: [{ operation: 'register', id: 'u1:web:80', because: ['missing'], afterMs: 12 }],
	ms: 5,
	result: 'ok',
};
const pass: Fact = { kind: 'pass', trigger: 'tick', ms: 5, result: 'ok' };
const began = 1_000;
const historyOf = (...facts: readonly Fact[]): History => {
	const history = new History(4, () => began);
	for (const fact of facts) history.add(fact);
	return history;
};
const sequencesAfter = (history: History, sequence: number): readonly number[] =>
	[...history.after(sequence)].map((entry) => entry.sequence);

suite('the history', () => {
	test('is empty at first', () => {
		const history = historyOf();
		assert.deepEqual([[...history.after(0)], history.last, history.forgotten], [[], began, began]);
	});

	test('has the time and an ascending number for each entry', () => {
		const [first, second] = historyOf(run, pass).after(0);
		assert.deepEqual(
			[first?.sequence, first?.at, second?.sequence, second?.kind],
			[1_001, '1970-01-01T00:00:01.000Z', 1_002, 'pass'],
		);
	});

	test('holds the newest entries and no more, whatever comes', () => {
		fc.assert(
			fc.property(fc.integer({ min: 0, max: 30 }), fc.integer({ min: 0, max: 40 }), (count, known) => {
				const history = historyOf(...Array.from({ length: count }, () => pass));
				const all = Array.from({ length: count }, (_, at) => began + 1 + at).slice(-4);
				assert.deepEqual(sequencesAfter(history, 0), all);
				const isFromThePast = began + known <= history.last;
				assert.deepEqual(
					sequencesAfter(history, began + known),
					all.filter((it) => !isFromThePast || it > began + known),
				);
			}),
		);
	});

	test('starts anew for a number of another process, which can only be later by a clock that was put back', () => {
		assert.deepEqual(sequencesAfter(historyOf(run, pass), 999_999), [1_001, 1_002]);
	});

	test('cuts texts and lists to a bearable length', () => {
		const long = 'x'.repeat(100_000);
		const many = Array.from({ length: 1_000 }, () => ({ operation: 'register', id: long, error: long }) as const);
		const services = Array.from({ length: 1_000 }, () => ({ ...run.services[0], id: long, name: long, reason: long }));
		const history = historyOf({ ...run, writes: many, services: services as typeof run.services, error: long });
		assert.ok(JSON.stringify([...history.after(0)]).length < 20_000);
	});

	test('holds less where entries are large, but always the newest', () => {
		const history = new History(100, () => began, 1_000);
		for (let count = 0; count < 50; count += 1) history.add(run);
		const size = JSON.stringify([...history.after(0)][0]).length;
		assert.equal(sequencesAfter(history, 0).length, Math.floor(1_000 / size));
		history.add({
			...run,
			services: Array.from({ length: 16 }, () => ({ ...run.services[0] })) as typeof run.services,
		});
		assert.deepEqual(sequencesAfter(history, 0), [began + 51]);
		history.add(pass);
		assert.equal(sequencesAfter(history, 0).at(-1), began + 52);
	});

	test('shows no half of a secret that lies across the end of what is looked at', () => {
		const masked = `token=${'s'.repeat(300)}`;
		for (let gap = 0; gap < 200; gap += 1) {
			const error = `${masked} ${'x'.repeat(gap)} http://user:hunter2-hunter2@consul/`;
			const [entry] = historyOf({ ...run, error }).after(0);
			assert.doesNotMatch(JSON.stringify(entry), /hunter2/, `${gap}`);
		}
	});

	test('shows no secret, even where one lies across the cut', () => {
		const error = `${'x'.repeat(190)} http://user:hunter2-hunter2@consul/`;
		const reason = 'refused: token=hunter2';
		const history = historyOf(
			{ ...run, error, services: [{ id: 'a', name: 'a', decision: 'hold', reason }] },
			{ kind: 'pass', trigger: 'tick', ms: 1, result: 'error', error: 'Authorization: Bearer hunter2-hunter2' },
			{ kind: 'connection', side: 'consul', state: 'lost', error },
		);
		const text = JSON.stringify([...history.after(0)]);
		assert.ok(!text.includes('hunter2'), text);
		assert.match(text, /refused: token=\*\*\*/);
	});

	test('tells those who listen, until they have heard enough', () => {
		const history = historyOf();
		let told = 0;
		const stop = history.onNews(() => {
			told += 1;
		});
		history.add(pass);
		stop();
		history.add(pass);
		assert.equal(told, 1);
	});
});

suite('an entry concerns', () => {
	const entry: HistoryEntry = { ...run, sequence: 1, at: '' };
	const rows: readonly [sentence: string, interest: Interest, isConcerned: boolean][] = [
		['everybody who asks for nothing in particular', {}, true],
		["its container's name", { container: 'web' }, true],
		["the beginning of its container's id", { container: 'a000' }, true],
		["no beginning that is shorter than anybody's", { container: 'a' }, false],
		['no other container', { container: 'we' }, false],
		["its service's id", { service: 'u1:web:80' }, true],
		["its service's name", { service: 'shop' }, true],
		['no service of the name of its container', { service: 'web' }, false],
		['a subject that is its container', { subject: 'web' }, true],
		['a subject that is its service', { subject: 'shop' }, true],
		['nobody of whom only half is right', { container: 'web', service: 'other' }, false],
	];
	for (const [sentence, interest, isConcerned] of rows)
		test(sentence, () => assert.equal(concerns(entry, interest), isConcerned));

	test('nobody in particular where it is about everything', () => {
		const whole: HistoryEntry = { ...pass, sequence: 1, at: '' };
		assert.deepEqual(
			[{}, { container: 'web' }].map((interest) => concerns(whole, interest)),
			[true, false],
		);
	});
});
