import type { FaultKind } from './fault-kind.ts';
import { armPause, pauseWindow } from './pause-window.ts';

export const processPause: FaultKind = {
  kind: 'process-pause',
  port: 'process',
  does: 'The process is stopped for a while; both clocks go on.',
  seen: 'SIGSTOP, a long garbage collection, a container over its CPU quota: the client of Kleppmann\'s "How to do distributed locking" that wakes up after its lease.',
  ...pauseWindow,
  promise: () => 'masked',
  arm: (fault, stage) => armPause(fault, stage),
};
