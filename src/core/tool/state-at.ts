import type { Core } from '../core.ts';
import type { State } from '../state/state.ts';
import { onLineOf } from '../restore/line-at.ts';
import type { Task } from '../task.ts';
import type { LeaseId } from '../types/bytes.ts';
import type { Cut, LogPosition } from '../types/log.ts';
import type { Version } from '../types/version.ts';
import { readingDatabase } from './read-database.ts';
import { readUpTo, type ReadUpTo } from './read-up-to.ts';
import type { StartOrder } from './starts.ts';
import { createStateReader } from './state-reader.ts';

/** The whole state at a cut, as a recovery would build it, without the values. */
export type StateAt =
  | {
      readonly kind: 'state';
      readonly state: State;
      readonly leases: ReadonlyMap<LeaseId, number>;
      readonly position: LogPosition;
      readonly wallMs: number;
    }
  | Exclude<ReadUpTo, { readonly kind: 'read' }>;

/**
 * Of a checkpoint above the cut it would not be the state at that moment, leases and sequence included: a revision that only such a one
 * still holds counts as compacted.
 */
export function* stateAt(
  core: Core,
  cut: Cut,
  look: (version: Version) => void = () => undefined,
  order: StartOrder = 'newest-first',
): Task<StateAt> {
  return (yield* onLineOf(core, cut, (line) => stateOnLine(line, cut, look, order))).answer;
}

function* stateOnLine(core: Core, cut: Cut, look: (version: Version) => void, order: StartOrder): Task<StateAt> {
  return yield* readingDatabase(core, function* (database) {
    const reader = createStateReader(look);
    const oldest = database.manifest.checkpoints[0];
    const isKept =
      database.manifest.logFloor <= 1 || cut.kind !== 'revision' || cut.revision >= (oldest?.revision ?? 0);
    if (!isKept) return { kind: 'compacted', revision: oldest?.revision ?? 0, wallMs: oldest?.wallMs ?? 0 };
    const read = yield* readUpTo(core, database, { from: cut, to: cut, order }, reader);
    if (read.kind !== 'read') return read;
    return {
      kind: 'state',
      state: reader.state(),
      leases: reader.leases,
      position: read.position,
      wallMs: read.wallMs,
    };
  });
}
