import type { Container } from '../model.ts';

/**
 * The default name: the image's repository without its path, tag or digest. An image given by its bare id names nothing,
 * so the container's name stands in (difference D8).
 */
export function defaultName(container: Pick<Container, 'image' | 'imageId' | 'name'>): string {
	const { image, imageId, name } = container;
	if (image === '' || image === imageId || isShortId(image, imageId)) return name;
	const repository = image.split('@')[0] ?? '';
	const base = repository.split('/').at(-1) ?? '';
	return base.split(':')[0] || name;
}

const isShortId = (image: string, imageId: string): boolean =>
	image.length >= 12 && /^[0-9a-f]+$/.test(image) && imageId.replace(/^sha256:/, '').startsWith(image);
