import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { explainText, notFoundText } from '../../../src/cli/explain-text.ts';
import { wrapped } from '../../../src/cli/wrap.ts';
import { container } from '../controller/containers.ts';
import { explanation } from '../explain/explained.ts';

const web = container({});
const control = '\u001b';
const plain = { width: 80, hasColors: false };

suite('an explanation in a terminal', () => {
	test('the answer comes first, then what to do, then the whole way', async () => {
		const it = await explanation({
			containers: [{ ...web, labels: { SERVICE_NAME: 'shop', SERVICE_CHECK_TCP: 'true' } }],
		});
		assert.equal(
			explainText(it, { ...plain, width: 100 }),
			`web is not in Consul: nothing speaks against u1:web:80, but nobody has registered it
  what to do: start the daemon (no daemon answered at --listen), or see in its log what fails

  container     web (a00000000000), image web
  status        running since 2026-08-01T09:00:00Z
  network       default
  found by      no filter keeps it out
  owner         u1 on host u1
  told by       this command: no daemon answered at --listen

port 80/tcp → u1:web:80
  published     0.0.0.0:49153
  rule          it is published: an address of the host and the published port
  address       192.0.2.10:49153  (this host's address, which its name resolves to; it is this
                host's address)
  not           172.17.0.2:80  (network bridge; the port is published)
  name          shop  (label SERVICE_NAME)
  id            u1:web:80  (host name, container name and container's port)
  meta check_tcp
                true  (label SERVICE_CHECK_TCP)

service u1:web:80
  is            shop at 192.0.2.10:49153
  stands        the agent does not have it
  meta          check_tcp=true
  check         Service 'shop' check: tcp 192.0.2.10:49153 every 10s (label SERVICE_CHECK_TCP); not
                in the agent
`,
		);
	});

	test('no line is wider than the terminal, where words are not', async () => {
		const it = await explanation({ containers: [{ ...web, ports: { '80/tcp': [] } }] });
		for (const line of explainText(it, { ...plain, width: 48 }).split('\n')) assert.ok(line.length <= 48, line);
	});

	test('colours say how it stands, and change no word', async () => {
		const it = await explanation({ containers: [web] });
		const colored = explainText(it, { ...plain, hasColors: true });
		assert.ok(colored.startsWith(`${control}[31mweb is not in Consul`));
		assert.equal(stripVTControlCharacters(colored), explainText(it, plain));
	});

	test('secrets and what a terminal would act upon stay out', async () => {
		const labels = {
			SERVICE_DB_PASSWORD: 'hush',
			SERVICE_TAGS: 'api_token=hush,\u001b[31mred',
			'reconsul.check.a.http': '/?token=hush',
		};
		const it = await explanation({ containers: [{ ...web, labels, name: 'web' }] });
		for (const text of [explainText(it, plain), JSON.stringify(it)]) assert.doesNotMatch(text, /hush/);
		assert.ok(!explainText(it, plain).includes(control));
	});

	test('nobody of that name', () => {
		assert.match(notFoundText({ notFound: 'wbe', near: ['web'] }), /called "wbe"; did you mean web\?$/);
		assert.match(notFoundText({ notFound: 'x', near: [] }), /docker ps -a and reconsul plan list what there is$/);
	});
});

test('a text breaks between words only', () => {
	assert.deepEqual(wrapped('one two three', 8, '  '), ['one two', '  three']);
	assert.deepEqual(wrapped('incomprehensibilities', 8), ['incomprehensibilities']);
});
