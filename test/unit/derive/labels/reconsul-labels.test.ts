import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { readLabels } from '../../../../src/derive/labels/reconsul-labels.ts';

type Labels = Readonly<Record<string, string>>;

const of = (labels: Labels, port = '53', protocol = 'udp') => readLabels(labels).for(port, protocol);

suite('what labels say of a port', () => {
	const rows: readonly [sentence: string, labels: Labels, name: string | undefined][] = [
		['nothing', {}, undefined],
		['for all ports', { 'reconsul.name': 'a' }, 'a'],
		['for the port', { 'reconsul.53.name': 'p', 'reconsul.name': 'a' }, 'p'],
		['for its protocol', { 'reconsul.53/udp.name': 'u', 'reconsul.53.name': 'p', 'reconsul.name': 'a' }, 'u'],
		['for another protocol', { 'reconsul.53/tcp.name': 't', 'reconsul.53.name': 'p' }, 'p'],
		['for another port', { 'reconsul.54.name': 'x' }, undefined],
		['a bad value is as good as none', { 'reconsul.53.name': '', 'reconsul.name': 'a' }, 'a'],
		['other languages', { SERVICE_NAME: 'x', reconsul: 'x', 'Reconsul.name': 'x', 'my.reconsul.name': 'x' }, undefined],
	];
	for (const [sentence, labels, name] of rows)
		test(`a name ${sentence}`, () => assert.equal(of(labels).service.name, name));

	test('the order of labels does not matter', () => {
		const labels: Labels = {
			'reconsul.name': 'a',
			'reconsul.53.name': 'p',
			'reconsul.53/udp.name': 'u',
			'reconsul.check.a.http': '/',
			'reconsul.53.check.a.tcp': 'true',
			'reconsul.nmae': 'x',
			'reconsul.weights.passing': 'x',
		};
		const read = (given: Labels): unknown => ({ ...of(given), warnings: readLabels(given).warnings });
		fc.assert(
			fc.property(fc.shuffledSubarray(Object.entries(labels), { minLength: 7 }), (entries) => {
				assert.deepEqual(read(Object.fromEntries(entries)), read(labels));
			}),
		);
	});

	test('fields are said one by one: what the port does not say is everybody’s', () => {
		const { service, fromPort } = of({
			'reconsul.name': 'a',
			'reconsul.tags': 'x,y',
			'reconsul.53.name': 'p',
			'reconsul.weights.passing': '5',
			'reconsul.53.weights.warning': '0',
		});
		assert.deepEqual(service, { name: 'p', tags: ['x', 'y'], 'weights.passing': 5, 'weights.warning': 0 });
		assert.deepEqual([...fromPort].sort(), ['name', 'weights.warning']);
	});

	test('pairs of Meta go over each other by key, whatever the key', () => {
		const { meta } = of({
			'reconsul.meta.region': 'eu',
			'reconsul.meta.zone': 'a',
			'reconsul.53.meta.zone': 'b',
			'reconsul.meta.a.b': '',
			'reconsul.meta.__proto__': 'p',
			'reconsul.meta.constructor': 'c',
		});
		assert.deepEqual(Object.entries(meta).sort(), [
			['__proto__', 'p'],
			['a.b', ''],
			['constructor', 'c'],
			['region', 'eu'],
			['zone', 'b'],
		]);
	});

	test('the container’s own port is read, and is nobody else’s', () => {
		assert.deepEqual(readLabels({ 'reconsul.port': '8125/udp' }).container, { port: '8125/udp' });
		assert.deepEqual(readLabels({ 'reconsul.53.port': '8125' }).warnings, [
			"reconsul.53.port is no label of reconsul's",
		]);
	});

	test('the ports that labels name are known', () => {
		const { scopes } = readLabels({ 'reconsul.53/udp.name': 'a', 'reconsul.80.name': 'b', 'reconsul.name': 'c' });
		assert.deepEqual(scopes, ['53/udp', '80']);
	});
});

suite('what labels say of checks', () => {
	const checksOf = (labels: Labels): unknown => Object.fromEntries(of(labels).checks);

	test('as many as there are names, each with its fields', () => {
		const checks = checksOf({
			'reconsul.check.web.http': '/health',
			'reconsul.check.web.interval': '5s',
			'reconsul.check.web.header.Accept': 'text/plain',
			'reconsul.check.web.header.X-A.b': '1',
			'reconsul.check.db_2.tcp': '5432',
			'reconsul.53.check.web.timeout': '1s',
		});
		assert.deepEqual(checks, {
			web: { http: '/health', interval: '5s', timeout: '1s', header: { Accept: 'text/plain', 'X-A.b': '1' } },
			db_2: { tcp: 5432 },
		});
	});

	test('a kind said for a port takes the place of the general kind, and leaves the rest', () => {
		const labels: Labels = {
			'reconsul.check.a.http': '/',
			'reconsul.check.a.interval': '5s',
			'reconsul.check.a.header.X': '1',
			'reconsul.53.check.a.tcp': 'true',
			'reconsul.53.check.a.header.Y': '2',
		};
		assert.deepEqual(checksOf(labels), { a: { tcp: true, interval: '5s', header: { X: '1', Y: '2' } } });
		assert.deepEqual(Object.fromEntries(of(labels, '80').checks), {
			a: { http: '/', interval: '5s', header: { X: '1' } },
		});
	});

	const off: readonly [value: string, warnings: number][] = [
		['', 0],
		[' ', 0],
		['false', 0],
		['no', 0],
		['x', 1],
	];
	for (const [value, warnings] of off)
		test(`a kind of ${JSON.stringify(value)} makes no check, also where there is a general one`, () => {
			const labels = { 'reconsul.check.a.http': '/', 'reconsul.53.check.a.http': value };
			assert.deepEqual(checksOf(labels), { a: { http: false } });
			assert.equal(readLabels(labels).warnings.length, warnings);
		});

	test('a name that an id could not hold is none', () => {
		for (const name of ['a b', 'a:b', 'a/b', 'ü', '', 'x'.repeat(65)])
			assert.equal(of({ [`reconsul.check.${name}.http`]: '/' }).checks.size, 0, name);
	});
});

