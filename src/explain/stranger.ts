import type { Identity } from '../controller/identity.ts';
import type { Registration } from '../model.ts';
import { maskPairs, maskTag } from '../server/mask.ts';
import type { Explanation } from './explanation.ts';

/** Of an entry that is somebody else's, all that can be said is whose. */
export function strangerExplained(
	{ id, name, address, port, tags, meta, stamp, kind }: Registration,
	{ ownership }: Identity,
	by: Explanation['by'],
): Explanation {
	const whose =
		kind !== ''
			? `it is a ${kind}, which is registered with the service it belongs to`
			: stamp === undefined
				? 'it has no stamp of reconsul, and no container of this host wants its id'
				: `owner ${JSON.stringify(stamp.owner)} registered it for container ${stamp.containerId.slice(0, 12)}`;
	return {
		answer: `${id} is in Consul and is not ours: ${whose}`,
		remedy: 'whoever registered it answers for it; reconsul leaves it alone',
		verdict: 'not registered',
		by,
		owner: ownership.owner,
		hostname: ownership.hostname,
		engine: ownership.engine,
		foundBy: 'its id in the agent',
		ports: [],
		addresses: [],
		fields: [],
		unused: [],
		services: [
			{ id, name, address, hostPort: port, action: 'foreign', tags: tags.map(maskTag), meta: maskPairs(meta) },
		],
		checks: [],
		differences: [],
		warnings: [],
	};
}
