import type { FaultKind } from './fault-kind.ts';
import { keptWithoutClocks } from './kept.ts';
import { armPause, pauseWindow } from './pause-window.ts';

export const processSnapshotResumed: FaultKind = {
  kind: 'process-snapshot-resumed',
  port: 'process',
  does: 'The machine is frozen by its hypervisor and goes on as if no time had passed, on either clock.',
  seen: 'vMotion and restored snapshots without guest tools that set the clock.',
  ...pauseWindow,
  promise: () => 'beyond',
  keeps: keptWithoutClocks,
  arm: (fault, stage) => armPause(fault, stage, { monotonic: true, wall: true }),
};
