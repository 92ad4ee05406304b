import type { Digest } from '../../../ports/digest.ts';
import { obsoleteVersions } from '../../compact/obsolete.ts';
import type { ByteString } from '../../types/bytes.ts';
import { describeKey } from '../../types/bytes.ts';
import type { Version } from '../../types/version.ts';
import { ascendingBytes } from './survey.ts';
import { hashOfValue, type Rebuilt } from './rebuilt.ts';

/**
 * Holds what a checkpoint has of a range of keys against the rebuilt state. What the compaction made obsolete may be in either, for
 * it is dropped little by little: it is left out of both.
 */
export function compareUnit(
  digest: Digest,
  rebuilt: Rebuilt,
  found: readonly Version[],
  range: { readonly from: ByteString; readonly before: ByteString | undefined },
  compactRevision: number,
): string | undefined {
  const expected = new Map<ByteString, readonly Version[]>();
  rebuilt.reader.state().index.visitKeys(range.from, range.before, (versions, key) => {
    const needed = withoutObsolete(versions, compactRevision);
    if (needed.length > 0) expected.set(key, needed);
    return true;
  });
  for (const [key, versions] of byKey(found)) {
    const needed = withoutObsolete(versions, compactRevision);
    const problem = compareKey(digest, rebuilt, key, needed, expected.get(key) ?? []);
    if (problem !== undefined) return problem;
    expected.delete(key);
  }
  const lost = [...expected.keys()].sort(ascendingBytes)[0];
  return lost === undefined ? undefined : `it does not hold ${describeKey(lost)}, which the log says exists`;
}

function compareKey(
  digest: Digest,
  rebuilt: Rebuilt,
  key: ByteString,
  found: readonly Version[],
  expected: readonly Version[],
): string | undefined {
  for (let index = 0; index < Math.max(found.length, expected.length); index++) {
    const there = found[index];
    const wanted = expected[index];
    if (there === undefined) return `it does not hold ${describeKey(key)} at revision ${wanted!.modRevision}`;
    if (wanted === undefined)
      return `it holds ${describeKey(key)} at revision ${there.modRevision}, which the log does not`;
    if (there.modRevision !== wanted.modRevision || there.sub !== wanted.sub) {
      return `it holds ${describeKey(key)} at revision ${there.modRevision}, where the log says ${wanted.modRevision}`;
    }
    const same =
      there.createRevision === wanted.createRevision &&
      there.version === wanted.version &&
      there.lease === wanted.lease &&
      there.valueBytes === wanted.valueBytes &&
      hashOfValue(digest, there.value) === rebuilt.valueHashOf(wanted);
    if (!same) return `it holds another ${describeKey(key)} at revision ${there.modRevision} than the log says`;
  }
  return undefined;
}

function withoutObsolete(versions: readonly Version[], compactRevision: number): readonly Version[] {
  return versions.slice(obsoleteVersions(versions, compactRevision, versions.length));
}

function byKey(versions: readonly Version[]): ReadonlyMap<ByteString, readonly Version[]> {
  const keys = new Map<ByteString, Version[]>();
  for (const version of versions) {
    const ofKey = keys.get(version.key);
    if (ofKey === undefined) keys.set(version.key, [version]);
    else ofKey.push(version);
  }
  return keys;
}
