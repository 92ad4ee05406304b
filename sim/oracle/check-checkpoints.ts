import type { RunResult, Violation } from '../types/result.ts';
import type { Analysis } from './analysis.ts';
import { alarmsText, authText, type ModelAlarms, type ModelAuth } from './auth-model.ts';
import { FormatError } from './decoder/cursor.ts';
import {
  type DecodedChunkReference,
  type DecodedPageReference,
  chunkFollows,
  decodeCheckpoint,
  decodePage,
} from './decoder/checkpoint.ts';
import { type DecodedVersion, decodeChunk, isBefore } from './decoder/chunk.ts';
import { decodeManifest } from './decoder/manifest.ts';
import type { DecodedReference } from './decoder/reference.ts';
import { sameKeyValue, showKv } from './compare.ts';
import type { Line } from './lines.ts';
import { leaseAt, type Model, type ModelVersion, versionsUpTo } from './model.ts';
import { violation } from './violation.ts';

/**
 * Each checkpoint that the manifest names holds what its position says: every version that a reader or watcher at or above the compaction can
 * ask for, none that never was, none above its revision, and the leases. Each reference on the way down says exactly what is there.
 */
export interface CheckpointsChecked {
  readonly violations: readonly Violation[];
  readonly checkpoints: number;
}

export function checkCheckpoints(analysis: Analysis): CheckpointsChecked {
  const checked = analysis.log.lines.map((line) => checkLine(analysis, line));
  return {
    violations: checked.flatMap(({ violations }) => violations),
    checkpoints: checked.reduce((sum, { checkpoints }) => sum + checkpoints, 0),
  };
}

function checkLine(analysis: Analysis, line: Line): CheckpointsChecked {
  const { result } = analysis;
  const violations: Violation[] = [];
  const manifestKey = `${line.home}manifest`;
  const manifest = written(result, manifestKey);
  if (manifest === undefined) return { violations, checkpoints: 0 };
  let checkpoints = 0;
  try {
    for (const reference of decodeManifest(manifest).checkpoints) {
      const problem = checkpointProblem(analysis, line, reference.key, reference);
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
        keys: [manifestKey],
      }),
    );
  }
  return { violations, checkpoints };
}

/** As a node wrote it last, whatever the world did to it. References begin with a slash, for the root of the store. */
function written(result: RunResult, reference: string): Uint8Array | undefined {
  const key = reference.startsWith('/') ? reference.slice(1) : reference;
  for (let index = result.storeChanges.length - 1; index >= 0; index--) {
    const change = result.storeChanges[index]!;
    if (change.key === key && change.node !== undefined && change.bytes !== undefined) return change.bytes;
  }
  return result.objects.get(key);
}

function checkpointProblem(
  { result, log }: Analysis,
  line: Line,
  key: string,
  reference: DecodedReference & { readonly slot: number; readonly sequence: number; readonly revision: number },
): string | undefined {
  const bytes = written(result, key);
  if (bytes === undefined) return 'it is not there';
  if (bytes.length !== reference.bytes) return `it has ${bytes.length} bytes, not ${reference.bytes}`;
  const { position, pages, leases, auth, alarms } = decodeCheckpoint(key, bytes);
  const { model } = log;
  const { sequence, revision, compactRevision } = position;
  if (position.slot !== reference.slot || sequence !== reference.sequence || revision !== reference.revision) {
    return 'its position is another than the manifest says';
  }
  const { firstMoment, lastMoment, sequenceBefore } = line;
  const moment = firstMoment + sequence - sequenceBefore;
  if (moment < firstMoment) return `it holds sequence ${sequence}, but the log begins after ${sequenceBefore}`;
  if (moment > lastMoment)
    return `it holds sequence ${sequence}, but the log ends at ${sequenceBefore + lastMoment - firstMoment}`;
  if (moment > firstMoment && log.records[moment - 1]!.slot !== position.slot)
    return `sequence ${sequence} is not the end of slot ${position.slot}`;
  if (model.revisionAt[moment] !== revision) return `sequence ${sequence} is not revision ${revision}`;
  if (model.compactRevisionAt[moment] !== compactRevision)
    return `at sequence ${sequence} the store was not compacted at ${compactRevision}`;
  const leasesWrong = leasesProblem(model, leases, moment);
  if (leasesWrong !== undefined) return leasesWrong;
  const authWrong = authProblem(model, auth, alarms, moment);
  if (authWrong !== undefined) return authWrong;
  const versions = versionsOf(result, pages);
  if (typeof versions === 'string') return versions;
  return versionsProblem(model, versions, revision, compactRevision);
}

