import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { composeSubjects, type ImageParts, interpolated } from '../../../src/cli/lint/compose.ts';
import { imageParts, imageSubject } from '../../../src/cli/lint/image.ts';
import { lintText } from '../../../src/cli/lint/lint.ts';
import { lintReport } from '../../../src/cli/lint/report.ts';
import type { LintSubject } from '../../../src/cli/lint/subject.ts';
import { plainSettings } from '../controller/contexts.ts';

const redis: ImageParts = { env: ['PATH=/bin'], labels: {}, exposed: ['6379/tcp'], hasHealthcheck: false };

const subjects = (text: string, image: ImageParts | 'none' = redis): Promise<readonly LintSubject[]> =>
	composeSubjects('compose.yml', text, { TAG: '7', EMPTY: '' }, async () => (image === 'none' ? undefined : image));

const linted = async (text: string, image: ImageParts | 'none' = redis): Promise<string> => {
	const all = await subjects(text, image);
	return lintText(lintReport(all, plainSettings.derive), all.length);
};

async function only(service: string): Promise<LintSubject['container']> {
	const [subject] = await subjects(`services: { web: ${service} }`);
	assert.ok(subject !== undefined);
	return subject.container;
}

suite('lint of a compose file', () => {
	test('names the file, the service and the label', async () => {
		const text = `
services:
  shop:
    image: redis:\${TAG}
    labels:
      SERVICE_NAME: my_shop
      SERVICE_81_TAGS: a
  db:
    image: redis
    environment:
      - SERVICE_CHEK_TCP=true
`;
		assert.equal(
			await linted(text),
			`compose.yml:shop:SERVICE_81_TAGS: the container has no port 81, so it says nothing
compose.yml:shop:SERVICE_NAME: DNS does not find "my_shop": Consul takes letters, digits and - in it
compose.yml:db:SERVICE_CHEK_TCP: an attribute, so it goes to Meta; did you mean SERVICE_CHECK_TCP?
`,
		);
	});

	const forms: readonly (readonly [form: string, service: string, exposed: readonly string[]])[] = [
		['a port', '{ ports: ["8080:80"] }', ['6379/tcp', '80/tcp']],
		['a number', '{ ports: [80] }', ['6379/tcp', '80/tcp']],
		['an address and a protocol', '{ ports: ["127.0.0.1:53:53/udp"] }', ['6379/tcp', '53/udp']],
		['a range', '{ ports: ["3000-3002:4000-4002"] }', ['6379/tcp', '4000/tcp', '4001/tcp', '4002/tcp']],
		['the long form', '{ ports: [{ target: 80, published: 8080, protocol: udp }] }', ['6379/tcp', '80/udp']],
		['expose', '{ expose: ["9000"] }', ['6379/tcp', '9000/tcp']],
		['what makes no sense', '{ ports: ["a:b", "9-1"] }', ['6379/tcp']],
	];
	for (const [form, service, exposed] of forms)
		test(`ports: ${form}`, async () => {
			const { exposed: found } = await only(service.replace('{', '{ image: redis,'));
			assert.deepEqual(found, exposed);
		});

	test('labels and variables, as lists and as maps; without a value they are the shell’s', async () => {
		const list = await only('{ image: redis, labels: ["A=1=2", B], environment: ["C=3", D] }');
		assert.deepEqual([list.labels, list.env], [{ A: '1=2' }, ['PATH=/bin', 'C=3']]);
		const map = await only('{ image: redis, labels: { A: 1, B: true }, environment: { C: 3, D: } }');
		assert.deepEqual([map.labels, map.env], [{ A: '1', B: 'true' }, ['PATH=/bin', 'C=3']]);
	});

	test('anchors that are merged', async () => {
		const text = 'x: &base { labels: { SERVICE_TAG: a } }\nservices: { web: { <<: *base, image: redis } }';
		assert.match(await linted(text), /^compose\.yml:web:SERVICE_TAG: .*SERVICE_TAGS\?\n$/);
	});

	test('labels under deploy, and one id for several replicas', async () => {
		const deploy = '{ replicas: 2, labels: { SERVICE_NAME: a } }';
		const text = `services: { web: { image: redis, labels: { SERVICE_ID: mine }, deploy: ${deploy} } }`;
		const lines = (await linted(text)).split('\n');
		assert.match(lines[0] ?? '', /^compose\.yml:web:SERVICE_NAME: labels under deploy .* reach no container/);
		assert.match(lines[1] ?? '', /^compose\.yml:web:SERVICE_ID: 2 replicas would have the same id/);
		assert.equal(lines.length, 3);
	});

	test('what an image exposes is not known without it', async () => {
		const text = 'services: { web: { image: mine, labels: { SERVICE_8080_NAME: a } } }';
		assert.equal(await linted(text, 'none'), 'no mistakes found in the labels of 1 container\n');
	});

	test('what is no compose file, and no YAML', async () => {
		await assert.rejects(subjects('a: 1'), /^Error: compose\.yml is no compose file: it has no services$/);
		await assert.rejects(subjects('a: [1'), /^Error: compose\.yml is no YAML: /);
		const bomb = ['a: &a [x]', ...Array.from({ length: 9 }, (_, at) => `b${at}: &b${at} [${'*a,'.repeat(300)}]`)].join(
			'\n',
		);
		await assert.rejects(subjects(`${bomb}\nservices: {}`), /no YAML|alias/);
	});

	const env = { SET: 'value', EMPTY: '' };
	// With % for $, which looks like a template's.
	const texts: readonly (readonly [text: string, filled: string | undefined])[] = [
		['plain', 'plain'],
		['%SET-%{SET}', 'value-value'],
		['a %% sign', 'a % sign'],
		['%{NONE:-other}', 'other'],
		['%{EMPTY:-other}', 'other'],
		['%{EMPTY-other}', ''],
		['%{SET:+other}', 'other'],
		['%{NONE:+other}', ''],
		['%{NONE}', undefined],
		['%{NONE:?say it}', undefined],
	];
	for (const [text, filled] of texts)
		test(`${text} is ${filled}`, () =>
			assert.equal(interpolated(text.replaceAll('%', '$'), env)?.replaceAll('$', '%'), filled));
});

suite('lint of an image', () => {
	test('takes its labels, variables, ports and health', () => {
		const Config = {
			Env: ['A=1'],
			Labels: { SERVICE_TAG: 'a', 'reconsul.docker-health': 'true' },
			ExposedPorts: { '80/tcp': {} },
			Healthcheck: { Test: ['CMD', 'true'] },
		};
		const subject = imageSubject('team/app:1', imageParts({ Config }));
		const text = lintText(lintReport([subject], plainSettings.derive), 1);
		assert.match(text, /^image:team\/app:1:SERVICE_TAG: .*did you mean SERVICE_TAGS\?\n$/);
	});

	test('an image that says nothing', () => {
		for (const document of [
			undefined,
			{},
			{ Config: null },
			{ Config: { Labels: null, Env: null, Healthcheck: { Test: ['NONE'] } } },
		])
			assert.deepEqual(imageParts(document), { env: [], labels: {}, exposed: [], hasHealthcheck: false });
	});
});
