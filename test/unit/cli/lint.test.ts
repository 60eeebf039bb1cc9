import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { lintText } from '../../../src/cli/lint/lint.ts';
import { lintReport } from '../../../src/cli/lint/report.ts';
import { type LintSubject, plainContainer } from '../../../src/cli/lint/subject.ts';
import type { Container } from '../../../src/model.ts';
import { container } from '../controller/containers.ts';
import { plainSettings } from '../controller/contexts.ts';

const subject = (change: Partial<Container>, more: Partial<LintSubject> = {}): LintSubject => ({
	where: 'web',
	container: container(change),
	knowsPorts: true,
	findings: [],
	...more,
});

/** `SERVICE_X: what is wrong` */
const found = (...subjects: readonly LintSubject[]): readonly string[] =>
	lintReport(subjects, plainSettings.derive).map(({ label, message }) => `${label}: ${message}`);

type Row = readonly [mistake: string, change: Partial<Container>, ...said: readonly RegExp[]];

const labelled = (label: string, value: string): Partial<Container> => ({ labels: { [label]: value } });

const mistakes: readonly Row[] = [
	[
		'a key that nearly is one',
		labelled('reconsul.nmae', 'x'),
		/^reconsul\.nmae: is no label .* did you mean reconsul\.name\?$/,
	],
	['an attribute that nearly is a key', labelled('SERVICE_TAG', 'a'), /^SERVICE_TAG: .*did you mean SERVICE_TAGS\?$/],
	[
		'the same in a variable',
		{ env: ['SERVICE_CHEK_HTTP=/'] },
		/^SERVICE_CHEK_HTTP: .*did you mean SERVICE_CHECK_HTTP\?$/,
	],
	[
		'a check that registrator does not have',
		labelled('SERVICE_CHECK_HEADER', 'a: b'),
		/^SERVICE_CHECK_HEADER: .*has no such check/,
	],
	['a prefix in lower case', labelled('service_name', 'x'), /^service_name: the prefix is in upper case/],
	['another prefix', labelled('Reconsul.name', 'x'), /^Reconsul\.name: labels of reconsul begin with reconsul\./],
	['a variable for a label', { env: ['reconsul.name=x'] }, /^reconsul\.name: reconsul\.\* are labels/],
	[
		'a port that the container does not have',
		labelled('SERVICE_81_NAME', 'x'),
		/^SERVICE_81_NAME: the container has no port 81/,
	],
	['the same in labels of ours', labelled('reconsul.81.name', 'x'), /^reconsul\.81\.….*: the container has no port 81/],
	[
		'a port that is not published',
		{ ...labelled('SERVICE_80_NAME', 'x'), ports: { '80/tcp': [] } },
		/^SERVICE_80_NAME: port 80 is not published/,
	],
	[
		'a duration without a unit',
		{ labels: { SERVICE_CHECK_TCP: 'true', SERVICE_CHECK_INTERVAL: '10' } },
		/^SERVICE_CHECK_INTERVAL: the value is not a duration/,
	],
	[
		'the same without a check',
		labelled('SERVICE_CHECK_INTERVAL', '10'),
		/^SERVICE_CHECK_INTERVAL: the value is not a duration/,
	],
	[
		'a duration of ours',
		labelled('reconsul.check.a.interval', 'soon'),
		/^reconsul\.check\.a\.interval: the value is not a duration/,
	],
	['an option of no check', labelled('SERVICE_CHECK_TIMEOUT', '2s'), /^SERVICE_CHECK_TIMEOUT: no check is asked for/],
	['a no that means yes', labelled('SERVICE_IGNORE', 'off'), /^SERVICE_IGNORE: the value means yes/],
	[
		'a URL where a path belongs',
		labelled('SERVICE_CHECK_HTTP', 'http://localhost/health'),
		/^SERVICE_CHECK_HTTP: it takes the path alone/,
	],
	['a name that DNS does not find', labelled('SERVICE_NAME', 'my_app'), /^SERVICE_NAME: DNS does not find "my_app"/],
	[
		'the same from the image',
		{ image: 'team/my_app:1' },
		/^name: DNS does not find "my_app", which comes from the image/,
	],
	['a name that is too long', labelled('reconsul.name', 'x'.repeat(64)), /^reconsul\.name: .*63 characters at most/],
	['a name in upper case', labelled('SERVICE_NAME', 'Shop'), /^SERVICE_NAME: "Shop" has upper case/],
	[
		'a name that ends with a dash',
		labelled('SERVICE_NAME', 'shop-'),
		/^SERVICE_NAME: "shop-": a name in DNS begins and ends/,
	],
	[
		'a Meta value that is too long',
		labelled('SERVICE_REGION', 'x'.repeat(600)),
		/^SERVICE_REGION: Consul takes up to 512 bytes/,
	],
	[
		'a Meta key that Consul does not take',
		labelled('reconsul.meta.a b', 'x'),
		/^reconsul\.meta\.a b: Consul takes letters/,
	],
	[
		'an id that Consul could not remove',
		labelled('SERVICE_ID', '../x'),
		/^SERVICE_ID: port 80\/tcp: its id cannot be used/,
	],
	[
		'a check of a UDP port by TCP',
		{ exposed: ['53/udp'], ports: { '53/udp': [{ hostIp: '', hostPort: 53 }] }, labels: { SERVICE_CHECK_TCP: 'true' } },
		/^SERVICE_CHECK_TCP: it asks a UDP port by TCP, so it can never pass/,
	],
	[
		'a check that repeats its own service',
		labelled('reconsul.check.a.alias_service', 'host:web:80'),
		/^reconsul\.check\.a\.\*: it repeats the health of its own service/,
	],
	[
		'a removal sooner than Consul does it',
		{ labels: { SERVICE_CHECK_TCP: 'true', SERVICE_CHECK_DEREGISTER_AFTER: '10s' } },
		/^SERVICE_CHECK_TCP: Consul removes a service after one minute at the earliest/,
	],
	[
		'a check of two kinds',
		{ labels: { 'reconsul.check.a.http': '/', 'reconsul.check.a.tcp': 'true' } },
		/^reconsul\.check\.a: http and tcp are different checks/,
	],
	[
		'a health of Docker that there is not',
		labelled('reconsul.docker-health', 'true'),
		/^reconsul\.docker-health: the container has no HEALTHCHECK/,
	],
];