/** Every version, in the order of pages and chunks; a text says where a reference and what it refers to disagree. */
function versionsOf(result: RunResult, pages: readonly DecodedPageReference[]): readonly DecodedVersion[] | string {
  const versions: DecodedVersion[] = [];
  let previous: DecodedChunkReference | undefined;
  for (const page of pages) {
    const bytes = written(result, page.key);
    if (bytes?.length !== page.bytes) return `${page.key} is not there with its ${page.bytes} bytes`;
    const chunks = decodePage(page.key, bytes);
    if (chunks.length !== page.chunks) return `${page.key} has ${chunks.length} chunks, not ${page.chunks}`;
    if (chunks[0]!.firstKey !== page.firstKey) return `${page.key} begins with another key`;
    for (const chunk of chunks) {
      if (previous !== undefined && !chunkFollows(previous, chunk))
        return `${chunk.key} does not follow the chunk before`;
      const problem = addVersions(result, chunk, versions);
      if (problem !== undefined) return `${chunk.key} ${problem}`;
      previous = chunk;
    }
  }
  return versions;
}

function addVersions(result: RunResult, chunk: DecodedChunkReference, versions: DecodedVersion[]): string | undefined {
  const bytes = written(result, chunk.key);
  if (bytes?.length !== chunk.bytes) return `is not there with its ${chunk.bytes} bytes`;
  const content = decodeChunk(chunk.key, bytes);
  if (content.keysBytes !== chunk.keysBytes) return `has ${content.keysBytes} bytes of keys, not ${chunk.keysBytes}`;
  if (content.versions.length !== chunk.versions)
    return `has ${content.versions.length} versions, not ${chunk.versions}`;
  const first = content.versions[0]!;
  if (first.key !== chunk.firstKey) return 'begins with another key';
  const last = versions.at(-1);
  if (chunk.continues !== (last?.key === first.key)) return `says wrongly whether it continues`;
  if (last !== undefined && !isBefore(last, first)) return 'begins before the chunk before it ends';
  versions.push(...content.versions);
  return undefined;
}

/** Users, roles, the switch and alarms. */
export function authProblem(model: Model, auth: ModelAuth, alarms: ModelAlarms, moment: number): string | undefined {
  const due = model.authAt[moment]!;
  if (authText(auth) !== authText(due)) return `it holds users and roles ${authText(auth)}, due are ${authText(due)}`;
  const told = alarmsText(alarms);
  const dueAlarms = alarmsText(model.alarmsAt[moment]!);
  return told === dueAlarms ? undefined : `it holds alarms ${told}, due are ${dueAlarms}`;
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
  const due = new Set<ModelVersion | undefined>();
  const reachedOf = [...model.versions.values()].map((own) => versionsUpTo(model, own, revision));
  for (const reached of reachedOf) for (const version of reached) due.add(version);
  for (const version of versions) {
    const name = `${version.modRevision}/${version.sub}`;
    const real = model.events[version.modRevision]?.[version.sub];
    if (version.modRevision > revision) return `it holds ${showKv(version)}, beyond its revision`;
    if (!sameKeyValue(version, real)) return `it holds ${showKv(version)}, but that was ${showKv(real)}`;
    if (!due.has(real)) return `it holds ${showKv(version)}, which was rolled back`;
    if (held.has(name)) return `it holds ${showKv(version)} twice`;
    held.set(name, version);
  }
  for (const reached of reachedOf) {
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
