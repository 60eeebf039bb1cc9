import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { daemonConfig } from '../../../src/config/config.ts';
import { parseFlags } from '../../../src/config/flags.ts';
import { tagsTemplate } from '../../../src/derive/tags.ts';
import type { Registration } from '../../../src/model.ts';
import { readService } from '../../../src/registry/consul/shapes.ts';
import { containerOf } from '../../../src/source/inspect.ts';
import { type RecordedCase, type RecordedService, recordedCases, refOf, titleOf } from '../../support/recorded.ts';
import { planned } from './planned.ts';

type Recorded = RecordedCase & {
	readonly recorded: { readonly services: readonly RecordedService[] };
	readonly differs: string | null;
};

const registrationOf = (body: RecordedService): Registration => {
	const read = readService(body);
	assert.ok(read.ok);
	return read.value;
};

/** The plan of a switch at the moment when registrator had registered everything. */
async function planOf(recorded: Recorded) {
	const { flags, docker } = recorded;
	const config = daemonConfig(
		'consul://localhost',
		parseFlags(flags).given,
		{},
		{ version: '', isTerminal: false, exists: () => true },
	);
	const refs = new Set(recorded.containers.map(refOf));
	const inspects = Object.entries(docker.inspect)
		.filter(([ref]) => refs.has(ref))
		.map(([, inspect]) => containerOf(inspect));
	return planned({
		containers: inspects.filter(({ running }) => running),
		stopped: inspects.filter(({ running }) => !running),
		entries: recorded.recorded.services.map(registrationOf),
		settings: { deregister: config.settings.deregister },
		derive: { ...config.settings.derive, tagsFor: tagsTemplate(config.tags) },
		ownership: config.settings.ownership,
		host: { resolve: async () => ['192.0.2.2'] },
	});
}

/** Differences that labels make, so that a warning can name them. */
const labelled: ReadonlySet<string> = new Set(['D1', 'D2', 'D3', 'D4', 'D5', 'D7', 'D12', 'D15']);
/** What only an agent knows, and what a flag says. */
const untold: Readonly<Record<string, string>> = {
	'checks/check-script-disabled': 'D12',
	'tags/tags-flag-escaped': 'D3',
};

suite('the switch of a host as it was recorded', () => {
	for (const recorded of recordedCases() as readonly Recorded[]) {
		const title = titleOf(recorded);
		const codes = new Set(recorded.differs?.match(/\bD\d+(?=:)/g) ?? []);
		test(`${title}${codes.size === 0 ? ' is an adoption' : `: ${[...codes].join(', ')}`}`, async () => {
			const { entries, warnings, counts, isInSync } = await planOf(recorded);
			const warned = new Set(warnings.flatMap(({ container, code = '' }) => (container === undefined ? [] : [code])));
			const expected = [...codes].filter((code) => labelled.has(code) && untold[title] !== code);
			assert.deepEqual(
				expected.filter((code) => !warned.has(code as never)),
				[],
			);
			// The script is there, and works from now on, as soon as the agent allows it.
			const isTold = (code: string): boolean => codes.has(code) || (title in untold && code === 'D4');
			assert.deepEqual(
				[...warned].filter((code) => !isTold(code)),
				[],
			);
			if (recorded.differs !== null) return;
			const ids = new Set(recorded.recorded.services.map(({ ID }) => ID));
			assert.ok(isInSync);
			const wanted = entries.filter(({ action }) => action !== 'stale');
			assert.ok(wanted.every(({ action, id }) => action === 'adopt' && ids.has(id)));
			assert.equal(counts.adopt + counts.stale, entries.length);
		});
	}
});
