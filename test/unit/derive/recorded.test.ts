import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { daemonConfig } from '../../../src/config/config.ts';
import { parseFlags } from '../../../src/config/flags.ts';
import { isBasedOn } from '../../../src/derive/address.ts';
import { type DeriveSettings, derive } from '../../../src/derive/derive.ts';
import { tagsTemplate } from '../../../src/derive/tags.ts';
import type { Container, Registration, ServiceInstance } from '../../../src/model.ts';
import { leftoverOf, type Ownership, stampFor } from '../../../src/plan/ownership.ts';
import { registerBody } from '../../../src/registry/consul/body.ts';
import { readService } from '../../../src/registry/consul/shapes.ts';
import { containerOf } from '../../../src/source/inspect.ts';
import { checkFaults, serviceFaults } from '../../conformance/comparison.ts';
import {
	type Facts,
	type Preregistered,
	type RecordedCase,
	type RecordedService,
	recordedCases,
	recordedFacts,
	refOf,
	resolved,
	titleOf,
} from '../../support/recorded.ts';
import { newLife } from './derivations.ts';

interface Settings {
	readonly derive: DeriveSettings;
	readonly ownership: Ownership;
}

function settingsOf({ flags }: RecordedCase): Settings {
	const host = { version: '', isTerminal: false, exists: () => true };
	const { settings, tags } = daemonConfig('consul://localhost', parseFlags(flags).given, {}, host);
	return {
		derive: { ...settings.derive, hostname: 'u1', selfId: undefined, tagsFor: tagsTemplate(tags), nameFor: undefined },
		ownership: { ...settings.ownership, owner: 'u1', hostname: 'u1', engine: 'none' },
	};
}

/** The containers that were there when the predecessor first looked. */
function containersOf(recorded: RecordedCase): readonly Container[] {
	const refs = new Set(recorded.containers.map(refOf));
	return Object.entries(recorded.docker.inspect)
		.filter(([ref]) => refs.has(ref))
		.map(([, inspect]) => containerOf(inspect));
}

function derived(recorded: RecordedCase, settings: DeriveSettings, { hostAddress }: Facts): readonly ServiceInstance[] {
	const containers = containersOf(recorded);
	return containers.flatMap((container) => {
		const baseId = isBasedOn(container);
		const base = baseId === undefined ? undefined : (containers.find(({ id }) => id === baseId) ?? 'gone');
		const now = Date.parse(container.startedAt) + 60_000;
		return derive(container, settings, { hostAddress, base, now, life: newLife }).services;
	});
}

/** As the agent shows what it was given. */
const shown = ({ Name, ...body }: Preregistered): RecordedService => ({
	Address: '',
	Port: 0,
	Tags: [],
	Meta: {},
	EnableTagOverride: false,
	...body,
	Service: Name,
});

function registrationOf(body: Preregistered): Registration {
	const registration = readService(shown(body));
	assert.ok(registration.ok);
	return registration.value;
}

suite('what was recorded from the predecessor is what is derived', () => {
	for (const recorded of recordedCases())
		test(titleOf(recorded), () => {
			const facts = recordedFacts(recorded);
			const settings = settingsOf(recorded);
			const services = derived(recorded, settings.derive, facts);
			const bodies = services.map((service) => registerBody(service, stampFor(service, '', settings.ownership)));
			// What was there before and is neither wanted nor a leftover to clean up stays as it is.
			const ids = new Set(services.map(({ id }) => id));
			const staying = (recorded.preregistered ?? []).filter(
				(body) => !ids.has(body.ID) && leftoverOf(registrationOf(body), settings.ownership) === undefined,
			);
			const wanted = resolved(recorded.expect, facts);
			assert.deepEqual(serviceFaults(wanted, [...bodies, ...staying].map(shown), recorded.compareMeta), []);
			// An agent that forbids scripts gets the service without the check.
			const takes = (args: readonly string[] | undefined): boolean => recorded.agent.scriptChecks || args === undefined;
			const sent = bodies.map(({ ID, Checks }) => [ID, Checks.filter(({ Args }) => takes(Args))] as const);
			assert.deepEqual(checkFaults(resolved(recorded.expectChecks, facts), new Map(sent)), []);
		});
});
