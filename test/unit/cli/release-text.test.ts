import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { belongingsOf, belongingsText } from '../../../src/cli/release/text.ts';
import { container } from '../controller/containers.ts';
import { ownership } from '../plan/samples.ts';
import { entry, stampOf } from './planned.ts';

const { engine } = ownership;
const stamp = stampOf(container({}), { engine });
const all = [
	entry({ id: 'u1:web:81', stamp }),
	entry({ stamp }),
	entry({ id: 'u1:web:80:alias:front', name: 'front', stamp }),
	entry({ id: 'u1:far:80', stamp: { ...stamp, engine: 'OTHE:RONE' } }),
	entry({ id: 'u1:theirs:80', stamp: { ...stamp, owner: 'u2' } }),
	entry({ id: 'u1:registrator:80' }),
	entry({ id: 'u1:web:80-sidecar-proxy', kind: 'connect-proxy', stamp }),
];
const ids = (change: Partial<typeof ownership>) => {
	const { ours, aliases, elsewhere } = belongingsOf(all, { ...ownership, ...change });
	return [ours, aliases, elsewhere].map((entries) => entries.map(({ id }) => id));
};

suite('what is released', () => {
	test('is ours by owner and engine; further names stay, since registrator does not know them', () => {
		assert.deepEqual(ids({}), [['u1:web:80', 'u1:web:81'], ['u1:web:80:alias:front'], ['u1:far:80']]);
	});

	test('is another engine’s too under --take-over', () => {
		assert.deepEqual(ids({ takeOver: true })[0], ['u1:far:80', 'u1:web:80', 'u1:web:81']);
	});

	test('is a former owner’s too under --former-hostname', () => {
		assert.deepEqual(ids({ formerHostnames: ['u2'] })[0], ['u1:theirs:80', 'u1:web:80', 'u1:web:81']);
	});

	test('is shown in columns, each kind with what becomes of it', () => {
		assert.equal(
			belongingsText(belongingsOf(all, ownership), ownership),
			`release 2: entries that lose our stamp, and the checks that only we gave them; they stay as they are otherwise
  u1:web:80  web  192.0.2.10:49153
  u1:web:81  web  192.0.2.10:49153

kept 1: further names (reconsul.aliases), which registrator does not know; deregister them when nobody needs them
  u1:web:80:alias:front  front  192.0.2.10:49153

kept 1: entries of owner u1 from another Docker engine (--take-over counts them in)
  u1:far:80  web  192.0.2.10:49153

`,
		);
	});

	test('is told where it is nothing', () => {
		assert.equal(belongingsText(belongingsOf([], ownership), ownership), 'there is nothing of owner u1 to release\n');
	});
});
