import type { Action } from '../types/scenario.ts';
import { alarmCycle } from './alarm-cycle.ts';
import { alarmWatch } from './alarm-watch.ts';
import { compactBehind, readBack } from './behind.ts';
import { guaranteedUpdate, guardedDelete } from './guaranteed-update.ts';
import { holdLease } from './hold-lease.ts';
import { listWatch } from './list-watch.ts';
import { lock } from './lock.ts';
import { keepMakingRoom } from './make-room.ts';
import { probe } from './probe.ts';
import { call, type ClientTask, type ClientView } from './task.ts';
import { watch } from './watch.ts';

/** The steps of each kind of action. `id` makes what it writes unlike anything else. */
export function taskOf(action: Action, id: string, view: ClientView): ClientTask {
  switch (action.kind) {
    case 'request':
      return request(action);
    case 'guaranteed-update':
      return guaranteedUpdate(action);
    case 'guarded-delete':
      return guardedDelete(action);
    case 'watch':
      return watch(action, view);
    case 'list-watch':
      return listWatch(action, view);
    case 'hold-lease':
      return holdLease(action, id, view);
    case 'lock':
      return lock(action, id, view);
    case 'collect':
    case 'branch-create':
    case 'branch-delete':
    case 'branch-run':
    case 'restore':
      throw new Error('assertion: that is an operator’s work, no client’s');
    case 'alarm-cycle':
      return alarmCycle(action, view);
    case 'make-room':
      return keepMakingRoom(action, view);
    case 'alarm-watch':
      return alarmWatch(action, view);
    case 'probe':
      return probe(action, view);
    case 'compact-behind':
      return compactBehind(action, view);
    case 'read-back':
      return readBack(action, view);
  }
}

function* request(action: Extract<Action, { readonly kind: 'request' }>): ClientTask {
  yield* call(action.request);
}
