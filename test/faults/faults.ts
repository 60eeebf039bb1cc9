import type { Fault } from './fault.ts';
import { doubles } from './ourselves/doubles.ts';
import { kills } from './ourselves/kills.ts';
import { limits } from './ourselves/limits.ts';
import { storms } from './ourselves/storms.ts';
import { ourFault } from './ourselves/trial.ts';
import { consulOutages } from './outside/consul.ts';
import { dockerOutages } from './outside/docker.ts';
import { outsideFault } from './outside/trial.ts';

export const outside: readonly Fault[] = [...consulOutages, ...dockerOutages].map(outsideFault);
export const ourselves: readonly Fault[] = [...kills, ...doubles, ...storms, ...limits].map(ourFault);
