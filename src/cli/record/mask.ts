import type { Registration } from '../../model.ts';
import type { RecordedRegistry } from '../../registry/recorded.ts';
import { maskPairs, maskTag, maskValue } from '../../server/mask.ts';
import type { RecordedContainer, RecordedSource } from '../../source/recorded.ts';

/** Takes the secrets out of a recording. What a decision depends on stays, as far as it is none. */

type Json = Readonly<Record<string, unknown>>;

const hidden = '***';

/** What of `docker inspect` may go into a recording; of what is not named here nothing is known to be no secret. */
const keptFields: Readonly<Record<string, readonly string[]>> = {
	'': ['Id', 'Name', 'Created', 'Image', 'Platform', 'Driver', 'RestartCount'],
	State: ['Status', 'Running', 'Paused', 'Restarting', 'OOMKilled', 'Dead', 'ExitCode', 'StartedAt', 'FinishedAt'],
	Config: ['Hostname', 'Domainname', 'Image', 'ExposedPorts', 'StopSignal', 'StopTimeout'],
	HostConfig: ['NetworkMode', 'PortBindings', 'PublishAllPorts', 'RestartPolicy', 'AutoRemove'],
	NetworkSettings: ['Ports', 'IPAddress', 'GlobalIPv6Address', 'Gateway'],
};
const keptOfNetworks = ['NetworkID', 'IPAddress', 'IPPrefixLen', 'GlobalIPv6Address', 'Gateway', 'Aliases'];

export const maskSource = ({ info, list, asked, changes }: RecordedSource): RecordedSource =>
	masked({
		info,
		list: 'value' in list ? { value: { ...list.value, containers: list.value.containers.map(maskContainer) } } : list,
		asked: asked.map(({ what, answer }) => ({
			what,
			answer: 'value' in answer && answer.value !== null ? { value: maskContainer(answer.value) } : answer,
		})),
		changes,
	});

export const maskRegistry = ({ list, checks, asked, askedChecks, ...rest }: RecordedRegistry): RecordedRegistry =>
	masked({
		...rest,
		list:
			'value' in list
				? { value: { ...list.value, registrations: list.value.registrations.map(maskRegistration) } }
				: list,
		checks: maskChecks(checks),
		asked: asked.map(({ id, answer }) => ({
			id,
			answer: 'value' in answer && answer.value !== null ? { value: maskRegistration(answer.value) } : answer,
		})),
		askedChecks: askedChecks.map(({ id, answer }) => ({ id, answer: maskChecks(answer) })),
	});

/** What any text anywhere must not hold. */
export function masked<T>(value: T): T {
	if (typeof value === 'string') return maskText(value) as T;
	if (Array.isArray(value)) return value.map(masked) as T;
	if (typeof value !== 'object' || value === null) return value;
	return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, masked(inner)])) as T;
}

/** A list of tags too: what is masked in one of them is masked in the text that they come from. */
const maskText = (text: string): string => maskValue(text).split(',').map(maskTag).join(',');

const maskTexts = (pairs: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
	Object.fromEntries(Object.entries(maskPairs(pairs)).map(([key, value]) => [key, maskText(value)]));

const maskRegistration = (found: Registration): Registration => ({ ...found, meta: maskTexts(found.meta) });

/** What a check printed may be anything. */
const maskChecks = (answer: RecordedRegistry['checks']): RecordedRegistry['checks'] =>
	'value' in answer
		? {
				value: answer.value.map(({ service, checks }) => ({
					service,
					checks: checks.map((it) => ({ ...it, output: it.output === '' ? '' : hidden })),
				})),
			}
		: answer;

function maskContainer({ inspect, isFilteredOut }: RecordedContainer): RecordedContainer {
	const document = objectAt(inspect);
	const [state, config, network] = ['State', 'Config', 'NetworkSettings'].map((name) => objectAt(document[name]));
	return {
		isFilteredOut,
		inspect: {
			...kept(document, ''),
			State: { ...kept(state, 'State'), ...maskHealth(state) },
			Config: { ...kept(config, 'Config'), ...maskConfig(config) },
			HostConfig: kept(objectAt(document['HostConfig']), 'HostConfig'),
			NetworkSettings: { ...kept(network, 'NetworkSettings'), Networks: maskNetworks(network) },
		},
	};
}

const pick = (from: Json, names: readonly string[]): Json =>
	Object.fromEntries(names.filter((name) => Object.hasOwn(from, name)).map((name) => [name, from[name]]));

const kept = (from: Json = {}, section: string): Json => pick(from, keptFields[section] ?? []);

/** Only the variables that services are made of, and whether there is a health check at all. */
function maskConfig(config: Json = {}): Json {
	const env = listAt(config['Env']).map(String).map(maskVariable);
	const labels = Object.fromEntries(
		Object.entries(objectAt(config['Labels'])).map(([key, value]) => [key, String(value)]),
	);
	const [kind] = listAt(objectAt(config['Healthcheck'])['Test']);
	return {
		Env: env,
		Labels: maskTexts(labels),
		...(kind === undefined ? {} : { Healthcheck: { Test: [kind] } }),
	};
}

function maskVariable(variable: string): string {
	const [key = '', ...rest] = variable.split('=');
	if (rest.length === 0 || !/^SERVICE_/i.test(key)) return rest.length === 0 ? key : `${key}=${hidden}`;
	return `${key}=${maskTexts({ [key]: rest.join('=') })[key]}`;
}

function maskHealth(state: Json = {}): Json {
	const name = state['Health'] === undefined ? 'Healthcheck' : 'Health';
	if (state[name] === undefined) return {};
	const health = objectAt(state[name]);
	const last = objectAt(listAt(health['Log']).at(-1));
	const hasOutput = typeof last['Output'] === 'string' && last['Output'] !== '';
	return { [name]: { Status: health['Status'], Log: hasOutput ? [{ Output: hidden }] : [] } };
}

const maskNetworks = (network: Json = {}): Json =>
	Object.fromEntries(
		Object.entries(objectAt(network['Networks'])).map(([name, end]) => [name, pick(objectAt(end), keptOfNetworks)]),
	);

const objectAt = (value: unknown): Json =>
	typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};
const listAt = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
