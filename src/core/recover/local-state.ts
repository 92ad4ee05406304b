import { noAlarms } from '../alarm/alarms.ts';
import { authInitial } from '../auth/auth-state.ts';
import { log, type Core } from '../core.ts';
import { NodeFailure } from '../failure.ts';
import { describeDamage } from '../format/damage.ts';
import { slotKey } from '../format/keys.ts';
import { decodeSegment, type DecodedSegment } from '../format/segment.ts';
import { localKeyAfter } from '../format/local-entry.ts';
import {
  decodeLocalVersion,
  decodePosition,
  localPositionKey,
  localVersionRange,
  type LocalPosition,
} from '../format/local-layout.ts';
import { finishLoading, loadTables, loadVersion } from '../state/load.ts';
import { createState, type State } from '../state/state.ts';
import { scanAll } from './scan-all.ts';
import { createSlotSource, readSlotAnywhere } from './slot-source.ts';
import { readDecoded } from '../store/objects.ts';
import { call, type Task } from '../task.ts';
import { equalBytes } from '../types/bytes.ts';
import type { LogPosition, Manifest } from '../types/log.ts';
import { createLoading } from '../values/loading.ts';
import { createValueCache } from '../values/value-cache.ts';
import { mayGoOnLoading, readLoading } from './local-loading.ts';
import { readManifest } from './locate-manifest.ts';
import type { Recovered, RecoveredTables } from './recovered.ts';
import { loadLocalTables } from './local-tables.ts';

/**
 * The local store is a cache with a position in the chain (protocol, invariant 6). It is used only when the segment that its
 * position names is in its slot with the very hash that was applied; else it is set aside whole, never patched.
 */

/**
 * Undefined: there is nothing local that can be proved, and the local store is empty now, or has the beginning of the very checkpoint that comes
 * next.
 */
export function* reuseLocalState(core: Core, manifest: Manifest): Task<Recovered | undefined> {
  const held = yield* readLocalPosition(core);
  if (held === undefined && (yield* mayGoOnLoading(core, manifest))) return undefined;
  const proved = held === undefined || typeof held === 'string' ? held : yield* prove(core, manifest, held);
  const recovered = proved === undefined || typeof proved === 'string' ? proved : yield* loadLocalState(core, proved);
  if (recovered === undefined || typeof recovered === 'string') {
    yield* setLocalStateAside(core, recovered);
    return undefined;
  }
  const { slot, revision } = recovered.position;
  log(core, 'info', 'local state reused: its place in the log is proved', {
    slot,
    revision,
    versions: recovered.state.versions,
  });
  return recovered;
}

/** A text says what is wrong with the position that is there. */
function* readLocalPosition(core: Core): Task<LocalPosition | string | undefined> {
  if (core.localDistrust !== undefined) return core.localDistrust;
  const to = localKeyAfter(localPositionKey);
  const result = yield* call({ kind: 'local-scan', from: localPositionKey, to, limit: 1 });
  if (result.kind === 'local-failed') return `it cannot be read: ${result.message}`;
  const entry = result.entries[0];
  if (entry === undefined) return undefined;
  const decoded = decodePosition(entry.value, core.digest);
  return decoded.kind === 'ok' ? decoded.value : 'its position is damaged';
}

interface ProvedPosition {
  readonly position: LogPosition;
  readonly wallMs: number;
}

/** A text says why the log does not prove it. */
function* prove(core: Core, manifest: Manifest, held: LocalPosition): Task<ProvedPosition | string> {
  if (!equalBytes(held.databaseId, manifest.databaseId)) return 'it belongs to another database';
  const { position } = held;
  if (position.slot + 1 < manifest.logFloor) return beyondIt(manifest);
  if (position.slot === 0) return { position, wallMs: 0 };
  const key = slotKey(position.slot);
  const expected = { databaseId: manifest.databaseId, slot: position.slot };
  const read = yield* readDecoded(core, key, (body) => decodeSegment(key, body, core.digest, expected));
  if (read.kind === 'damaged') return `what it says it has applied is damaged: ${describeDamage(read.damage)}`;
  if (read.kind === 'ok') return provedBy(read.value, position);
  const archived = yield* readArchived(core, manifest, position.slot);
  if (typeof archived === 'string') return archived;
  if (archived !== undefined) return provedBy(archived, position);
  const now = (yield* readManifest(core))?.manifest ?? manifest;
  if (position.slot < now.logFloor) return beyondIt(now);
  throw new NodeFailure(
    `${key} is missing, although this node has applied it: the log lost it. Restore the object from a version or a backup of the bucket; ` +
      'if the bucket was set back on purpose, move the data folder away and start again',
  );
}

function beyondIt({ logFloor }: Manifest): string {
  return `the log is kept from slot ${logFloor} on, which is beyond it`;
}

/** Its own object is gone. A text says that the archive cannot be read; undefined: there is none. */
function* readArchived(
  core: Core,
  { databaseId, archives }: Manifest,
  slot: number,
): Task<DecodedSegment | string | undefined> {
  try {
    return yield* readSlotAnywhere(createSlotSource(core, { databaseId, archives, home: undefined }), slot);
  } catch (error) {
    if (!(error instanceof NodeFailure)) throw error;
    return `what it says it has applied is in an archive that cannot be read: ${error.message}`;
  }
}

function provedBy({ hash, frames }: DecodedSegment, position: LogPosition): ProvedPosition | string {
  if (equalBytes(hash, position.segmentHash)) return { position, wallMs: frames.at(-1)!.frame.wallMs };
  return `${slotKey(position.slot)} is not the segment that it has applied`;
}

export function* setLocalStateAside(core: Core, reason: string | undefined): Task<void> {
  const result = yield* call({ kind: 'local-set-aside' });
  if (result.kind === 'local-failed') throw new NodeFailure(`the local store cannot be set aside: ${result.message}`);
  core.localDistrust = undefined;
  if (result.path === undefined) return;
  log(core, 'warn', 'local state set aside; it is rebuilt from the object store', {
    reason: reason ?? 'it was left incomplete',
    path: result.path,
  });
}

function* loadLocalState(core: Core, { position, wallMs }: ProvedPosition): Task<Recovered | string> {
  const state = createState();
  const tables = yield* loadLocalTables(core);
  if (typeof tables === 'string') return tables;
  loadTables(state, tables);
  const versionProblem = yield* scanAll(localVersionRange, (entry) => {
    const version = decodeLocalVersion(entry, core.digest);
    if (version.kind === 'damaged') return 'a version in it is damaged';
    if (version.value.modRevision > position.revision) return 'it holds versions beyond its position';
    loadVersion(state, version.value);
    if (state.versions % 500_000 === 0) log(core, 'info', 'loading local state', { versions: state.versions });
    return undefined;
  });
  if (versionProblem !== undefined) return versionProblem;
  const held = yield* readLoading(core);
  if (typeof held === 'string') return held;
  const loading = held && createLoading(held.record, held.chunks);
  return completed(core, state, { ...tables, position, wallMs, loading });
}

/** Of a log before its first record. */
export function noTables(): RecoveredTables {
  return { leases: new Map(), auth: authInitial, alarms: noAlarms };
}

/** A state whose versions and leases have been loaded, at its position. */
export function completed(
  core: Core,
  state: State,
  rest: RecoveredTables & Pick<Recovered, 'position' | 'wallMs' | 'loading'>,
): Recovered {
  const { position } = rest;
  finishLoading(state, position.revision, position.compactRevision);
  const values = createValueCache(core.configuration.valueCacheBytes);
  return { ...rest, state, values, nextSlot: position.slot + 1 };
}
