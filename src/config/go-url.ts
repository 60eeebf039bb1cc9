/**
 * What Go's url.Parse makes of a registry URI; the predecessor's two complaints about them depend on where it gives up.
 * Node's URL differs in most of it: it takes `127.0.0.1:8500` for a scheme and decodes, normalises and drops at will.
 */
export interface GoUrl {
	/** In lower case; empty where there is none. */
	readonly scheme: string;
	/** Before the last `@`; may hold a password. */
	readonly userinfo: string | undefined;
	/** With its port, and with brackets around IPv6. */
	readonly host: string;
	readonly path: string;
	readonly query: string;
}

/** @returns `undefined` where Go returns an error */
export function parseGoUrl(text: string): GoUrl | undefined {
	const [whole = '', fragment = ''] = cut(text, '#');
	if (/\p{Cc}/u.test(whole) || whole.startsWith(':')) return undefined;
	const [, scheme = '', rest = ''] = /^(?:([A-Za-z][A-Za-z0-9+.-]*):)?(.*)$/s.exec(whole) ?? [];
	const [hierarchy = '', query = ''] = cut(rest, '?');
	const found = { scheme: scheme.toLowerCase(), userinfo: undefined, host: '', query };
	if (!isEscaped(fragment)) return undefined;
	if (!hierarchy.startsWith('/')) {
		if (scheme !== '') return { ...found, path: hierarchy };
		if (hierarchy.split('/', 1)[0]?.includes(':')) return undefined;
	}
	const isAuthority = hierarchy.startsWith('//') && (scheme !== '' || !hierarchy.startsWith('///'));
	if (!isAuthority) return isEscaped(hierarchy) ? { ...found, path: hierarchy } : undefined;
	const slash = `${hierarchy}/`.indexOf('/', 2);
	const authority = hierarchy.slice(2, slash);
	const path = hierarchy.slice(slash);
	const at = authority.lastIndexOf('@');
	const userinfo = at === -1 ? undefined : authority.slice(0, at);
	const host = authority.slice(at + 1);
	if (!isEscaped(path) || !isUserinfo(userinfo) || !isHost(host)) return undefined;
	return { ...found, userinfo, host, path };
}

const cut = (text: string, at: string): readonly [string, string] => {
	const index = text.indexOf(at);
	return index === -1 ? [text, ''] : [text.slice(0, index), text.slice(index + 1)];
};

/** Every `%` is followed by two hexadecimal digits. */
const isEscaped = (text: string): boolean => !/%(?![0-9A-Fa-f]{2})/.test(text);

const isUserinfo = (text = ''): boolean => /^[A-Za-z0-9\-._:~!$&'()*+,;=%@]*$/.test(text) && isEscaped(text);

const isHost = (text: string): boolean => {
	const [, name, zone] = /^(\[[^\]%]*(%25[^\]]*)?\](?::\d*)?|[^:[]*|[^[]*:\d*)$/s.exec(text) ?? [];
	if (name === undefined) return false;
	// In a host only the zone of an address and bytes beyond ASCII may be escaped.
	const unescaped = zone === undefined ? name : name.replace(zone, '');
	return isEscaped(name) && !/%(?!25|[89A-Fa-f])/.test(unescaped) && !/[\s\\^`{|}/]/.test(unescaped);
};
