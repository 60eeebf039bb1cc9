import { isIP, isIPv4, isIPv6 } from 'node:net';
import { parseDuration } from '../../duration.ts';
import type { TaggedAddress } from '../../model.ts';
import { isYes } from '../metadata.ts';
import { parseTags } from '../tags.ts';
import { splitCommand } from './command.ts';

/** A kind of values: how a text is read, and how documents and warnings call what is expected. */
export interface Kind<T> {
	/** For the table of labels. */
	readonly form: string;
	/** Ends the sentence "the value is not …". */
	readonly rule: string;
	/** `undefined` for a text that is no such value. */
	readonly parse: (text: string) => T | undefined;
}

const kind = <T>(form: string, rule: string, parse: (text: string) => T | undefined): Kind<T> => ({
	form,
	rule,
	parse,
});

const yes: ReadonlySet<string> = new Set(['true', '1', 'yes', 'on']);
const no: ReadonlySet<string> = new Set(['', 'false', '0', 'no', 'off']);

function parseSwitch(text: string): boolean | undefined {
	const word = text.toLowerCase();
	return yes.has(word) ? true : no.has(word) ? false : undefined;
}

/** A switch that takes a value as well. */
const switchOr =
	<T>(parse: (text: string) => T | undefined) =>
	(text: string): T | boolean | undefined =>
		parseSwitch(text) ?? parse(text);

const isPrintable = (text: string): boolean => !/\p{C}/u.test(text);

const integer = (least: number, most: number) => (text: string) => {
	const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
	return value >= least && value <= most ? value : undefined;
};

const matching = (pattern: RegExp) => (text: string) => (pattern.test(text) ? text : undefined);

const printable = (most: number) => (text: string) =>
	text.trim() !== '' && text.length <= most && isPrintable(text) ? text.trim() : undefined;

/** Only the path is the container's to say, so nothing in it may be taken for a host, a further request or a bad escape. */
function parsePath(text: string): string | undefined {
	const isPath = text.startsWith('/') && text.length <= 2_048 && !/[\p{C}\p{Z}\\]|%(?![0-9a-f]{2})/iu.test(text);
	return isPath ? text : undefined;
}

const hostName =
	/^(?=.{1,253}$)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.?$/i;
/** `::`, also as `0:0::0`, and IPv4 in IPv6's clothes, which Consul takes for neither. */
const isOddIPv6 = (text: string): boolean => /^[0:]+$/.test(text) || text.includes('%') || text.includes('.');

function parseAddress(text: string): string | undefined {
	const bare = /^\[(.*)\]$/.exec(text)?.[1] ?? text;
	if (isIPv4(bare)) return bare === '0.0.0.0' || bare !== text ? undefined : bare;
	if (isIPv6(bare)) return isOddIPv6(bare) ? undefined : bare;
	return bare === text && hostName.test(text) ? text : undefined;
}

/** `port` is absent where the service's own is meant. */
export type TaggedAddressLabel = Pick<TaggedAddress, 'address'> & Partial<Pick<TaggedAddress, 'port'>>;

const tagged =
	(family?: 4 | 6) =>
	(text: string): TaggedAddressLabel | undefined => {
		const [, host = text, portText] = /^(\[[^\]]*\]|[^:]*):(\d{1,5})$/.exec(text) ?? [];
		const address = parseAddress(host);
		if (address === undefined || (family !== undefined && isIP(address) !== family)) return undefined;
		if (portText === undefined) return { address };
		const port = integer(1, 65_535)(portText);
		return port === undefined ? undefined : { address, port };
	};

function parseNames(text: string): readonly string[] | undefined {
	const names = text.split(',').map((name) => name.trim());
	const isGood = names.every((name) => printable(128)(name) !== undefined);
	return text.trim() === '' ? [] : isGood ? [...new Set(names)] : undefined;
}

/** A port that the image may know nothing of; `8125` is `8125/tcp`. */
function parsePortKey(text: string): string | undefined {
	const [, port, protocol = 'tcp'] = /^([1-9]\d{0,4})(?:\/(tcp|udp|sctp))?$/.exec(text) ?? [];
	return port !== undefined && Number(port) <= 65_535 ? `${port}/${protocol}` : undefined;
}

/** One of a few words. */
const choice = <const T extends string>(...words: readonly T[]): Kind<T> =>
	kind(words.map((word) => `\`${word}\``).join(' or '), words.join(' or '), (text) =>
		words.find((word) => word === text.trim().toLowerCase()),
	);

const portForm = '`true` or a port';
const portRule = "true, or a port of the container; the host is always the service's own";

export const kinds = {
	/** As in registrator's language: what does not say no says yes. */
	anyYes: kind('yes or no', 'yes or no', isYes),
	/** What registrator takes as it comes. */
	any: kind('text', 'a text', (text) => text),
	yesNo: kind('yes or no', 'yes or no', parseSwitch),
	name: kind('name', 'a name, without control characters and up to 128 long', printable(128)),
	names: kind('names', 'names separated by commas', parseNames),
	tags: kind('tags', 'tags separated by commas', parseTags),
	text: kind('text', 'a text without control characters, up to 512 long', printable(512)),
	address: kind('address', 'an IP address or a host name', parseAddress),
	taggedAddress: kind('address, or address:port', 'an address, or address:port', tagged()),
	taggedIPv4: kind('IPv4 address, or address:port', 'an IPv4 address, or address:port', tagged(4)),
	taggedIPv6: kind('IPv6 address, or [address]:port', 'an IPv6 address, or [address]:port', tagged(6)),
	portKey: kind('port', 'a port: 8080, or 8125/udp', parsePortKey),
	passingWeight: kind('1 to 65535', 'a number from 1 to 65535', integer(1, 65_535)),
	warningWeight: kind('0 to 65535', 'a number from 0 to 65535', integer(0, 65_535)),
	count: kind('number', 'a whole number', integer(0, 2 ** 31 - 1)),
	size: kind('bytes', 'a number of bytes', integer(1, 2 ** 31 - 1)),
	duration: kind('duration', 'a duration such as 15s', (text) => ((parseDuration(text) ?? 0) > 0 ? text : undefined)),
	status: kind(
		'`passing`, `warning` or `critical`',
		'passing, warning, critical',
		matching(/^(?:passing|warning|critical)$/),
	),
	path: kind('path', "a path such as /health; the host is always the service's own", switchOr(parsePath)),
	port: kind(portForm, portRule, switchOr(integer(1, 65_535))),
	grpcService: kind(
		'`true` or a service',
		"true, or the name of a gRPC service; the host is always the service's own",
		switchOr(matching(/^[\w.-]{1,256}$/)),
	),
	command: kind('command', 'a command: words as in a shell, or a JSON list of texts', (text) => {
		const words = splitCommand(text);
		return words?.length === 0 ? undefined : words;
	}),
	ownContainer: kind('`true`', 'true, or the id of the container itself', switchOr(matching(/^[0-9a-f]{12,64}$/))),
	method: kind('method', 'a method of HTTP', matching(/^[A-Z]{1,32}$/i)),
	headerValue: kind('text', 'a value of an HTTP header, which has no line breaks', matching(/^[^\p{Cc}]{0,4096}$/u)),
	serverName: kind('host name', 'a host name', matching(hostName)),
	readiness: choice('running', 'healthy'),
	drain: choice('off', 'maintenance', 'deregister'),
	pause: choice('off', 'maintenance'),
	serviceId: kind('service id', "a service's id", printable(512)),
} as const;
