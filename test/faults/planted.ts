import type Dockerode from 'dockerode';
import type { Overheard } from '../support/overheard.ts';

/** In everything that is planted and nowhere else. */
const mark = 'zq7Xk';

/** Consul without ACLs takes any token; what matters is that we have one. */
export const token = `${mark}-token`;

export const daemonEnvironment = { CONSUL_HTTP_TOKEN: token };

/** Whoever has always written a user's name and password there goes on doing so; we say that it has no effect. */
export const registryAt = (port: number): string => `consul://app:${mark}-uri@127.0.0.1:${port}`;

const labels = {
	SERVICE_DB_PASSWORD: `${mark}-label`,
	SERVICE_DB_URL: `postgres://app:${mark}-url@db/app`,
	'com.example.secret': `${mark}-other-label`,
};
const environment = [
	`DB_PASSWORD=${mark}-environment`,
	`DATABASE_URL=mysql://root:${mark}-environment@db`,
	`SERVICE_6379_API_KEY=${mark}-key`,
];

/** For Docker's API. */
export const container: Dockerode.ContainerCreateOptions = { Labels: labels, Env: environment };

/** For its client. */
export const containerArgs: readonly string[] = [
	...Object.entries(labels).flatMap(([key, value]) => ['--label', `${key}=${value}`]),
	...environment.flatMap((variable) => ['--env', variable]),
];

/** Of what was planted; and of having heard nothing at all, from which nothing would follow. */
export function leaksIn(heard: Overheard): readonly string[] {
	const leaks = heard.leaks([mark]);
	const isShownMasked = heard.texts.some((text) => text.includes('"db_password":"***"'));
	return isShownMasked ? leaks : [...leaks, 'no page shows a service whose password is masked'];
}
