import type { RunResult, Violation } from '../types/result.ts';
import type { Analysis } from './analysis.ts';
import { FormatError } from './decoder/cursor.ts';
import { decodeCheckpoint, decodeChunk, decodeManifest, type DecodedVersion } from './decoder/other-objects.ts';
import { sameKeyValue, showKv } from './compare.ts';
import { leaseAt, type Model, type ModelVersion } from './model.ts';
import { violation } from './violation.ts';

/**
 * Each checkpoint that the manifest names holds what its position says: every version that a reader or watcher at or above the compaction can
 * ask for, none that never was, none above its revision, and the leases.
 */
export function checkCheckpoints(analysis: Analysis): {
  readonly violations: readonly Violation[];
  readonly checkpoints: number;
} {
  const { result } = analysis;
  const violations: Violation[] = [];
  const manifest = written(result, 'manifest');
  if (manifest === undefined) return { violations, checkpoints: 0 };
  let checkpoints = 0;
  try {
    for (const reference of decodeManifest(manifest).checkpoints) {
      const problem = checkpointProblem(analysis, reference.key, reference);
      checkpoints += 1;
      if (problem === undefined) continue;
      violations.push(
        violation('checkpoints', `${reference.key}: ${problem}`, {
          keys: [reference.key],
          revisions: [reference.revision],
        }),
      );
    }
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    violations.push(
      violation('checkpoints', `the manifest, or what it names, cannot be read: ${error.message}`, {
        keys: ['manifest'],
      }),
    );
  }
  return { violations, checkpoints };
}

/** As a node wrote it last, whatever the world did to it. */
function written(result: RunResult, key: string): Uint8Array | undefined {
  for (let index = result.storeChanges.length - 1; index >= 0; index--) {
    const change = result.storeChanges[index]!;
    if (change.key === key && change.node !== undefined && change.bytes !== undefined) return change.bytes;
  }
  return result.objects.get(key);
}

function checkpointProblem(
  { result, log }: Analysis,
  key: string,
  reference: { readonly slot: number; readonly sequence: number; readonly revision: number },
): string | undefined {
  const bytes = written(result, key);
  if (bytes === undefined) return 'it is not there';
  const { position, chunks, leases } = decodeCheckpoint(key, bytes);
  const { model } = log;
  const { sequence, revision, compactRevision } = position;
  if (position.slot !== reference.slot || sequence !== reference.sequence || revision !== reference.revision) {
    return 'its position is another than the manifest says';
  }
  if (sequence > log.records.length) return `it holds sequence ${sequence}, but the log ends at ${log.records.length}`;
  if (sequence > 0 && log.records[sequence - 1]!.slot !== position.slot)
    return `sequence ${sequence} is not the end of slot ${position.slot}`;
  if (model.revisionAt[sequence] !== revision) return `sequence ${sequence} is not revision ${revision}`;
  if (model.compactRevisionAt[sequence] !== compactRevision)
    return `at sequence ${sequence} the store was not compacted at ${compactRevision}`;
  const leasesWrong = leasesProblem(model, leases, sequence);
  if (leasesWrong !== undefined) return leasesWrong;
  const versions: DecodedVersion[] = [];
  for (const chunk of chunks) {
    const content = written(result, chunk.key);
    if (content === undefined) return `${chunk.key} is not there`;
    versions.push(...decodeChunk(chunk.key, content));
  }
  return versionsProblem(model, versions, revision, compactRevision);
}

export function leasesProblem(
  model: Model,
  leases: readonly { readonly lease: string; readonly ttlSeconds: number }[],
  sequence: number,
): string | undefined {
  const alive = [...model.leases.keys()].filter((lease) => leaseAt(model, lease, sequence) !== undefined);
  const told = leases.map(({ lease, ttlSeconds }) => `${lease}/${ttlSeconds}`).sort();
  const due = alive.map((lease) => `${lease}/${leaseAt(model, lease, sequence)!.ttlSeconds}`).sort();
  return told.join() === due.join() ? undefined : `it holds leases ${told.join()}, due are ${due.join()}`;
}

/** What is wrong with the versions held for a place in the log. */
export function versionsProblem(
  model: Model,
  versions: readonly DecodedVersion[],
  revision: number,
  compactRevision: number,
): string | undefined {
  const held = new Map<string, DecodedVersion>();
  for (const version of versions) {
    const name = `${version.modRevision}/${version.sub}`;
    const real = model.events[version.modRevision]?.[version.sub];
    if (version.modRevision > revision) return `it holds ${showKv(version)}, beyond its revision`;
    if (!sameKeyValue(version, real)) return `it holds ${showKv(version)}, but that was ${showKv(real)}`;
    if (held.has(name)) return `it holds ${showKv(version)} twice`;
    held.set(name, version);
  }
  for (const own of model.versions.values()) {
    const reached = own.filter((version) => version.modRevision <= revision);
    for (const [index, version] of reached.entries()) {
      if (isObsolete(version, reached[index + 1], compactRevision)) continue;
      if (!held.has(`${version.modRevision}/${version.sub}`)) return `it lacks ${showKv(version)}`;
    }
  }
  return undefined;
}

/** Nobody at or above the compaction can ask for it: replaced by then, or a deletion before it. */
export function isObsolete(version: ModelVersion, next: ModelVersion | undefined, compactRevision: number): boolean {
  if (version.modRevision >= compactRevision) return false;
  return version.version === 0 || (next !== undefined && next.modRevision <= compactRevision);
}
