import type { Container, ContainerId, PortBinding } from '../../../src/model.ts';
import { containerId } from '../plan/samples.ts';

/** Port 80 published as 49153 on the default bridge. */
const base: Container = {
	id: containerId('a'),
	name: 'web',
	image: 'web',
	imageId: `sha256:${'0'.repeat(64)}`,
	createdAt: '2026-08-01T09:00:00Z',
	startedAt: '2026-08-01T09:00:00Z',
	running: true,
	exitCode: 0,
	oomKilled: false,
	env: [],
	labels: {},
	networkMode: 'default',
	exposed: ['80/tcp'],
	ports: published(80, 49_153),
	networks: { bridge: { ipv4: '172.17.0.2', ipv6: '' } },
	inspect: {},
};

export const container = (change: Partial<Container>): Container => ({ ...base, ...change });

/** `Container.ports` with one port of the container published on every address of the host. */
export function published(port: number, hostPort: number): Readonly<Record<string, readonly PortBinding[]>> {
	return { [`${port}/tcp`]: [{ hostIp: '0.0.0.0', hostPort }] };
}

/** The nth of many: `web-3`, with an id of its own and 80 published as 40003. */
export const numbered = (
	n: number,
	change: Partial<Container> = {},
): Partial<Container> & { readonly id: ContainerId } => ({
	...container({ name: `web-${n}`, ports: published(80, 40_000 + n) }),
	...change,
	id: containerId(`${n}`.padStart(4, '0').concat('f')),
});
