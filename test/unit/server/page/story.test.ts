import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import type { Explanation } from '../../../../src/explain/explanation.ts';
import type { StoryModel } from '../../../../src/server/page/model.ts';
import { story } from '../../../../src/server/page/story.ts';
import { anyContainer, anyExplanation, anyService, anyStory } from '../../../support/pages.ts';

const filledWith = (text: string): StoryModel =>
	anyStory({
		container: anyContainer({
			name: text,
			services: [
				anyService({
					id: text,
					name: text,
					meta: { [`m${text}`]: text },
					checks: [{ name: text, status: text, output: text }],
				}),
			],
			warnings: [text],
		}),
		explanation: anyExplanation(text),
		history: [{ at: 0, text, tone: 'bad' }],
	});

const shown = (model: StoryModel, asked = 'redis.0'): string => story(asked, model).text;
const tagsIn = (page: string): readonly string[] => page.match(/<\/?[a-z0-9!]+/g) ?? [];

suite("one container's story", () => {
	test('has the same elements whatever anybody has written', () => {
		const expected = tagsIn(shown(filledWith('x')));
		const text = fc.oneof(fc.string({ minLength: 1 }), fc.constantFrom('<b>', '"><script>x</script>', "'", '</table>'));
		fc.assert(fc.property(text, (it) => assert.deepEqual(tagsIn(shown(filledWith(it), it)), expected)));
	});

	test('listens to what happens to this container only', () => {
		const page = shown(anyStory({ container: anyContainer({ name: 'a&b' }) }));
		assert.match(page, /data-events="\/api\/events\?container=a%26b"/);
	});

	const tones: readonly [sentence: string, change: Partial<Explanation>, tone: string][] = [
		['what is as wanted is good', { verdict: 'in sync' }, 'good'],
		[
			'what is as wanted and critical gets no traffic',
			{ verdict: 'in sync', checks: [{ service: 'x', id: 'x', name: 'x', status: 'critical' }] },
			'warn',
		],
		['what differs is bad', { verdict: 'differs' }, 'bad'],
		['what nothing asks for is no alarm', { verdict: 'not registered' }, 'calm'],
	];
	for (const [sentence, change, tone] of tones)
		test(sentence, () => {
			const page = shown(anyStory({ explanation: { ...anyExplanation('x'), ...change } }));
			assert.ok(page.includes(`<div class="verdict card ${tone}">`));
		});

	test('of a container that nobody knows names those that are near', () => {
		const trouble = { text: 'No container is known.', near: ['redis.1'] };
		const page = shown(anyStory({ container: undefined, trouble }), 'redis.9');
		assert.match(page, /<h1 id="headline">redis\.9<\/h1>/);
		assert.match(page, /Did you mean <a href="\/container\/redis\.1">redis\.1<\/a>\?/);
	});

	test('is told from what the daemon remembers where Docker or Consul does not answer', () => {
		const trouble = { text: 'connect ECONNREFUSED', near: [] };
		const page = shown(anyStory({ trouble }));
		assert.match(page, /connect ECONNREFUSED/);
		assert.match(page, /u1:redis\.0:6379/);
	});
});
