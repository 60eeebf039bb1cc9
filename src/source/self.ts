import type { ContainerId } from '../model.ts';

/**
 * The id of the container that this process runs in, if its engine is Docker or Podman: those are whom one can ask about it.
 * With `--network container:…` and a cgroup namespace of its own, nothing in /proc tells a container from the one whose
 * network it shares; the id is then the other one's, which has the same addresses.
 *
 * @param read gives a file's text; one that cannot be read counts as empty
 */
export async function ownContainerId(read: (path: string) => Promise<string>): Promise<ContainerId | undefined> {
	const textOf = (path: string): Promise<string> => read(path).catch(() => '');
	const [cgroup, mountinfo] = await Promise.all([textOf('/proc/self/cgroup'), textOf('/proc/self/mountinfo')]);
	return idInCgroup(cgroup) ?? idInMounts(mountinfo);
}

/**
 * `4:memory:/docker/<id>` (cgroupfs) or `…/docker-<id>.scope` (systemd). Only at the end: a container in a container has the
 * outer one's id before it, and a parent of somebody's choosing in between.
 */
const ownCgroup = /(?:\/docker\/|\/docker-|\/libpod-)(?<id>[0-9a-f]{64})(?:\.scope)?(?:\/container)?$/m;

const idInCgroup = (cgroup: string): ContainerId | undefined => ownCgroup.exec(cgroup)?.groups?.['id'];

/** These an engine mounts into a container from the container's own folder, wherever it keeps that. */
const ownFiles: ReadonlySet<string> = new Set(['/etc/hostname', '/etc/hosts', '/etc/resolv.conf']);
const inOwnFolder =
	/\/(?:containers\/(?<docker>[0-9a-f]{64})|[a-z0-9]+-containers\/(?<podman>[0-9a-f]{64})\/userdata)\/[^/]+$/;
const ofKubernetes = /\/pods\/[^/]+\/etc-hosts$/;

/** The host's own table shows the mounts of all containers, but none of them at /etc/hosts. */
function idInMounts(mountinfo: string): ContainerId | undefined {
	const mounts = mountinfo.split('\n').flatMap((line) => {
		const [, , , root, mountPoint] = line.split(' ');
		return root !== undefined && mountPoint !== undefined && ownFiles.has(mountPoint) ? [{ root, mountPoint }] : [];
	});
	// In a pod /etc/hostname is that of the pause container, which is nobody's idea of us.
	if (mounts.some(({ root }) => ofKubernetes.test(root))) return undefined;
	const ids = mounts.flatMap(({ root }) => {
		const groups = inOwnFolder.exec(root)?.groups;
		return groups?.['docker'] ?? groups?.['podman'] ?? [];
	});
	return ids.at(-1);
}
