import { branchBase, type BranchBase } from '../branch/branch-base.ts';
import { coreAt } from '../core-at.ts';
import type { Core } from '../core.ts';
import { isBeyond, placed } from '../recover/is-beyond.ts';
import type { Task } from '../task.ts';
import { readDatabase } from '../tool/read-database.ts';
import { placeAlone, type ContentReader } from '../tool/content-reader.ts';
import { upTo } from '../tool/reach.ts';
import { readUpTo, type LogEnd, type ReadUpTo } from '../tool/read-up-to.ts';
import { versionsOfRecord } from '../tool/versions-of-record.ts';
import type { ByteString } from '../types/bytes.ts';
import type { Cut } from '../types/log.ts';
import { followSuccessors } from './follow-successors.ts';
import { onLineOf } from './line-at.ts';

/** What a rollback would do, told from the log alone: nothing is written, and a leader may go on meanwhile. */
export interface RollbackPlan {
  readonly kind: 'plan';
  /** The database that is rolled back. */
  readonly home: string;
  /** The one whose content comes back: the same, or one that it goes on for. */
  readonly lineHome: string;
  /** At the cut. */
  readonly revision: number;
  readonly wallMs: number;
  /** Of the database as it is. */
  readonly end: LogEnd;
  /** Keys written after the cut; undefined: the cut is on a line that was abandoned before. */
  readonly keysWritten: number | undefined;
  /** Changes of users, roles or the switch after the cut, which are taken back with it; undefined as above. */
  readonly authChanges: number | undefined;
}

export type Unreachable = Exclude<BranchBase, { readonly kind: 'base' }>;

export function* planRollback(core: Core, cut: Cut): Task<RollbackPlan | Unreachable> {
  const home = yield* followSuccessors(core);
  const at = coreAt(core, home);
  const found = yield* onLineOf(at, cut, (line) => placeOf(line, cut));
  const { answer } = found;
  if (answer.kind !== 'read') return answer;
  const counting = countChanges(cut);
  const own = found.home === home;
  const database = yield* readDatabase(at);
  const reach = own ? ({ from: cut, to: end, order: 'newest-first' } as const) : upTo(end);
  const read = yield* readUpTo(at, database, reach, own ? counting.reader : placeAlone);
  if (read.kind !== 'read') return read;
  const { position, nextSlot, wallMs } = read;
  return {
    kind: 'plan',
    home,
    lineHome: found.home,
    revision: answer.position.revision,
    wallMs: answer.wallMs,
    end: { position, nextSlot, wallMs },
    keysWritten: own ? counting.keys.size : undefined,
    authChanges: own ? counting.authChanges() : undefined,
  };
}

const end: Cut = { kind: 'end' };

/** Only where a branch could begin. */
function* placeOf(core: Core, cut: Cut): Task<ReadUpTo> {
  const database = yield* readDatabase(core);
  const base = yield* branchBase(core, database, cut);
  if (base.kind !== 'base') return base;
  const keeper = coreAt(core, base.base.stretches.at(-1)!.home);
  return yield* readUpTo(
    keeper,
    keeper.home === core.home ? database : yield* readDatabase(keeper),
    upTo(cut),
    placeAlone,
  );
}

interface Counting {
  readonly keys: Set<ByteString>;
  authChanges(): number;
  readonly reader: ContentReader;
}

function countChanges(cut: Cut): Counting {
  const keys = new Set<ByteString>();
  let authChanges = 0;
  let isAbandoned = false;
  const reader: ContentReader = {
    ...placeAlone,
    begin() {
      keys.clear();
      authChanges = 0;
      isAbandoned = false;
    },
    record(record, wallMs) {
      isAbandoned ||= isBeyond(cut, placed(record, 0, wallMs));
      if (!isAbandoned) return;
      if (record.kind === 'auth') authChanges += 1;
      for (const { key } of versionsOfRecord(record, () => true)) keys.add(key);
    },
  };
  return { keys, authChanges: () => authChanges, reader };
}
