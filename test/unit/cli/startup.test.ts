import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';

const main = join(import.meta.dirname, '..', '..', '..', 'src', 'main.ts');
/** Prints the files of packages that were loaded. */
const probe = `data:text/javascript,import m from 'node:module';process.on('exit',()=>console.log(Object.keys(m._cache)+''))`;

/** Whether a run of the program loads the client of Docker, which is half of all that it ever loads. */
const loadsDocker = (...args: readonly string[]): boolean =>
	spawnSync(process.execPath, ['--import', probe, main, ...args], { encoding: 'utf8' }).stdout.includes('/dockerode/');

// Docker starts the check every 30 s for as long as the container lives: with the daemon's packages it took 0.27 s of a
// processor each time, more than the daemon itself needs at rest.
test('the health check loads none of what only the daemon needs', () => {
	assert.equal(loadsDocker('--listen=', 'healthcheck'), false);
	assert.equal(loadsDocker('-tags={{', 'memory://'), true);
});
