import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { changesOf, optionChanges } from '../../../src/cli/plan/changes.ts';
import type { Container, Field } from '../../../src/model.ts';
import { container, published } from '../controller/containers.ts';

const said = (change: Partial<Container>, ...drifted: readonly Field[]): readonly string[] =>
	changesOf(container(change), { omitted: [] }, new Set(drifted)).map(({ code, text }) => `${code} ${text}`);
const labels = (pairs: Readonly<Record<string, string>>): Partial<Container> => ({
	labels: Object.fromEntries(Object.entries(pairs).map(([key, value]) => [`SERVICE_${key}`, value])),
});

suite('a label that means something else now is named', () => {
	const rows: readonly [sentence: string, pairs: Readonly<Record<string, string>>, what: RegExp][] = [
		['ignoring, switched off', { IGNORE: 'No' }, /^D2 SERVICE_IGNORE=No: .* now it is registered$/],
		['ignoring a port, switched off', { '80_IGNORE': '0' }, /^D2 SERVICE_IGNORE=0/],
		['a TCP check, switched off', { CHECK_TCP: 'false' }, /^D2 SERVICE_CHECK_TCP=false: .* is gone$/],
		['a gRPC check, switched off', { CHECK_GRPC: '0' }, /^D2 SERVICE_CHECK_GRPC=0: .* is gone$/],
		['its TLS', { CHECK_GRPC: '1', CHECK_GRPC_USE_TLS: 'no' }, /^D2 SERVICE_CHECK_GRPC_USE_TLS=no: .* now without$/],
		[
			'trust in any certificate, switched off',
			{ CHECK_GRPC: '1', CHECK_GRPC_USE_TLS: '1', CHECK_TLS_SKIP_VERIFY: 'false' },
			/^D2 SERVICE_CHECK_TLS_SKIP_VERIFY=false: .* verified$/,
		],
		['blanks around tags', { TAGS: 'a, b' }, /^D3 SERVICE_TAGS/],
		['an empty tag', { TAGS: 'a,,b' }, /^D3 SERVICE_TAGS/],
		['a script', { CHECK_SCRIPT: 'true' }, /^D4 SERVICE_CHECK_SCRIPT/],
		[
			'any certificate for HTTPS',
			{ CHECK_HTTPS: '/', CHECK_TLS_SKIP_VERIFY: 'true' },
			/^D15 .*_SKIP_VERIFY: .* trusted$/,
		],
		['a path without a slash', { CHECK_HTTP: 'health' }, /^D15 SERVICE_CHECK_HTTP: a path/],
		['a path without a slash, by TLS', { CHECK_HTTPS: 'health' }, /^D15 SERVICE_CHECK_HTTPS: a path/],
		['the time that a command may take', { CHECK_CMD: 'x', CHECK_TIMEOUT: '1s' }, /^D15 SERVICE_CHECK_TIMEOUT/],
		['tags for others to change', { ENABLE_TAG_OVERRIDE: 'true' }, /^fork SERVICE_ENABLE_TAG_OVERRIDE/],
		['a range of ports', { '80-90_NAME': 'web' }, /^fork SERVICE_<port>-<port>_/],
	];
	for (const [sentence, pairs, what] of rows)
		test(sentence, () => {
			const texts = said(labels(pairs));
			assert.equal(texts.length, 1, texts.join('\n'));
			assert.match(texts[0] ?? '', what);
			const env = Object.entries(pairs).map(([key, value]) => `SERVICE_${key}=${value}`);
			assert.deepEqual(said({ env }), texts);
		});

	test('a script with a time limit: two changes', () => {
		const texts = said(labels({ CHECK_SCRIPT: 'x', CHECK_TIMEOUT: '1s' }));
		assert.deepEqual(
			texts.map((text) => text.split(':', 1)[0]),
			['D4 SERVICE_CHECK_SCRIPT', 'D15 SERVICE_CHECK_TIMEOUT'],
		);
	});

	test('one id for several ports, unless only one of them counts', () => {
		const two = { exposed: ['80/tcp', '81/tcp'] };
		assert.match(said({ ...two, ...labels({ ID: 'x' }) }).join(), /^D7 SERVICE_ID/);
		assert.deepEqual(said({ ...two, ...labels({ ID: 'x', '81_IGNORE': '1' }) }), []);
		assert.deepEqual(said({ ...two, ...labels({ '80_ID': 'x', '81_ID': 'y' }) }), []);
		assert.deepEqual(said(labels({ ID: 'x' })), []);
	});

	test('a network on which nobody could reach what registrator registered, where the address differs', () => {
		const there: Partial<Container> = { networkMode: 'net', ports: published(80, 8_000) };
		assert.match(said(there, 'address').join(), /^D1 on a user-defined network/);
		assert.deepEqual([said(there), said(there, 'port'), said({ networkMode: 'bridge' }, 'address')], [[], [], []]);
		assert.deepEqual(said({ ...there, ports: { '80/tcp': [] } }, 'address'), []);
		assert.deepEqual(said({ ...there, networkMode: `container:${'a'.repeat(64)}` }, 'address'), []);
	});
});

