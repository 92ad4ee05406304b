import { log, type Core } from '../core.ts';
import { NodeFailure } from '../failure.ts';
import { slotKey } from '../format/keys.ts';
import {
  decodeLocalLease,
  decodeLocalVersion,
  decodePosition,
  localKeyAfter,
  localLeaseRange,
  localPositionKey,
  localVersionRange,
  type LocalPosition,
} from '../format/local-layout.ts';
import { finishLoading, loadLease, loadVersion } from '../state/load.ts';
import { createState, type State } from '../state/state.ts';
import { readObject } from '../store/objects.ts';
import { segmentHash } from '../format/hashes.ts';
import { call, type Task } from '../task.ts';
import { equalBytes } from '../types/bytes.ts';
import type { LogPosition, Manifest } from '../types/log.ts';
import type { LocalEntry } from '../../ports/local-store.ts';
import { createValueCache } from '../values/value-cache.ts';
import type { Recovered } from './recovered.ts';

/**
 * The local store is a cache with a position in the chain (protocol, invariant 6). It is used only when the segment that its
 * position names is in its slot with the very hash that was applied; else it is set aside whole, never patched.
 */

const entriesPerScan = 2_000;

/** Undefined: there is nothing local that can be proved, and the local store is empty now. */
export function* reuseLocalState(core: Core, manifest: Manifest): Task<Recovered | undefined> {
  const held = yield* readLocalPosition(core);
  const refusal = held === undefined ? undefined : yield* whyNotProved(core, manifest, held);
  if (held === undefined || typeof held === 'string' || refusal !== undefined) {
    yield* setLocalStateAside(core, typeof held === 'string' ? held : refusal);
    return undefined;
  }
  const recovered = yield* loadLocalState(core, held.position);
  if (typeof recovered === 'string') {
    yield* setLocalStateAside(core, recovered);
    return undefined;
  }
  log(core, 'info', 'local state reused: its place in the log is proved', {
    slot: held.position.slot,
    revision: held.position.revision,
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

function* whyNotProved(core: Core, manifest: Manifest, held: LocalPosition | string): Task<string | undefined> {
  if (typeof held === 'string') return held;
  if (!equalBytes(held.databaseId, manifest.databaseId)) return 'it belongs to another database';
  const { slot } = held.position;
  if (slot === 0) return undefined;
  const object = yield* readObject(core, slotKey(slot));
  if (object === undefined) return `the log holds no ${slotKey(slot)}, which it says it has applied`;
  if (!equalBytes(segmentHash(object.body, core.digest), held.position.segmentHash)) {
    return `${slotKey(slot)} is not the segment that it has applied`;
  }
  return undefined;
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

function* loadLocalState(core: Core, position: LogPosition): Task<Recovered | string> {
  const state = createState();
  const leases = new Map<bigint, number>();
  const leaseProblem = yield* scanAll(localLeaseRange, (entry) => {
    const lease = decodeLocalLease(entry, core.digest);
    if (lease.kind === 'damaged') return 'a lease in it is damaged';
    leases.set(lease.value.lease, lease.value.ttlSeconds);
    loadLease(state, lease.value.lease, lease.value.ttlSeconds);
    return undefined;
  });
  if (leaseProblem !== undefined) return leaseProblem;
  const versionProblem = yield* scanAll(localVersionRange, (entry) => {
    const version = decodeLocalVersion(entry, core.digest);
    if (version.kind === 'damaged') return 'a version in it is damaged';
    if (version.value.modRevision > position.revision) return 'it holds versions beyond its position';
    loadVersion(state, version.value);
    if (state.versions % 500_000 === 0) log(core, 'info', 'loading local state', { versions: state.versions });
    return undefined;
  });
  if (versionProblem !== undefined) return versionProblem;
  return completed(core, state, leases, position, 0);
}

/** A state whose versions and leases have been loaded, at its position. */
export function completed(
  core: Core,
  state: State,
  leases: Map<bigint, number>,
  position: LogPosition,
  wallMs: number,
): Recovered {
  finishLoading(state, position.revision, position.compactRevision);
  return {
    state,
    values: createValueCache(core.configuration.valueCacheBytes),
    position,
    leases,
    nextSlot: position.slot + 1,
    wallMs,
  };
}

function* scanAll(
  range: { readonly from: Uint8Array; readonly to: Uint8Array },
  take: (entry: LocalEntry) => string | undefined,
): Task<string | undefined> {
  let from = range.from;
  for (;;) {
    const result = yield* call({ kind: 'local-scan', from, to: range.to, limit: entriesPerScan });
    if (result.kind === 'local-failed') return `it cannot be read: ${result.message}`;
    for (const entry of result.entries) {
      const problem = take(entry);
      if (problem !== undefined) return problem;
    }
    const last = result.entries.at(-1);
    if (last === undefined || result.entries.length < entriesPerScan) return undefined;
    from = localKeyAfter(last.key);
  }
}
