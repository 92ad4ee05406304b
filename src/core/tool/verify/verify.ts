import type { Core } from '../../core.ts';
import { NodeFailure } from '../../failure.ts';
import { decodeCondemned } from '../../format/condemned.ts';
import { kindOfKey, manifestKey, splitKey } from '../../format/keys.ts';
import { readManifest } from '../../recover/locate-manifest.ts';
import type { Task } from '../../task.ts';
import { equalBytes } from '../../types/bytes.ts';
import type { CheckpointReference, Manifest } from '../../types/log.ts';
import { readGenesis } from '../read-up-to.ts';
import { readReferenced } from '../../store/read-reference.ts';
import { findingOf } from './costs.ts';
import { examineCheckpoint, rebuildFrom } from './examine-checkpoint.ts';
import { createRebuilt, type Rebuilt } from './rebuilt.ts';
import { readRoots } from './roots.ts';
import { count, type Survey } from './survey.ts';
import type { Problem, Verification, VerifiedCheckpoint } from './verification.ts';
import { walkTo, type LogWalk } from './walk-log.ts';

/**
 * `t4 verify`: every object that a database needs, in the order of the log: the slots up to a checkpoint, then that checkpoint, its objects and
 * its content, then on to the next. Writes nothing, and may run beside a node.
 */
export function* verifyDatabase(core: Core): Task<Verification> {
  const survey = yield* readRoots(core);
  const { manifest, control } = survey;
  const roots = rootsOf(manifest);
  const genesis = manifest.logFloor <= 1 ? yield* genesisOf(survey) : undefined;
  const walk: LogWalk = {
    nextSlot: Math.max(1, manifest.logFloor),
    rebuilt: genesis,
    // A branch begins with what its ancestors' logs prove.
    revision: manifest.base === undefined ? 0 : (genesis?.position.revision ?? 0),
    deadSegments: 0,
    durableSlot: Math.max(control?.durableSlot ?? 0, manifest.checkpoints.at(-1)?.slot ?? 0),
    ended: false,
  };
  const firstSlot = walk.nextSlot;
  const checkpoints: VerifiedCheckpoint[] = [];
  for (const reference of roots) {
    // An ancestor's, which a pin names, is of another log.
    const isOwn = splitKey(reference.key).home === manifest.home;
    if (isOwn) yield* walkTo(survey, walk, reference.slot);
    const isThere = isOwn && walk.rebuilt !== undefined && walk.nextSlot === reference.slot + 1;
    const examined = yield* examineCheckpoint(survey, reference, isThere ? walk.rebuilt : undefined, isOwn);
    checkpoints.push({ reference, usable: examined.usable, compared: examined.compared });
    if (!examined.usable || !isOwn || walk.rebuilt !== undefined) continue;
    walk.rebuilt = yield* rebuildFrom(survey, examined);
    walk.revision = walk.rebuilt.position.revision;
    walk.nextSlot = Math.max(walk.nextSlot, reference.slot + 1);
  }
  yield* walkTo(survey, walk, undefined);
  yield* checkCondemned(survey);
  const problems = yield* stillThere(survey);
  const outcome = { manifest, checkpoints, walk, problems };
  return {
    databaseId: manifest.databaseId,
    home: manifest.home,
    predecessor: manifest.predecessor,
    counts: survey.counts,
    checkpoints,
    firstSlot,
    lastSlot: walk.nextSlot - 1,
    deadSegments: walk.deadSegments,
    revision: walk.revision,
    findings: problems.map((problem) => findingOf(outcome, problem)),
  };
}

/** Those of the manifest and of its pins, each once, in the order of the log. */
function rootsOf({ checkpoints, pins }: Manifest): readonly CheckpointReference[] {
  const roots = new Map<string, CheckpointReference>();
  for (const reference of checkpoints) roots.set(reference.key, reference);
  for (const { checkpoint } of pins) if (checkpoint !== undefined) roots.set(checkpoint.key, checkpoint);
  return [...roots.values()].sort((left, right) => left.slot - right.slot);
}

function* genesisOf(survey: Survey): Task<Rebuilt | undefined> {
  const { core, manifest } = survey;
  const rebuilt = createRebuilt(core.digest);
  try {
    const genesis = yield* readGenesis(core, manifest, rebuilt.reader);
    rebuilt.position = genesis.position;
    rebuilt.wallMs = genesis.wallMs;
    return rebuilt;
  } catch (error) {
    if (!(error instanceof NodeFailure) || manifest.base === undefined) throw error;
    const key = error.message.split(':')[0] ?? manifestKey;
    survey.problems.push({ key, kind: 'damaged', what: `base: ${error.message}`, scope: { kind: 'base' } });
    return undefined;
  }
}

function isArchive(key: string): boolean {
  return kindOfKey(key) === 'archive';
}

function isNamed({ archives }: Manifest, key: string): boolean {
  return archives.some((archive) => archive.key === key);
}

function* checkCondemned(survey: Survey): Task<void> {
  const { core, manifest, problems } = survey;
  const needed = new Set([...survey.pages.keys(), ...survey.chunks.keys(), ...rootsOf(manifest).map(({ key }) => key)]);
  for (const { key } of manifest.archives) needed.add(key);
  for (const reference of manifest.condemned) {
    const { key, hash } = reference;
    const expected = { hash, databaseId: manifest.databaseId };
    const read = yield* readReferenced(core, reference, (body) => decodeCondemned(key, body, core.digest, expected));
    if (read.kind !== 'ok') {
      problems.push({ key, kind: read.kind, what: read.reason, scope: { kind: 'condemned' } });
      continue;
    }
    count(survey, 'condemned', reference.bytes);
    const { keys } = read.value;
    if (keys.length !== reference.count) {
      const what = `${key}: ${keys.length} keys, the manifest says ${reference.count}`;
      problems.push({ key, kind: 'mismatch', what, scope: { kind: 'condemned' } });
    }
    for (const doomed of keys) {
      if (!needed.has(doomed)) continue;
      const what = `${doomed}: it is needed, but ${key} condemns it`;
      problems.push({ key: doomed, kind: 'mismatch', what, scope: { kind: 'doomed' } });
    }
  }
}

/** Without what a node has stopped to name meanwhile: its collector may have taken it away. */
function* stillThere(survey: Survey): Task<readonly Problem[]> {
  const { core, manifest, problems } = survey;
  const isManifestLost = problems.some(({ scope, kind }) => scope.kind === 'manifest' && kind !== 'mismatch');
  if (problems.length === 0 || isManifestLost) return problems;
  const held = yield* readManifest(core);
  if (held === undefined || !equalBytes(held.manifest.databaseId, manifest.databaseId)) return problems;
  const now = held.manifest;
  const named = new Set(rootsOf(now).map(({ key }) => key));
  const lists = new Set(now.condemned.map(({ key }) => key));
  return problems.filter(({ key, scope }) => {
    if (scope.kind === 'checkpoints') return [...scope.checkpoints].some((checkpoint) => named.has(checkpoint));
    if (scope.kind === 'slots') return scope.lastSlot >= now.logFloor && (!isArchive(key) || isNamed(now, key));
    return scope.kind !== 'condemned' || lists.has(key);
  });
}
