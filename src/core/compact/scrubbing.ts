import type { Core } from '../core.ts';
import { localDeletesOfVersion } from '../format/local-layout.ts';
import { scrubVersionsMax } from '../limits.ts';
import type { Recovered } from '../recover/recovered.ts';
import { call, createSignal, fire, until, waitFor, type Scope, type Signal, type Task } from '../task.ts';
import { localStoreUnwritable } from '../values/read-values.ts';
import { mayScrub } from './may-scrub.ts';
import { scrub } from './scrub.ts';

/**
 * Drops what compactions made obsolete, from the state and from the local store, a little at a time and never under somebody who reads it.
 * One that settles meanwhile is gone over along with those before it.
 */
export interface Scrubbing {
  /** Nothing where it is under way. */
  start(): void;
  isUnderWay(): boolean;
  hold(reader: StateReader): void;
  letGo(reader: StateReader): void;
  /** It could go on now, were it not for this reader. */
  waitsFor(reader: StateReader): boolean;
  /** The last segment that the local store follows is another. */
  slotFilled(): void;
  /** Fired whenever nothing obsolete is left. */
  readonly doneSignal: Signal;
}

/** Who reads versions of the state over several steps. */
export type StateReader = 'checkpointing' | 'hashing' | 'snapshotting';

export function createScrubbing(core: Core, scope: Scope, recovered: Recovered, done: () => void): Scrubbing {
  const { state } = recovered;
  const readers: Record<StateReader, boolean> = { checkpointing: false, hashing: false, snapshotting: false };
  const maySignal = createSignal();
  const doneSignal = createSignal();
  let underWay = false;

  function may(held: Readonly<Record<StateReader, boolean>>): boolean {
    return mayScrub({
      settledRevision: state.settledCompactRevision,
      slotRevision: recovered.position.compactRevision,
      ...held,
    });
  }

  function* scrubAll(): Task<void> {
    for (;;) {
      yield* until(core.at.monotonicMs);
      while (!may(readers)) yield* waitFor(maySignal);
      const { dropped, done: isDone } = scrub(state, scrubVersionsMax);
      const batch = dropped.flatMap((version) => localDeletesOfVersion(version));
      if (batch.length > 0) {
        const result = yield* call({ kind: 'local-write', batch, durability: 'none', afterReads: true });
        if (result.kind === 'local-failed') throw localStoreUnwritable(result.message);
      }
      if (isDone) break;
    }
    underWay = false;
    done();
    fire(doneSignal);
  }

  return {
    start() {
      if (underWay) return;
      underWay = true;
      scope.spawn(scrubAll());
    },
    isUnderWay: () => underWay,
    hold(reader) {
      readers[reader] = true;
    },
    letGo(reader) {
      readers[reader] = false;
      fire(maySignal);
    },
    waitsFor: (reader) => underWay && may({ ...readers, [reader]: false }),
    slotFilled: () => fire(maySignal),
    doneSignal,
  };
}
