import { parkedRequestsMax } from '../limits.ts';
import type { Core } from '../core.ts';
import type { State } from '../state/state.ts';
import { createSignal, fire, waitFor, type Signal, type Task } from '../task.ts';
import { clientErrors, type ClientError } from '../types/error.ts';
import type { HashKvResponse } from '../types/response.ts';
import type { ValueSource } from '../values/value-source.ts';
import { hashState } from './hash-state.ts';

/**
 * A reign's answers to who asks for the hash of the state: one after the other, and the scrub waits for none but the one under way.
 *
 * A hash is of durable revisions alone. It is held against compactions when it is begun: one that settles later changes nothing, for
 * what it makes obsolete stays until the hash is there.
 */
export interface Hashing {
  /** False: there are too many already. */
  ask(id: number, revision: number): boolean;
  abandon(id: number): void;
  /** For all that have no answer yet. */
  takeAll(): readonly number[];
  /** Goes on for as long as the reign. */
  keep(): Task<void>;
}

export interface HashingEdges {
  readonly durable: { readonly revision: number; readonly compactRevision: number };
  /** A scrub could go on now, were it not for this. */
  scrubWaits(): boolean;
  readonly scrubbed: Signal;
  began(): void;
  ended(): void;
  answer(id: number, response: HashKvResponse): void;
  fail(id: number, error: ClientError): void;
}

export function createHashing(core: Core, state: State, values: ValueSource, edges: HashingEdges): Hashing {
  /** By id: the revision asked for, 0 for the newest. In the order in which they came. */
  const asking = new Map<number, number>();
  const asked = createSignal();

  function* answerOne(id: number, asksFor: number): Task<void> {
    const { revision, compactRevision } = edges.durable;
    // etcd's own rule: what was compacted at a revision can still be told of that revision itself.
    const error =
      asksFor > 0 && asksFor < compactRevision
        ? clientErrors.compacted
        : asksFor > revision
          ? clientErrors.futureRevision
          : undefined;
    if (error !== undefined) {
      asking.delete(id);
      edges.fail(id, error);
      return;
    }
    const hashed = { revision: asksFor === 0 ? revision : asksFor, compactRevision };
    edges.began();
    const hash = yield* hashState(core, state, values, hashed, () => asking.has(id));
    edges.ended();
    if (hash === undefined || !asking.delete(id)) return;
    edges.answer(id, { kind: 'hash-kv', hash, hashRevision: hashed.revision, compactRevision });
  }

  return {
    ask(id, revision) {
      if (asking.size >= parkedRequestsMax) return false;
      asking.set(id, revision);
      fire(asked);
      return true;
    },
    abandon: (id) => void asking.delete(id),
    takeAll() {
      const ids = [...asking.keys()];
      asking.clear();
      return ids;
    },
    *keep() {
      for (;;) {
        const [next] = asking;
        if (next === undefined) {
          yield* waitFor(asked);
          continue;
        }
        // Between two of them a scrub comes to its end: however many ask, what is obsolete goes.
        if (edges.scrubWaits()) {
          yield* waitFor(edges.scrubbed);
          continue;
        }
        yield* answerOne(...next);
      }
    },
  };
}
