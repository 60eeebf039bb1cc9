import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ownContainerId } from '../../../src/source/self.ts';

const own = 'a1'.repeat(32);
const other = 'b2'.repeat(32);
const device = '254:0';

const mounts = (folder: string, files: readonly string[] = ['resolv.conf', 'hostname', 'hosts']): string =>
	[
		`122 95 0:41 / / rw,relatime master:2 - overlay overlay rw,lowerdir=/var/lib/docker/overlay2/l/X,upperdir=/var/lib/docker/overlay2/${other}/diff`,
		'123 122 0:44 / /proc rw,nosuid - proc proc rw',
		...files.map((file, n) => `${139 + n} 122 ${device} ${folder}/${file} /etc/${file} rw,relatime - ext4 /dev/vda rw`),
	].join('\n');

/** As in a container of Docker. */
const inDocker = mounts(`/var/lib/docker/containers/${own}`);
/** With a cgroup namespace of one's own nothing is seen of the outside. */
const ownNamespace = '0::/\n';

const rows: readonly (readonly [sentence: string, files: Files, id: string | undefined])[] = [
	['Docker with cgroup v2', { mountinfo: inDocker, cgroup: ownNamespace }, own],
	['Docker with its data elsewhere', { mountinfo: mounts(`/srv/data/containers/${own}`), cgroup: ownNamespace }, own],
	['Docker with its data on a file system of its own', { mountinfo: mounts(`/containers/${own}`) }, own],
	['Docker with cgroup v1', { cgroup: `4:memory:/docker/${own}\n1:name=systemd:/docker/${own}\n` }, own],
	["Docker with systemd's cgroups", { cgroup: `0::/system.slice/docker-${own}.scope\n` }, own],
	['Docker in Docker', { cgroup: `4:memory:/docker/${other}/docker/${own}\n` }, own],
	[
		'Docker in Docker below a parent of its own',
		{ cgroup: `4:memory:/docker/${other}/custom/${own}\n`, mountinfo: inDocker },
		own,
	],
	[
		"another container's network: the cgroup knows better",
		{ cgroup: `4:memory:/docker/${own}\n`, mountinfo: mounts(`/var/lib/docker/containers/${other}`) },
		own,
	],
	['one file is enough, the others may be mounted over', { mountinfo: mounts(`/d/containers/${own}`, ['hosts']) }, own],
	['Podman as root', { mountinfo: mounts(`/containers/storage/overlay-containers/${own}/userdata`) }, own],
	[
		'Podman without root',
		{ mountinfo: mounts(`/containers/overlay-containers/${own}/userdata`), cgroup: ownNamespace },
		own,
	],
	['Podman with cgroup v1', { cgroup: `4:memory:/machine.slice/libpod-${own}.scope\n` }, own],
	['Podman with cgroups split', { cgroup: `0::/machine.slice/libpod-${own}.scope/container\n` }, own],
	['containerd', { cgroup: `4:memory:/default/${own}\n` }, undefined],
	[
		'Kubernetes on containerd',
		{ cgroup: `0::/kubepods.slice/cri-containerd-${own}.scope\n`, mountinfo: pod('/var/lib') },
		undefined,
	],
	[
		'Kubernetes on Docker',
		{ cgroup: `4:memory:/kubepods/burstable/pod7/${own}\n`, mountinfo: pod('/var/lib') },
		undefined,
	],
	['Kubernetes with its data elsewhere', { cgroup: ownNamespace, mountinfo: pod('/data') }, undefined],
	[
		'a host',
		{ mountinfo: '22 1 8:1 / / rw - ext4 /dev/sda1 rw\n', cgroup: '0::/user.slice/session-1.scope\n' },
		undefined,
	],
	['a host that runs Docker', { mountinfo: dockerHost(), cgroup: '0::/system.slice/docker.service\n' }, undefined],
	["a container of another kind that sees the host's files", { mountinfo: mounts('/etc') }, undefined],
	['a short id is none', { mountinfo: mounts(`/var/lib/docker/containers/${own.slice(0, 12)}`) }, undefined],
	['no /proc', {}, undefined],
];

interface Files {
	readonly mountinfo?: string;
	readonly cgroup?: string;
}

/** The kubelet writes /etc/hosts; the host name is the pause container's. */
function pod(data: string): string {
	return [
		mounts(`${data}/docker/containers/${other}`, ['resolv.conf', 'hostname']),
		`150 122 ${device} ${data}/kubelet/pods/0a-1b/etc-hosts /etc/hosts rw - ext4 /dev/vda rw`,
	].join('\n');
}

function dockerHost(): string {
	return [
		`300 22 ${device} / /var/lib/docker/overlay2/${other}/merged rw - overlay overlay rw`,
		`301 22 ${device} /var/lib/docker/containers/${other}/mounts/shm /var/lib/docker/containers/${other}/mounts/shm rw - tmpfs shm rw`,
		`302 22 ${device} /var/lib/docker/containers/${other}/hosts /backup/etc/hosts rw - ext4 /dev/vda rw`,
	].join('\n');
}

describe('which container we run in', () => {
	for (const [sentence, files, id] of rows)
		test(`${sentence}: ${id === undefined ? 'none that an engine could be asked about' : 'its own id'}`, async () => {
			const known = new Map([
				['/proc/self/mountinfo', files.mountinfo],
				['/proc/self/cgroup', files.cgroup],
			]);
			const read = async (path: string): Promise<string> => {
				const text = known.get(path);
				if (text === undefined) throw new Error(`ENOENT: ${path}`);
				return text;
			};
			assert.equal(await ownContainerId(read), id);
		});
});