suite('a label that means what it meant is not', () => {
	const rows: readonly [sentence: string, pairs: Readonly<Record<string, string>>][] = [
		['no label at all', {}],
		['ignoring', { IGNORE: 'true' }],
		['ignoring, emptied', { IGNORE: '' }],
		['a TCP check that is asked for, or not', { CHECK_TCP: 'yes', CHECK_GRPC: '' }],
		['a switch of a check that is not the one', { CHECK_HTTP: '/', CHECK_TCP: 'false', CHECK_GRPC: 'no' }],
		['a script that another check comes before', { CHECK_HTTP: '/', CHECK_SCRIPT: 'x' }],
		['any certificate where there is none', { CHECK_HTTP: '/', CHECK_TLS_SKIP_VERIFY: 'true' }],
		['any certificate for gRPC', { CHECK_GRPC: '1', CHECK_GRPC_USE_TLS: '1', CHECK_TLS_SKIP_VERIFY: '1' }],
		['certificates of a check without TLS', { CHECK_GRPC: '1', CHECK_TLS_SKIP_VERIFY: 'no' }],
		['the time that an HTTP check may take', { CHECK_HTTP: '/', CHECK_TIMEOUT: '1s' }],
		['tags with a comma and a blank inside', { TAGS: 'a\\,b,c d' }],
		['tags that nobody else may change', { ENABLE_TAG_OVERRIDE: 'false' }],
		['what another port is told', { '443_IGNORE': 'false', '443_CHECK_SCRIPT': 'x' }],
		['an attribute', { REGION: ' us2 ', PORT: '80' }],
	];
	for (const [sentence, pairs] of rows) test(sentence, () => assert.deepEqual(said(labels(pairs)), []));

	test('a port that is not published', () => {
		const omitted = [{ port: '80/tcp', reason: 'not-published', detail: '' } as const];
		assert.deepEqual(changesOf(container(labels({ IGNORE: 'false' })), { omitted }, new Set()), []);
	});
});

test('no value is repeated but one that means no', () => {
	const secret = 'hunter2';
	const keys = [
		'IGNORE',
		'TAGS',
		'ID',
		'CHECK_SCRIPT',
		'CHECK_TIMEOUT',
		'CHECK_TLS_SKIP_VERIFY',
		'ENABLE_TAG_OVERRIDE',
	];
	const pairs = Object.fromEntries(keys.map((key) => [key, ` ${secret}`]));
	const texts = [...said({ exposed: ['80/tcp', '81/tcp'], ...labels(pairs) }), ...said(labels({ CHECK_HTTP: secret }))];
	assert.ok(texts.length > 0 && texts.every((text) => !text.includes(secret)), texts.join('\n'));
});

suite('an option that means something else now is named', () => {
	test('-ttl, and what it can do', () => {
		const [change] = optionChanges({ ttlSeconds: 60, deregister: 'always' });
		assert.match(change?.text ?? '', /^-ttl: .* goes critical when reconsul has been away for 60 s$/);
	});

	test('-deregister on-success', () => {
		assert.match(optionChanges({ ttlSeconds: 0, deregister: 'on-success' })[0]?.text ?? '', /134, 139 and 255/);
	});

	test('and none that was not given', () => {
		assert.deepEqual(optionChanges({ ttlSeconds: 0, deregister: 'always' }), []);
	});
});
