import type { Container } from '../../model.ts';

/** What is looked over: a container, or what an image or a compose file says of one to come. */
export interface LintSubject {
	/** `web`, `image:redis`, `compose.yml:web` */
	readonly where: string;
	readonly container: Container;
	/** Whether every port that it will have is known: what an image exposes is not, where nobody has the image. */
	readonly knowsPorts: boolean;
	/** What was found on the way. */
	readonly findings: readonly LintFinding[];
}

export interface LintFinding {
	readonly where: string;
	/** The label or variable; or `name`, `image` where none is behind it. */
	readonly label: string;
	/** Names keys and rules, and no values that could be secret. */
	readonly message: string;
}

const exampleId = '0'.repeat(64);

/** A container that runs in the plainest way: on the default bridge, with each port published. */
export function plainContainer(given: {
	readonly name: string;
	readonly image: string;
	readonly env: readonly string[];
	readonly labels: Readonly<Record<string, string>>;
	readonly exposed: readonly string[];
	readonly health?: NonNullable<Container['health']>;
}): Container {
	const ports = given.exposed.map((port) => [port, [{ hostIp: '', hostPort: Number.parseInt(port, 10) }]] as const);
	return {
		id: exampleId,
		imageId: `sha256:${exampleId}`,
		createdAt: '1970-01-01T00:00:00Z',
		startedAt: '1970-01-01T00:00:00Z',
		running: true,
		exitCode: 0,
		oomKilled: false,
		networkMode: 'default',
		ports: Object.fromEntries(ports),
		networks: { bridge: { ipv4: '172.17.0.2', ipv6: '' } },
		inspect: {},
		...given,
	};
}
