import type { FaultKind } from './fault-kind.ts';
import { armPause, pauseWindow } from './pause-window.ts';

export const processSuspend: FaultKind = {
  kind: 'process-suspend',
  port: 'process',
  does: 'The machine sleeps for a while: the process and its monotonic clock stand still, the wall clock goes on.',
  seen: 'CLOCK_MONOTONIC of Linux does not count suspension: a laptop lid, a suspended virtual machine with a clock set on resume.',
  ...pauseWindow,
  promise: () => 'masked',
  notWith: ['clock-jump', 'clock-freeze'],
  arm: (fault, stage) => armPause(fault, stage, { monotonic: true, wall: false }),
};
