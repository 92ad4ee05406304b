import { obsoleteVersions } from '../compact/obsolete.ts';
import type { State } from '../state/state.ts';
import { until, type Task } from '../task.ts';
import { describeKey, equalBytes, type ByteString } from '../types/bytes.ts';
import { comparePlaces } from '../types/loading.ts';
import type { Version } from '../types/version.ts';
import type { Core } from '../core.ts';
import type { ServedState } from './served-state.ts';

/**
 * A range of keys as a checkpoint holds it, against the same range as it is served. The state may have gone on since: versions above the
 * checkpoint's revision are no business of it, and what compactions made obsolete since is left out of both.
 *
 * A key is looked at in one step, so that neither writes nor the scrub come in between; a range may take several. Values are compared apart
 * from that, chunk by chunk: those of one key's history may be more than fit into memory.
 */
export interface CheckpointRange {
  readonly from: ByteString;
  /** Undefined: to the end. */
  readonly before: ByteString | undefined;
  readonly revision: number;
  /** Ascending. Their values are not looked at. */
  readonly versions: readonly Version[];
}

const keysPerPause = 2_048;

/** Undefined: they agree. A text says where they do not. */
export function* compareRange(core: Core, state: State, range: CheckpointRange): Task<string | undefined> {
  const found = byKey(range.versions);
  let from: ByteString | undefined = range.from;
  while (from !== undefined) {
    let keysLeft = keysPerPause;
    let next: ByteString | undefined;
    let different: string | undefined;
    state.index.visitKeys(from, range.before, (versions, key) => {
      if (keysLeft === 0) {
        next = key;
        return false;
      }
      keysLeft -= 1;
      different = compareKey(state, key, versions, found.get(key) ?? [], range.revision);
      found.delete(key);
      return different === undefined;
    });
    if (different !== undefined) return different;
    if (next !== undefined) yield* until(core.at.monotonicMs);
    from = next;
  }
  for (const [key, versions] of found) {
    const different = compareKey(state, key, state.index.versionsOf(key), versions, range.revision);
    if (different !== undefined) return different;
  }
  return undefined;
}

function compareKey(
  { compactRevision }: State,
  key: ByteString,
  held: readonly Version[],
  found: readonly Version[],
  revision: number,
): string | undefined {
  const due = held
    .slice(obsoleteVersions(held, compactRevision, held.length))
    .filter(({ modRevision }) => modRevision <= revision);
  // What came after the checkpoint decides, too, what of it is obsolete by now.
  const whole = [...found, ...held.filter(({ modRevision }) => modRevision > revision)];
  const there = found.slice(obsoleteVersions(whole, compactRevision, found.length));
  for (let index = 0; index < Math.max(due.length, there.length); index++) {
    const one = due[index];
    const other = there[index];
    if (other === undefined)
      return `it does not hold ${describeKey(key)} at revision ${one!.modRevision}, which is served`;
    // Replaced or deleted after the checkpoint and compacted since: of a deletion nothing is left that says so.
    if (one === undefined && compactRevision > revision) return undefined;
    if (one === undefined) return `it holds ${describeKey(key)} at revision ${other.modRevision}, which is not served`;
    if (!isSameVersion(one, other))
      return `it holds another ${describeKey(key)} at revision ${other.modRevision} than is served`;
  }
  return undefined;
}

function isSameVersion(one: Version, other: Version): boolean {
  return (
    one.modRevision === other.modRevision &&
    one.sub === other.sub &&
    one.createRevision === other.createRevision &&
    one.version === other.version &&
    one.lease === other.lease &&
    one.valueBytes === other.valueBytes
  );
}

/** The values of some versions of a checkpoint, against those of the same versions as they are served; of others nothing is said. */
export function* compareValues({ state, values }: ServedState, versions: readonly Version[]): Task<string | undefined> {
  if (values === undefined) return undefined;
  const pairs = [...byKey(versions)].flatMap(([key, found]) => pairsOf(state, key, found));
  // A value may leave the memory while others are read.
  const atHand = pairs.map(({ held }) => held.value);
  const read = yield* values.read(pairs.filter((_, index) => atHand[index] === undefined).map(({ held }) => held));
  for (const [index, { held, there }] of pairs.entries()) {
    const value = atHand[index] ?? read.get(held);
    // Compacted meanwhile, and gone.
    if (value === undefined) continue;
    if (!equalBytes(value, there.value!)) {
      return `it holds another value of ${describeKey(held.key)} at revision ${held.modRevision} than is served`;
    }
  }
  return undefined;
}

interface Pair {
  readonly held: Version;
  readonly there: Version;
}

function pairsOf({ index, compactRevision }: State, key: ByteString, found: readonly Version[]): readonly Pair[] {
  const held = index.versionsOf(key);
  const obsolete = obsoleteVersions(held, compactRevision, held.length);
  const pairs: Pair[] = [];
  for (let at = Math.max(obsolete, placeOf(held, found[0]!)), next = 0; at < held.length && next < found.length;) {
    const [one, other] = [held[at]!, found[next]!];
    const order = comparePlaces(one, other);
    if (order <= 0) at += 1;
    if (order >= 0) next += 1;
    if (order === 0 && one.valueBytes > 0 && isSameVersion(one, other)) pairs.push({ held: one, there: other });
  }
  return pairs;
}

/** Of the first that is not before this one. */
function placeOf(versions: readonly Version[], version: Version): number {
  let low = 0;
  let high = versions.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (comparePlaces(versions[middle]!, version) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

function byKey(versions: readonly Version[]): Map<ByteString, Version[]> {
  const keys = new Map<ByteString, Version[]>();
  for (const version of versions) {
    const ofKey = keys.get(version.key);
    if (ofKey === undefined) keys.set(version.key, [version]);
    else ofKey.push(version);
  }
  return keys;
}
