import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { changeOf, eventFilters } from '../../../src/source/event.ts';

const id = 'beef'.padEnd(64, '0');
const now = (): number => 42;

const event = (given: object): string =>
	JSON.stringify({
		Type: 'container',
		Action: 'start',
		Actor: { ID: id, Attributes: { name: 'web' } },
		time: 7,
		...given,
	});

const changed = (given: object): object => ({ kind: 'changed', key: id, action: 'start', at: 7_000, ...given });

const rows: readonly (readonly [sentence: string, line: string, change: object | undefined])[] = [
	['a container that started', event({}), changed({})],
	[
		'the outcome of a health check is behind a colon',
		event({ Action: 'health_status: healthy' }),
		changed({ action: 'health_status', health: 'healthy' }),
	],
	[
		'a kill says which signal',
		event({ Action: 'kill', Actor: { ID: id, Attributes: { signal: '15' } } }),
		changed({ action: 'kill', signal: '15' }),
	],
	['or does not', event({ Action: 'kill' }), changed({ action: 'kill' })],
	['Podman writes health_status alone', event({ Action: 'health_status' }), changed({ action: 'health_status' })],
	['an exec is of no interest', event({ Action: 'exec_start: sh -c true' }), undefined],
	['nor is an attach', event({ Action: 'attach' }), undefined],
	['nor an image', event({ Type: 'image', Action: 'pull', Actor: { ID: 'redis:7' } }), undefined],
	['nor a type from the prototype', event({ Type: 'constructor', Action: 'name' }), undefined],
	[
		"a network's event is its container's",
		event({ Type: 'network', Action: 'connect', Actor: { ID: 'n', Attributes: { container: id } } }),
		changed({ action: 'connect' }),
	],
	[
		'a network that is connected without a container is passed over',
		event({ Type: 'network', Action: 'disconnect', Actor: { ID: 'n', Attributes: {} } }),
		undefined,
	],
	['attributes may be missing', event({ Type: 'network', Action: 'connect', Actor: { ID: 'n' } }), undefined],
	["a network's own end is passed over", event({ Type: 'network', Action: 'destroy', Actor: { ID: 'n' } }), undefined],
	['without any time it is our own', event({ time: undefined }), changed({ at: 42 })],
	['a time that is no number counts as none', event({ time: 'noon', timeNano: 'x' }), changed({ at: 42 })],
];

describe('a line of the event stream', () => {
	for (const [sentence, line, change] of rows)
		test(sentence, () => {
			assert.deepEqual(changeOf(line, now), change);
		});

	test('the time is right to the microsecond', () => {
		const line = event({}).replace('"time":7', '"time":1795537406,"timeNano":1795537406566878701');
		assert.equal(changeOf(line, now)?.at.toFixed(3), '1795537406566.879');
	});

	test('a label called timeNano is not the time', () => {
		const actor = { ID: id, Attributes: { timeNano: '5' } };
		assert.equal(changeOf(event({ Actor: actor }), now)?.at, 7_000);
	});

	const refused: readonly (readonly [what: string, line: string])[] = [
		['a page', '<html>secret</html>'],
		['half an event', event({}).slice(0, -1)],
		['null', 'null'],
		['a text', '"secret"'],
		['no type', event({ Type: undefined })],
		['no action', event({ Action: 1 })],
		['no actor', event({ Actor: null })],
		['an id that is none', event({ Actor: { ID: 'secret' } })],
		['no id', event({ Actor: {} })],
		[
			"a network's container that is no id",
			event({ Type: 'network', Action: 'connect', Actor: { Attributes: { container: 'x' } } }),
		],
	];
	for (const [what, line] of refused)
		test(`${what} is no event, and the error quotes nothing`, () => {
			assert.throws(
				() => changeOf(line, now),
				(error: Error) => !error.message.includes('secret') && error.message !== '',
			);
		});

	test('what is asked for is what is read', () => {
		assert.deepEqual(eventFilters.type, ['container', 'network']);
		for (const action of eventFilters.event) {
			const type = action.endsWith('connect') ? 'network' : 'container';
			const actor = { ID: id, Attributes: { container: id } };
			assert.equal(changeOf(event({ Type: type, Action: action, Actor: actor }), now)?.action, action);
		}
	});
});
