import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { defaultName } from '../../../src/derive/service-name.ts';

const imageId = `sha256:${'0123456789abcdef'.repeat(4)}`;
const nameOf = (image: string): string => defaultName({ image, imageId, name: 'web.0' });

suite("a service is named after its container's image", () => {
	const rows: readonly [image: string, name: string][] = [
		['redis', 'redis'],
		['redis:7', 'redis'],
		['progrium/redis', 'redis'],
		['xzchaoo/xxx-app', 'xxx-app'],
		['host:5000/team/app:1.2', 'app'],
		['host:5000/app', 'app'],
		[`team/app@${imageId}`, 'app'],
		[`host:5000/team/app:1.2@${imageId}`, 'app'],
		[imageId, 'web.0'],
		['0123456789ab', 'web.0'],
		['0123456789abcdef', 'web.0'],
		['0123456789', '0123456789'],
		['fedcba9876543210', 'fedcba9876543210'],
		['', 'web.0'],
		['team/', 'web.0'],
		[':tag', 'web.0'],
	];
	for (const [image, name] of rows)
		test(`${JSON.stringify(image.slice(0, 40))} gives ${name}`, () => assert.equal(nameOf(image), name));

	test('whatever the image, the name is not empty and has no path or tag', () => {
		fc.assert(
			fc.property(fc.string(), (image) => {
				const name = nameOf(image);
				assert.notEqual(name, '');
				assert.ok(!/[/:@]/.test(name), name);
			}),
		);
	});
});
