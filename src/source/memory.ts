import { createHash } from 'node:crypto';
import { asapScheduler, defer, EMPTY, merge, observeOn, of, Subject } from 'rxjs';
import type { Container, ContainerId, Endpoint } from '../model.ts';
import { type EngineInfo, type Source, type SourceChange, SourceError } from './source.ts';

export interface MemorySourceOptions {
	readonly info?: EngineInfo;
	/** Milliseconds since the epoch. */
	readonly now?: () => number;
}

/** What an event says beside what happened. */
type Detail = Pick<Extract<SourceChange, { kind: 'changed' }>, 'signal' | 'health'>;

/** Who changes what does not exist gets an error, as from the docker client. */
export interface MemorySource extends Source {
	/** Starts a new container; with the id of one that is there, starts that again, changed as said. */
	start(container?: Partial<Container>): Container;
	/** Ends its process; it stays, as exited. */
	stop(id: ContainerId, exitCode?: number): void;
	/** Ends it where it runs, and removes it. */
	remove(id: ContainerId): void;
	rename(id: ContainerId, name: string): void;
	join(id: ContainerId, network: string, endpoint?: Partial<Endpoint>): void;
	leave(id: ContainerId, network: string): void;
	/** Anything else: changes the container and announces it, under Docker's word for it. */
	update(id: ContainerId, action: string, change: Partial<Container>, detail?: Detail): void;
	/** Cuts the event stream: what happens from here on is not announced. */
	disconnect(cause?: 'end' | 'error' | 'probe'): void;
	connect(): void;
	/** Makes every call fail with this, or none. */
	fail(error: SourceError | undefined): void;
	/** Makes one container unreadable, or readable again. */
	failFor(id: ContainerId, error: SourceError | undefined): void;
}

/** An engine in memory, for tests and demonstrations. */
export function memorySource({ info = engine, now = Date.now }: MemorySourceOptions = {}): MemorySource {
	const containers = new Map<ContainerId, Container>();
	const changes = new Subject<SourceChange>();
	let isConnected = true;
	let failure: SourceError | undefined;
	const failures = new Map<ContainerId, SourceError>();
	let started = 0;
	const answer = async <T>(signal: AbortSignal, value: () => T): Promise<T> => {
		signal.throwIfAborted();
		if (failure !== undefined) throw failure;
		return value();
	};
	const announce = (key: ContainerId, action: string, detail: Detail = {}): void => {
		if (isConnected) changes.next({ kind: 'changed', key, action, at: now(), ...detail });
	};
	const known = (id: ContainerId): Container => {
		const container = containers.get(id);
		if (container === undefined) throw new Error(`no such container: ${id}`);
		return container;
	};
	const update: MemorySource['update'] = (id, action, change, detail) => {
		containers.set(id, { ...known(id), ...change, id });
		announce(id, action, detail);
	};
	const stop: MemorySource['stop'] = (id, exitCode = 0) => {
		if (known(id).running) update(id, 'die', { running: false, exitCode });
	};
	const disconnect: MemorySource['disconnect'] = (cause = 'end') => {
		if (!isConnected) return;
		isConnected = false;
		const error = new SourceError('unreachable', 'the event stream was cut');
		changes.next({ kind: 'disconnected', cause, error });
	};
	const connect = (): void => {
		if (!isConnected) changes.next({ kind: 'connected' });
		isConnected = true;
	};
	return {
		list: (signal, passOver, reading = () => {}) =>
			answer(signal, () => {
				const found = [...containers.values()].filter(({ id, running }) => {
					const error = running ? failures.get(id) : undefined;
					if (error === undefined) return running;
					if (passOver === undefined) throw error;
					passOver(id, error);
					return false;
				});
				for (const at of found.keys()) reading(at + 1, found.length);
				return found;
			}),
		get: (idOrName, signal) =>
			answer(signal, () => {
				const found = containers.get(idOrName) ?? containers.values().find(({ name }) => name === idOrName);
				const error = failures.get(found?.id ?? '');
				if (error !== undefined) throw error;
				return found;
			}),
		info: (signal) => answer(signal, () => info),
		changes: () =>
			merge(
				defer(() => (isConnected ? of<SourceChange>({ kind: 'connected' }) : EMPTY)),
				changes,
			).pipe(observeOn(asapScheduler)),
		reopen: () => {
			if (!isConnected) return;
			disconnect('error');
			connect();
		},
		start: (given = {}) => {
			const before = given.id === undefined ? undefined : containers.get(given.id);
			const time = new Date(now()).toISOString();
			const container = { ...(before ?? fresh(started++, time)), startedAt: time, ...given, running: true };
			containers.set(container.id, container);
			announce(container.id, 'start');
			return container;
		},
		stop,
		remove: (id) => {
			stop(id);
			containers.delete(id);
			announce(id, 'destroy');
		},
		rename: (id, name) => update(id, 'rename', { name }),
		join: (id, network, endpoint = {}) =>
			update(id, 'connect', { networks: { ...known(id).networks, [network]: { ipv4: '', ipv6: '', ...endpoint } } }),
		leave: (id, network) => {
			const { [network]: _, ...networks } = known(id).networks;
			update(id, 'disconnect', { networks });
		},
		update,
		disconnect,
		connect,
		failFor: (id, error) => {
			if (error === undefined) failures.delete(id);
			else failures.set(id, error);
		},
		fail: (error) => {
			failure = error;
		},
	};
}

const engine: EngineInfo = { id: 'MEMO:RY', name: 'u1', version: '20.10.24' };

function fresh(index: number, time: string): Container {
	const id = createHash('sha256').update(`container ${index}`).digest('hex');
	return {
		id,
		name: `container-${index}`,
		image: 'busybox',
		imageId: `sha256:${createHash('sha256').update('busybox').digest('hex')}`,
		createdAt: time,
		startedAt: time,
		running: true,
		exitCode: 0,
		oomKilled: false,
		env: [],
		labels: {},
		networkMode: 'default',
		exposed: [],
		ports: {},
		networks: { bridge: { ipv4: `172.17.0.${2 + (index % 250)}`, ipv6: '' } },
		inspect: { Id: id },
	};
}
