import type { ImageParts } from './compose.ts';
import { type LintSubject, plainContainer } from './subject.ts';
import { isRecord, textsOf } from './values.ts';

/** What `GET /images/<ref>/json` says, as far as a container of it depends on that. */
export function imageParts(document: unknown): ImageParts {
	const config = isRecord(document) && isRecord(document['Config']) ? document['Config'] : {};
	const labels = isRecord(config['Labels']) ? config['Labels'] : {};
	const check = isRecord(config['Healthcheck']) ? textsOf(config['Healthcheck']['Test'])[0] : undefined;
	return {
		env: textsOf(config['Env']),
		labels: Object.fromEntries(Object.entries(labels).map(([key, value]) => [key, String(value)])),
		exposed: isRecord(config['ExposedPorts']) ? Object.keys(config['ExposedPorts']) : [],
		hasHealthcheck: check !== undefined && check !== 'NONE',
	};
}

export const imageSubject = (ref: string, { hasHealthcheck, ...parts }: ImageParts): LintSubject => ({
	where: `image:${ref}`,
	container: plainContainer({
		name: 'container',
		image: ref,
		...parts,
		...(hasHealthcheck ? { health: { status: 'starting', output: '' } } : {}),
	}),
	knowsPorts: true,
	findings: [],
});
