import type { OmissionReason } from '../derive/derive.ts';

/** What to do where a port yields no service; empty where it is as somebody wanted it. */
export const remedies: Readonly<Record<OmissionReason, (port: string) => string>> = {
	'not-published': (port) =>
		`publish it (docker run -p ${port}), or register the container's own address with the label reconsul.port=${port} or the option -internal`,
	'no-address': () => 'put the container on a network, or say its address with the label reconsul.address',
	'no-host-address': () => "say this host's address with -ip",
	'base-not-running': () => 'start the container whose network it shares, then this one again',
	'ports-pending': () => 'wait: it is looked at again within seconds',
	'not-running': () => 'start it; what ended it is in docker logs',
	'out-of-scope': () =>
		"change the daemon's --include, --exclude or --container-filter, or the container to match them",
	'no-ports': () => 'EXPOSE a port in the image, publish one (-p), or name one with the label reconsul.port',
	ignored: () => 'remove SERVICE_IGNORE and reconsul.ignore, or set reconsul.ignore=false, if it shall be registered',
	'not-explicit': () => 'give it SERVICE_NAME or the label reconsul.name, or start the daemon without -explicit',
	'own-container': () => 'give it SERVICE_NAME or the label reconsul.name if it shall be a service',
	'bad-id': () => 'change SERVICE_ID',
	'duplicate-id': () => 'give each port an id of its own: SERVICE_<port>_ID',
	'not-healthy-yet': () =>
		'wait for its HEALTHCHECK (docker inspect shows what it printed), or set reconsul.register=running',
	draining: () => 'it was told to stop; it comes back with its next start, or when --drain-timeout is over',
};
