import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { maskPairs, maskTag, maskValue, secretWords } from '../../../src/server/mask.ts';

suite('masking', () => {
	const keys: readonly [key: string, isHidden: boolean][] = [
		['password', true],
		['DB_PASS', true],
		['client-secret', true],
		['Token', true],
		['api_key', true],
		['aws_credentials', true],
		['basic_auth', true],
		['DB_PWD', true],
		['Session-Cookie', true],
		['region', false],
		['check_http', false],
		['version', false],
	];
	for (const [key, isHidden] of keys)
		test(`the value of ${key} is ${isHidden ? 'hidden' : 'shown'}`, () =>
			assert.deepEqual(maskPairs({ [key]: 'plain' }), { [key]: isHidden ? '***' : 'plain' }));

	const values: readonly [value: string, masked: string][] = [
		['http://user:pw@host:80/x', 'http://***@host:80/x'],
		['postgres+ssl://user@host/db', 'postgres+ssl://***@host/db'],
		['redis://:p/w?x@y@host', 'redis://***@host'],
		['HTTP://u:p@h', 'HTTP://***@h'],
		['see http://u:p@h and http://v:q@i', 'see http://***@h and http://***@i'],
		['/health?token=abc&verbose', '/health?token=***&verbose'],
		['host=db password=abc user=me', 'host=db password=*** user=me'],
		['X-Api-Key=abc', 'X-Api-Key=***'],
		['Authorization: Bearer abc.def', 'Authorization: ***'],
		['X-Consul-Token: abc', 'X-Consul-Token: ***'],
		['sent Bearer abcdefgh1234', 'sent Bearer ***'],
		['{"db.password": "a b", "x": "y"}', '{"db.password": "***", "x": "y"}'],
		['the token file: not there', 'the token file: not there'],
		['http://host:80/x', 'http://host:80/x'],
		['someone@example.org', 'someone@example.org'],
		['eu-1', 'eu-1'],
		['', ''],
	];
	for (const [value, masked] of values)
		test(`${JSON.stringify(value)} shows as ${JSON.stringify(masked)}`, () => {
			assert.equal(maskValue(value), masked);
			assert.deepEqual(maskPairs({ region: value }), { region: masked });
		});

	const tags: readonly [tag: string, masked: string][] = [
		['password=a b', 'password=***'],
		['traefik.http.middlewares.x.basicauth.users=u:$apr1$x', 'traefik.http.middlewares.x.basicauth.users=***'],
		['region=eu', 'region=eu'],
		['http://u:p@h', 'http://***@h'],
		['=token', '=token'],
		['token', 'token'],
	];
	for (const [tag, masked] of tags) test(`the tag ${tag} shows as ${masked}`, () => assert.equal(maskTag(tag), masked));

	test('no password of a URL survives, whatever is in it and around it', () => {
		const word = fc.stringMatching(/^[A-Za-z0-9/:@?#%&=+.-]{0,20}$/);
		fc.assert(
			fc.property(word, word, word, (before, user, password) => {
				const masked = maskValue(`${before} amqp://${user}:SECRET${password}@host/`);
				assert.doesNotMatch(masked, /SECRET/);
				assert.match(masked, /@host\/$/);
			}),
		);
	});

	test('keys stay as they are, and masking twice changes nothing more', () => {
		fc.assert(
			fc.property(fc.dictionary(fc.string(), fc.string()), (pairs) => {
				const masked = maskPairs(pairs);
				assert.deepEqual(Object.keys(masked).sort(), Object.keys(pairs).sort());
				assert.deepEqual(maskPairs(masked), masked);
			}),
		);
	});

	test('a value made to be slow is done with at once', () => {
		const start = performance.now();
		for (const piece of ['a', '://', 'a://', 'key', 'key=', '@', 'a+', '"key', 'bearer ', 'authorization:'])
			maskValue(piece.repeat(2_000));
		assert.ok(performance.now() - start < 2_000);
	});
});

test('docs/security.md has the words that make a name sound secret', async () => {
	const table = Object.entries(secretWords).map(([word, examples]) => `| \`${word}\` | ${examples} |`);
	assert.ok((await readFile('docs/security.md', 'utf8')).includes(`|---|---|\n${table.join('\n')}\n`));
	for (const [word, examples] of Object.entries(secretWords))
		for (const example of examples.split(', ')) {
			assert.ok(example.includes(word));
			assert.deepEqual(maskPairs({ [example]: 'x' }), { [example]: '***' });
		}
});
