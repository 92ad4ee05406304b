import type { Core } from '../core.ts';
import { log } from '../core.ts';
import { decodeLocalVersion, localVersionRange } from '../format/local-layout.ts';
import { isSame, readLoading } from '../recover/local-loading.ts';
import { setLocalStateAside } from '../recover/local-state.ts';
import { scanAll } from '../recover/scan-all.ts';
import { loadVersion } from '../state/load.ts';
import { createState, type State } from '../state/state.ts';
import type { Task } from '../task.ts';
import { equalBytes } from '../types/bytes.ts';
import type { KeyedChunk, LoadingRecord } from '../types/loading.ts';

/** The keys that an earlier attempt at the same checkpoint has left in the local store. */
export interface HeldKeys {
  readonly state: State;
  /** The checkpoint's first so many. */
  readonly chunks: readonly KeyedChunk[];
}

/** All of it or nothing: what does not fit together is set aside. */
export function* loadHeldKeys(core: Core, record: LoadingRecord): Task<HeldKeys> {
  const held = yield* readHeldKeys(core, record);
  if (held !== undefined && typeof held !== 'string') return held;
  if (held !== undefined) yield* setLocalStateAside(core, held);
  return { state: createState(), chunks: [] };
}

/** Undefined: nothing was begun. A text says what is wrong. */
function* readHeldKeys(core: Core, record: LoadingRecord): Task<HeldKeys | string | undefined> {
  const held = yield* readLoading(core);
  if (held === undefined || typeof held === 'string') return held;
  const { chunks } = held;
  const isOurs = equalBytes(held.record.databaseId, record.databaseId);
  if (!isOurs || !isSame(held.record.checkpoint, record.checkpoint)) return 'it began with another checkpoint';
  if (chunks.some(({ index }, place) => index !== place)) return 'a chunk is missing in what was loaded';
  const state = createState();
  const problem = yield* scanAll(localVersionRange, (entry) => {
    const version = decodeLocalVersion(entry, core.digest);
    if (version.kind === 'damaged') return 'a version in it is damaged';
    // What an ancestor's log gave after the checkpoint comes from there again.
    if (version.value.modRevision <= record.checkpoint.revision) loadVersion(state, version.value);
    return undefined;
  });
  if (problem !== undefined) return problem;
  const due = chunks.reduce((sum, { reference }) => sum + reference.versions, 0);
  if (state.versions !== due) return `it holds ${state.versions} versions of the checkpoint, ${due} are due`;
  if (chunks.length > 0) {
    log(core, 'info', 'going on with the checkpoint that was being loaded', {
      chunks: chunks.length,
      of: record.chunks,
    });
  }
  return { state, chunks };
}
