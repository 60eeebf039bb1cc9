import { type Derivation, type DeriveSettings, derive } from '../../../src/derive/derive.ts';
import type { Life } from '../../../src/derive/traffic.ts';
import type { Container, ServiceInstance } from '../../../src/model.ts';
import { container } from '../controller/containers.ts';
import { plainSettings } from '../controller/contexts.ts';

export const settings: DeriveSettings = { ...plainSettings.derive, hostname: 'u1', selfId: undefined };

/** Of a container that nothing is known of but what Docker says. */
export const newLife: Life = { signals: new Map(), isRegistered: false };

/** What the container with these labels wants, a minute after its start on a host at 192.0.2.10. */
export function derivedFrom(
	labels: Readonly<Record<string, string>>,
	change: Partial<Container> = {},
	given: Partial<DeriveSettings> = {},
	base?: Container,
): Derivation {
	const it = container({ ...change, labels: { ...change.labels, ...labels } });
	const around = { hostAddress: '192.0.2.10', base, now: Date.parse(it.startedAt) + 60_000, life: newLife };
	return derive(it, { ...settings, ...given }, around);
}

export const texts = ({ warnings }: Derivation): readonly string[] => warnings.map(({ text }) => text);

/** `u1:web:80 web 192.0.2.10:49153` */
export const brief = ({ services }: Pick<Derivation, 'services'>): readonly string[] =>
	services.map(({ id, name, address, port }: ServiceInstance) => `${id} ${name} ${address}:${port}`);

/** 80 and 443 published on the default bridge. */
export const twoPorts: Partial<Container> = {
	exposed: ['80/tcp', '443/tcp'],
	ports: {
		'80/tcp': [{ hostIp: '0.0.0.0', hostPort: 49_153 }],
		'443/tcp': [{ hostIp: '0.0.0.0', hostPort: 49_154 }],
	},
};
