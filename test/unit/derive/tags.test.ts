import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { parseTags, tagsTemplate } from '../../../src/derive/tags.ts';
import { recordedCases } from '../../support/recorded.ts';

suite('a list of tags', () => {
	const rows: readonly [sentence: string, text: string, tags: readonly string[]][] = [
		['nothing is no tags', '', []],
		['commas separate', 'a,b,c', ['a', 'b', 'c']],
		['the order stays', 'c,a,b', ['c', 'a', 'b']],
		['a comma behind a backslash belongs to the tag', 'a\\,b,c\\,d\\,e,f', ['a,b', 'c,d,e', 'f']],
		['so do those at the ends', '\\,a,b\\,', [',a', 'b,']],
		['other backslashes are kept', 'a\\b,c\\\\,d', ['a\\b', 'c\\,d']],
		['blanks around a tag go', ' a , b c ,\td\n', ['a', 'b c', 'd']],
		['empty tags go', ',a,, ,b,', ['a', 'b']],
		['repeats are kept', 'a,a', ['a', 'a']],
		['any letters', 'größe,数据', ['größe', '数据']],
	];
	for (const [sentence, text, tags] of rows) test(sentence, () => assert.deepEqual(parseTags(text), tags));

	test('tags that are escaped and joined come back', () => {
		const tag = fc
			.string({ unit: fc.constantFrom('a', 'b', ' ', ',', '=', '/', '数') })
			.map((text) => text.trim())
			.filter((text) => text !== '');
		fc.assert(
			fc.property(fc.array(tag), (tags) => {
				assert.deepEqual(parseTags(tags.map((text) => text.replaceAll(',', '\\,')).join(' , ')), tags);
			}),
		);
	});

	test('whatever the text, no tag is empty or has blanks around it', () => {
		fc.assert(fc.property(fc.string(), (text) => parseTags(text).every((tag) => tag !== '' && tag === tag.trim())));
	});

	test('a list of a megabyte takes no time', () => {
		assert.equal(parseTags(' ,'.repeat(500_000)).length, 0);
		assert.equal(parseTags(`${'\\'.repeat(500_000)},a`).length, 1);
	});
});

suite('-tags', () => {
	test('the template comes first, then the list: a comma out of a label makes two tags', () => {
		const inspect = { Name: '/web', Config: { Labels: { both: 'x, y' } } };
		assert.deepEqual(tagsTemplate('a,{{.Config.Labels.both}},{{.Name}}')(inspect), ['a', 'x', 'y', '/web']);
	});

	test('a backslash of the template escapes a comma of the value', () => {
		assert.deepEqual(tagsTemplate('a\\{{.Name}}')({ Name: ',b' }), ['a,b']);
	});

	test('a text without actions is a list', () => {
		assert.deepEqual(tagsTemplate('a\\,b, c')({}), ['a,b', 'c']);
	});

	test('a broken template is refused before there is a container', () => {
		assert.throws(() => tagsTemplate('{{.Name'), { name: 'TemplateError', message: /^1:1: / });
	});

	test('one container that it does not suit leaves the others alone', () => {
		const tagsOf = tagsTemplate('{{index .Config.Env 0}}');
		assert.throws(() => tagsOf({ Config: { Env: [] } }), { name: 'TemplateError' });
		assert.deepEqual(tagsOf({ Config: { Env: ['A=1'] } }), ['A=1']);
	});
});

suite('-tags as recorded from the predecessor', () => {
	const tagsFlag = (flags: readonly string[]): string | undefined => {
		const at = flags.findIndex((flag) => /^-tags(=|$)/.test(flag));
		return at < 0 ? undefined : flags[at] === '-tags' ? flags[at + 1] : flags[at]?.slice('-tags='.length);
	};
	const withTags = recordedCases().flatMap((recorded) => {
		const text = tagsFlag(recorded.flags);
		return text === undefined ? [] : [{ recorded, text }];
	});

	test('there are such cases', () => assert.ok(withTags.length >= 10));

	for (const { recorded, text } of withTags)
		test(`${recorded.topic}/${recorded.name}: every tag of it is on the services of its container`, () => {
			const tagsOf = tagsTemplate(text);
			for (const service of recorded.expect) {
				const [ref] = /(?<=\{(?:name|ip|id|port) )[^ }]+/.exec(JSON.stringify(service)) ?? [
					service.ID.split(':')[1] ?? '',
				];
				const candidates = Object.entries(recorded.docker.inspect).filter(([name]) => name === ref);
				const inspects = candidates.length > 0 ? candidates : Object.entries(recorded.docker.inspect);
				const fits = inspects.some(([, inspect]) => tagsOf(inspect).every((tag) => service.Tags.includes(tag)));
				assert.ok(fits, `${service.ID}: ${JSON.stringify(service.Tags)}`);
			}
		});

	const templates: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
		'tags-template-conditional': { 'web.0': ['all', 'public'], 'redis.0': ['all'] },
		'tags-template-name': { 'redis.0': ['/redis.0', 'progrium/redis'] },
	};
	test('every recorded template is in the table below', () => {
		const names = withTags.filter(({ text }) => text.includes('{{')).map(({ recorded }) => recorded.name);
		assert.deepEqual(names, Object.keys(templates));
	});
	for (const { recorded, text } of withTags)
		for (const [ref, tags] of Object.entries(templates[recorded.name] ?? {}))
			test(`${recorded.name}: ${ref} has exactly ${tags.join(' and ')}`, () => {
				assert.deepEqual(tagsTemplate(text)(recorded.docker.inspect[ref]), tags);
			});
});
