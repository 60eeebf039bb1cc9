/**
 * A host of its own in a process of its own: startHosts() starts it in network and mount namespaces of its own. It plays
 * the cases that it is sent, one at a time.
 */
import { play, type Scenario, type Verdict } from './play.ts';
import { startStage } from './stage.ts';

const [hosts] = process.argv.slice(2);
if (hosts === undefined || process.send === undefined) throw new Error('this is started by startHosts()');

const stage = await startStage(hosts);

async function answer(scenario: Scenario): Promise<void> {
	const verdict = await play(scenario, stage).catch(
		(error: unknown): Verdict => ({ faults: [`could not be played: ${error}`], seconds: 0, log: '' }),
	);
	// Nobody waits for it where we are about to end.
	if (process.connected) process.send?.(verdict);
}

process.on('message', (scenario: Scenario) => void answer(scenario));
process.on('disconnect', () => void stage[Symbol.asyncDispose]().then(() => process.exit()));
process.send('ready');
