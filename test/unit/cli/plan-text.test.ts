import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { planText } from '../../../src/cli/plan/text.ts';
import { hasColors } from '../../../src/cli/terminal.ts';
import { container, published } from '../controller/containers.ts';
import { containerId } from '../plan/samples.ts';
import { entry, planned, type Situation, stampOf } from './planned.ts';

const web = container({ labels: { SERVICE_REGION: 'eu', SERVICE_TAGS: 'a,b', SERVICE_CHECK_TCP: 'no' } });
const other = container({
	id: containerId('b'),
	name: 'a-longer-name',
	exposed: ['80/tcp', '443/tcp'],
	ports: { ...published(80, 8_080), '443/tcp': [] },
});
const ended = container({ id: containerId('c'), name: 'ended' });

const everything: Situation = {
	containers: [web, other, { ...other, id: containerId('d'), name: 'new', ports: published(80, 8_081), exposed: [] }],
	entries: [
		entry({ port: 81, tags: ['b', 'c'], meta: { region: 'us', check_tcp: 'no' } }),
		entry({ id: 'u1:a-longer-name:80', port: 8_080 }),
		entry({ id: 'u1:ended:80', stamp: stampOf(ended) }),
		entry({ id: 'u1:gone:80', address: '' }),
		entry({ id: '3f2a91c0d4e5:new:80' }),
		entry({ id: '3f2a91c0d4e5:gone:80' }),
	],
};

suite('a plan as people read it', () => {
	test('is in columns, with what matters first, and ends with the sum', async () => {
		const text = planText(await planned(everything), false);
		assert.equal(
			text,
			`register 1: services of running containers that the agent does not have
  u1:new:80  web  192.0.2.10:8081  new

adopt 1: entries as wanted but for our stamp; one write each adds it
  u1:a-longer-name:80  web  192.0.2.10:8080  a-longer-name

change 1: entries that are not as wanted
  u1:web:80  web  192.0.2.10:49153  web
      it has no stamp of ours: registrator wrote it, or somebody took the stamp off
      port         wanted 49153  found 81
      tags         wanted a, b   found b, c
      meta region  wanted eu     found us

remove 1: entries that nobody wants any more
  u1:ended:80  web  192.0.2.10:49153  its container is gone

stale 1: registrator's entries that no container wants; they stay, unless -cleanup is given
  u1:gone:80  web  :49153  left by registrator: its container is gone

other host name 1: entries of this host's containers under 3f2a91c0d4e5
  3f2a91c0d4e5:new:80  now u1:new:80
  --former-hostname 3f2a91c0d4e5 hands them over to u1: they go (and 1 more, of containers that are not here), the others come

not registered 1: ports and containers that yield no service
  a-longer-name  443/tcp  the port is not published on the host (-p or -P)

warnings 1:
  web: SERVICE_CHECK_TCP=no: registrator checked all the same; now that check is gone

not in sync: 1 register, 1 adopt, 1 change, 1 remove, 1 stale (owner u1); nothing was written
`,
		);
	});

	test('of nothing is one line', async () => {
		assert.equal(planText(await planned({}), true), 'in sync: nothing to register (owner u1); nothing was written\n');
	});

	test('does not list what stays as it is', async () => {
		const situation = { containers: [container({})], entries: [entry({})] };
		const { entries, ...rest } = await planned(situation);
		const kept = entries.map((it) => ({ ...it, action: 'keep' as const, differences: [] }));
		const counts = { ...rest.counts, adopt: 0, keep: 1 };
		assert.equal(
			planText({ ...rest, counts, entries: kept }, false),
			'in sync: 1 keep (owner u1); nothing was written\n',
		);
	});

	test('has colours only where asked for, and is the same text with them', async () => {
		const report = await planned(everything);
		const colored = planText(report, true);
		// biome-ignore lint/suspicious/noControlCharactersInRegex: that is what colours are
		assert.equal(colored.replace(/\u001b\[\d+m/g, ''), planText(report, false));
		assert.notEqual(colored, planText(report, false));
	});

	test('says once what many containers have in common', async () => {
		const containers = Array.from({ length: 6 }, (_, n) => ({ ...web, id: containerId(`${n}e`), name: `web-${n}` }));
		const text = planText(await planned({ containers }), false);
		assert.match(text, /warnings 1:\n {2}web-0, web-1, web-2, web-3 and 2 more: SERVICE_CHECK_TCP=no/);
	});

	test('has no control characters of other people’s', async () => {
		const entries = [entry({ id: 'u1:web:80', name: 'a\u001b[2Jb\nc', tags: ['\u202ex'] })];
		const text = planText(await planned({ containers: [web], entries }), false);
		// biome-ignore lint/suspicious/noControlCharactersInRegex: that is what is looked for
		assert.doesNotMatch(text, /[\u0000-\u0009\u000b-\u001f\u202e]/);
		assert.match(text, /found a\\u001b\[2Jb\\nc/);
	});

	test('breaks no column for a long name', async () => {
		const name = 'x'.repeat(200);
		const long = container({ id: containerId('e'), name, ports: published(80, 1) });
		const lines = planText(await planned({ containers: [web, long] }), false).split('\n');
		assert.ok(lines.some((line) => /^ {2}u1:web:80 {2,}web {2}192/.test(line)));
	});
});

suite('colours', () => {
	const rows: readonly [sentence: string, isTTY: boolean, env: Readonly<Record<string, string>>, has: boolean][] = [
		['on a terminal', true, { TERM: 'xterm' }, true],
		['not in a pipe', false, { TERM: 'xterm' }, false],
		['not where NO_COLOR says so', true, { NO_COLOR: '1' }, false],
		['where NO_COLOR is empty', true, { NO_COLOR: '' }, true],
		['not on a terminal that has none', true, { TERM: 'dumb' }, false],
	];
	for (const [sentence, isTTY, env, has] of rows) test(sentence, () => assert.equal(hasColors({ isTTY }, env), has));
});
