import type { HeldArchive } from '../../archive/read-archive.ts';
import type { Core } from '../../core.ts';
import type { Decoded } from '../../format/damage.ts';
import { describeDamage } from '../../format/damage.ts';
import { readDecoded } from '../../store/objects.ts';
import type { Task } from '../../task.ts';
import type { ByteString } from '../../types/bytes.ts';
import type { ArchiveReference, ChunkReference, Control, Manifest } from '../../types/log.ts';
import { objectKinds, type ObjectCount, type Problem, type ProblemKind, type VerifiedKind } from './verification.ts';

/** One run of `t4 verify`: what it knows so far. Memory goes by objects and keys, never by values. */
export interface Survey {
  readonly core: Core;
  readonly control: Control | undefined;
  readonly manifest: Manifest;
  /** Named by the manifest, as it was read last: a node may be archiving meanwhile. */
  archives: readonly ArchiveReference[];
  /** The archive that was read last. */
  archive: HeldArchive | undefined;
  readonly counts: Record<VerifiedKind, ObjectCount>;
  readonly problems: Problem[];
  /** By key. A text says what is wrong with the page. */
  readonly pages: Map<string, readonly ChunkReference[] | Problem>;
  /** By key: those that were read. */
  readonly chunks: Map<string, 'whole' | Problem>;
}

export function createSurvey(core: Core, control: Control | undefined, manifest: Manifest): Survey {
  const counts = {} as Record<VerifiedKind, ObjectCount>;
  for (const kind of objectKinds) counts[kind] = { objects: 0, bytes: 0 };
  const { archives } = manifest;
  return {
    core,
    control,
    manifest,
    archives,
    archive: undefined,
    counts,
    problems: [],
    pages: new Map(),
    chunks: new Map(),
  };
}

export function count(survey: Pick<Survey, 'counts'>, kind: VerifiedKind, bytes: number): void {
  survey.counts[kind].objects += 1;
  survey.counts[kind].bytes += bytes;
}

export type Looked<Value> =
  | { readonly kind: 'ok'; readonly value: Value; readonly bytes: number }
  | { readonly kind: Extract<ProblemKind, 'missing' | 'damaged'>; readonly what: string };

/** Reads an object whose damage ends nothing here. */
export function* look<Value>(
  core: Core,
  key: string,
  decode: (body: Uint8Array) => Decoded<Value>,
): Task<Looked<Value>> {
  const read = yield* readDecoded(core, key, decode);
  if (read.kind === 'missing') return { kind: 'missing', what: `${key}: missing` };
  if (read.kind === 'damaged') return { kind: 'damaged', what: describeDamage(read.damage) };
  return { kind: 'ok', value: read.value, bytes: read.object.body.length };
}

export function checkpointsScope(checkpoint: string): Problem['scope'] & { readonly kind: 'checkpoints' } {
  return { kind: 'checkpoints', checkpoints: new Set([checkpoint]) };
}

/** A problem that was found before stands in another checkpoint's way as well. */
export function alsoOf(problem: Problem, checkpoint: string): void {
  if (problem.scope.kind === 'checkpoints') problem.scope.checkpoints.add(checkpoint);
}

export function ascendingBytes(left: ByteString, right: ByteString): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