suite('what is wrong with labels is said, by the label and the rule', () => {
	const rows: readonly [label: string, value: string, warning: string][] = [
		['reconsul.nmae', 's3cret', "reconsul.nmae is no label of reconsul's; did you mean reconsul.name?"],
		['reconsul.80.nmae', 's3cret', "reconsul.80.nmae is no label of reconsul's; did you mean reconsul.80.name?"],
		['reconsul.', 's3cret', "reconsul. is no label of reconsul's"],
		['reconsul.80', 's3cret', "reconsul.80 is no label of reconsul's"],
		['reconsul.docker-health', 's3cret', 'reconsul.docker-health: the value is not yes or no; the label is ignored'],
		['reconsul.check.web', 's3cret', "reconsul.check.web is no label of reconsul's"],
		[
			'reconsul.check.web.htp',
			's3cret',
			"reconsul.check.web.htp is no label of reconsul's; did you mean reconsul.check.web.http?",
		],
		['reconsul.080.name', 's3cret', 'reconsul.080.name: 080 is no port; one is written 80, 80/tcp or 53/udp'],
		['reconsul.80/tpc.name', 's3cret', 'reconsul.80/tpc.name: 80/tpc is no port; one is written 80, 80/tcp or 53/udp'],
		['reconsul.99999.name', 's3cret', 'reconsul.99999.name: 99999 is no port; one is written 80, 80/tcp or 53/udp'],
		['reconsul.a\u001b[31m', 's3cret', `"reconsul.a\\u001b[31m" is no label of reconsul's`],
		['reconsul.ü', 's3cret', `"reconsul.?" is no label of reconsul's`],
		[
			'reconsul.weights.passing',
			's3cret',
			'reconsul.weights.passing: the value is not a number from 1 to 65535; the label is ignored',
		],
		[
			'reconsul.check.a.interval',
			's3cret',
			'reconsul.check.a.interval: the value is not a duration such as 15s; the label is ignored',
		],
		[
			'reconsul.check.a.ttl',
			's3cret',
			'reconsul.check.a.ttl: the value is not a duration such as 15s; the check is left out',
		],
		[
			'reconsul.check.a.http',
			's3cret',
			"reconsul.check.a.http: the value is not a path such as /health; the host is always the service's own; the check is left out",
		],
		[
			'reconsul.check.a.header.X',
			's3cret\r\n',
			'reconsul.check.a.header.X: the value is not a value of an HTTP header, which has no line breaks; the label is ignored',
		],
	];
	for (const [label, value, warning] of rows)
		test(JSON.stringify(label), () => assert.deepEqual(readLabels({ [label]: value }).warnings, [warning]));

	test('ten thousand labels that are none take no time', () => {
		const labels = Object.fromEntries(
			Array.from({ length: 10_000 }, (_, n) => [`reconsul.check.some_name.htp${n}`, '']),
		);
		const start = performance.now();
		assert.equal(readLabels(labels).warnings.length, 10_000);
		assert.ok(performance.now() - start < 1_000);
	});
});

test('whatever the labels, they are read without an error, and no value is told', () => {
	const part = fc.oneof(
		fc.constantFrom(
			'80',
			'53/udp',
			'check',
			'web',
			'http',
			'header',
			'meta',
			'name',
			'port',
			'__proto__',
			'constructor',
		),
		fc.string({ maxLength: 5 }),
	);
	const label = fc.array(part, { maxLength: 5 }).map((parts) => ['reconsul', ...parts].join('.'));
	fc.assert(
		fc.property(
			fc.dictionary(label, fc.constantFrom('s3cret value', '', '/', '1', 'true'), { maxKeys: 20 }),
			(labels) => {
				const read = readLabels(labels);
				for (const [port, protocol] of [
					['80', 'tcp'],
					['53', 'udp'],
				] as const)
					read.for(port, protocol);
				assert.ok(!read.warnings.some((warning) => warning.includes('s3cret')));
				assert.ok(read.warnings.length <= Object.keys(labels).length);
				assert.equal(({} as { name?: unknown }).name, undefined);
			},
		),
		{ numRuns: 500 },
	);
});
