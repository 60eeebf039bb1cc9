import type { Check } from '../model.ts';
import { maskValue } from '../server/mask.ts';

/** What a check asks, in a line: `http GET http://10.0.0.1:80/health every 10s`. */
export function askedBy(check: Check): string {
	const { interval, timeout } = check;
	const timing = [...(interval === undefined ? [] : [`every ${interval}`]), ...(timeout ? [`within ${timeout}`] : [])];
	return maskValue([probeOf(check), ...timing].join(' '));
}

function probeOf({ http, method, tcp, udp, grpc, h2ping, args, ttl, aliasService }: Check): string {
	if (http !== undefined) return `http ${method ?? 'GET'} ${http}`;
	if (tcp !== undefined) return `tcp ${tcp}`;
	if (udp !== undefined) return `udp ${udp}`;
	if (grpc !== undefined) return `grpc ${grpc}`;
	if (h2ping !== undefined) return `h2ping ${h2ping}`;
	if (args !== undefined) return `args ${args.join(' ')}`;
	return aliasService === undefined ? `ttl ${ttl}` : `the health of ${aliasService}`;
}