suite('lint', () => {
	for (const [mistake, change, ...said] of mistakes)
		test(mistake, () => {
			const all = found(subject(change));
			for (const pattern of said)
				assert.ok(
					all.some((line) => pattern.test(line)),
					`${pattern} is not among\n${all.join('\n')}`,
				);
			assert.equal(all.length, said.length, all.join('\n'));
		});

	const fine: readonly (readonly [what: string, change: Partial<Container>])[] = [
		['no labels', {}],
		[
			'attributes of any name',
			{ env: ['SERVICE_ZONE=b', 'SERVICE_REGION=eu', 'SERVICE_ENV=prod', 'SERVICE_TEAM=web'] },
		],
		['other programs’ labels', { labels: { 'com.docker.compose.service': 'web', 'traefik.enable': 'true' } }],
		['a check and how it asks', { labels: { SERVICE_80_CHECK_HTTP: '/', SERVICE_80_CHECK_INTERVAL: '5s' } }],
		[
			'a check of a port, and an option for all',
			{ labels: { SERVICE_80_CHECK_HTTP: '/', SERVICE_CHECK_INTERVAL: '5s' } },
		],
		['ignored, with no', { labels: { SERVICE_IGNORE: 'false' } }],
		['whatever the filters hide', { isFilteredOut: true }],
	];
	for (const [what, change] of fine)
		test(`finds nothing wrong with ${what}`, () => assert.deepEqual(found(subject(change)), []));

	test('finds an id that two containers would have', () => {
		const labels = { SERVICE_ID: 'mine' };
		assert.deepEqual(found(subject({ labels }), subject({ labels }, { where: 'other' })), [
			'SERVICE_ID: "mine" is the id of other too; only one of them is registered',
			'SERVICE_ID: "mine" is the id of web too; only one of them is registered',
		]);
	});

	test('says nothing of ports that nobody knows', () => {
		assert.deepEqual(
			found(subject({ labels: { SERVICE_81_NAME: 'x', 'reconsul.82.name': 'y' } }, { knowsPorts: false })),
			[],
		);
	});

	test('names no value that could be secret, and nothing that a terminal acts upon', () => {
		const labels = {
			SERVICE_DB_PASSWORD: 'x'.repeat(600),
			'SERVICE_\u001b[31mTAG': 'hush',
			'reconsul.check.a.http': 'hush',
		};
		const text = lintText(lintReport([subject({ labels })], plainSettings.derive), 1);
		assert.doesNotMatch(text, /hush|xxx/);
		assert.ok(!text.includes('\u001b'));
	});

	test('prints one a line, as compilers do', () => {
		const one = { where: 'compose.yml:web', label: 'SERVICE_NAME', message: 'it is wrong' };
		assert.equal(lintText([one, one], 1), 'compose.yml:web:SERVICE_NAME: it is wrong\n'.repeat(2));
		assert.equal(lintText([], 1), 'no mistakes found in the labels of 1 container\n');
		assert.equal(lintText([], 3), 'no mistakes found in the labels of 3 containers\n');
	});

	test('a plain container has its ports published', () => {
		const { ports } = plainContainer({ name: 'a', image: 'b', env: [], labels: {}, exposed: ['53/udp'] });
		assert.deepEqual(ports, { '53/udp': [{ hostIp: '', hostPort: 53 }] });
	});
});
