import type { RecordedContainer, RecordedService } from '../support/recorded.ts';
import type { Scenario } from './live/play.ts';

/** The containers of written cases, and what is registered for them where nothing else is said. */

export const run = (name: string, image: string, ...args: readonly string[]): RecordedContainer => ({
	name,
	image,
	args,
});
export const redis = (...args: readonly string[]): RecordedContainer =>
	run('redis.0', 'progrium/redis', '-p', '10000:6379', ...args);
export const web = (...args: readonly string[]): RecordedContainer =>
	run('web.0', 'acme/my_app.web-ui', '-p', '8000:80', ...args);
export const env = (...pairs: readonly string[]): readonly string[] => pairs.flatMap((pair) => ['-e', pair]);

export const service = (given: Partial<RecordedService>): RecordedService => ({
	ID: 'u1:redis.0:6379',
	Service: 'redis',
	Address: '192.168.1.102',
	Port: 10000,
	Tags: [],
	Meta: {},
	EnableTagOverride: false,
	...given,
});
export const webService = (given: Partial<RecordedService>): RecordedService =>
	service({ ID: 'u1:web.0:80', Service: 'my_app.web-ui', Port: 8000, ...given });

export const webWithCheck = (
	variables: Readonly<Record<string, string>>,
	check: Readonly<Record<string, unknown>> | null,
): Pick<Scenario, 'containers' | 'expect' | 'expectChecks'> => ({
	containers: [web(...env(...Object.entries(variables).map(([key, value]) => `SERVICE_${key}=${value}`)))],
	expect: [
		webService({
			Meta: Object.fromEntries(Object.entries(variables).map(([key, value]) => [key.toLowerCase(), value])),
		}),
	],
	expectChecks: { 'u1:web.0:80': check },
});
