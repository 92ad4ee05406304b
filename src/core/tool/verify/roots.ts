import type { Core } from '../../core.ts';
import { NodeFailure } from '../../failure.ts';
import { openArchive } from '../../format/archive.ts';
import { decodeCheckpoint } from '../../format/checkpoint.ts';
import { decodeControl } from '../../format/control.ts';
import {
  archivePrefix,
  checkpointPrefix,
  controlKey,
  logPrefix,
  manifestKey,
  nameOfKey,
  slotOfKey,
} from '../../format/keys.ts';
import { decodeManifest } from '../../format/manifest.ts';
import { logInflightSegmentsMax } from '../../limits.ts';
import { listKeys } from '../../store/list.ts';
import type { Task } from '../../task.ts';
import { equalBytes, hexOf } from '../../types/bytes.ts';
import type { ArchiveReference, CheckpointReference, Manifest } from '../../types/log.ts';
import { retentionDefault } from '../../types/retention.ts';
import { count, createSurvey, look, type Survey } from './survey.ts';

/** `control` and the manifest. Without the manifest what it would name is looked for in the store, so that the rest can be checked. */
export function* readRoots(core: Core): Task<Survey> {
  const control = yield* look(core, controlKey, (body) => decodeControl(controlKey, body, core.digest));
  const manifest = yield* look(core, manifestKey, (body) => decodeManifest(manifestKey, body, core.digest));
  if (control.kind === 'missing' && manifest.kind === 'missing') {
    throw new NodeFailure('there is no database here: neither control nor manifest');
  }
  const controlId = control.kind === 'ok' ? control.value.databaseId : undefined;
  const found = manifest.kind === 'ok' ? manifest.value : yield* manifestFromListing(core, controlId);
  const survey = createSurvey(core, control.kind === 'ok' ? control.value : undefined, found);
  if (control.kind === 'ok') count(survey, 'control', control.bytes);
  else if (control.kind !== 'missing' || found.epoch > 0) {
    survey.problems.push({ key: controlKey, kind: control.kind, what: control.what, scope: { kind: 'control' } });
  }
  if (manifest.kind === 'ok') count(survey, 'manifest', manifest.bytes);
  else
    survey.problems.push({ key: manifestKey, kind: manifest.kind, what: manifest.what, scope: { kind: 'manifest' } });
  if (control.kind === 'ok' && manifest.kind === 'ok') checkAgreement(survey);
  return survey;
}

function checkAgreement({ control, manifest, problems }: Survey): void {
  const mismatch = (what: string): void =>
    void problems.push({ key: manifestKey, kind: 'mismatch', what, scope: { kind: 'manifest' } });
  if (!equalBytes(control!.databaseId, manifest.databaseId)) {
    mismatch(
      `${manifestKey}: database ${hexOf(manifest.databaseId)}, but ${controlKey} says ${hexOf(control!.databaseId)}`,
    );
  }
  if (manifest.epoch > control!.epoch) {
    problems.push({
      key: controlKey,
      kind: 'mismatch',
      what: `${controlKey}: it says epoch ${control!.epoch}, but ${manifestKey} is of epoch ${manifest.epoch}: it was set back`,
      scope: { kind: 'control' },
    });
  }
}

const listedMax = 10_000;

function* manifestFromListing(core: Core, databaseId: Uint8Array | undefined): Task<Manifest> {
  const slots = yield* listKeys(core, logPrefix, undefined, 1);
  const keys = yield* listKeys(core, checkpointPrefix, undefined, listedMax);
  const checkpoints: CheckpointReference[] = [];
  let id = databaseId;
  for (const relative of keys) {
    const key = `/${core.home}${relative}`;
    const name = nameOfKey(key);
    const read = yield* look(core, key, (body) => decodeCheckpoint(key, body, core.digest, { databaseId: id }));
    if (read.kind !== 'ok' || name === undefined) continue;
    const { position, wallMs } = read.value;
    const { slot, sequence, revision, epoch } = position;
    const unknown = { treeBytes: 0, historyBytes: 0 };
    checkpoints.push({ key, hash: name.hash, bytes: read.bytes, slot, sequence, revision, epoch, wallMs, ...unknown });
    id ??= read.value.databaseId;
  }
  const archives = yield* archivesFromListing(core, id);
  return {
    databaseId: id ?? new Uint8Array(16),
    epoch: 0,
    generation: 0,
    createdWallMs: 0,
    logInflightMax: logInflightSegmentsMax,
    logFloor: archives[0]?.firstSlot ?? slotOfKey(slots[0] ?? '') ?? 1,
    logCollectedFloor: 1,
    archives,
    condemnedSlots: [],
    retention: retentionDefault,
    checkpoints: checkpoints.sort((left, right) => left.slot - right.slot),
    condemned: [],
    home: core.home,
    base: undefined,
    pins: [],
    successor: undefined,
    predecessor: undefined,
    removed: false,
  };
}

/** A row without gaps up to the last one, of the largest where one took the place of others. */
function* archivesFromListing(core: Core, databaseId: Uint8Array | undefined): Task<readonly ArchiveReference[]> {
  const found: ArchiveReference[] = [];
  for (const relative of yield* listKeys(core, archivePrefix, undefined, listedMax)) {
    const key = `/${core.home}${relative}`;
    const name = nameOfKey(key);
    const read = yield* look(core, key, (body) => openArchive(key, body, core.digest, { databaseId }));
    if (read.kind !== 'ok' || name === undefined) continue;
    const { index, lastSlot, indexBytes } = read.value;
    const contentBytes = index.sections.flat().reduce((sum, segment) => sum + segment.bytes, 0);
    const { firstSlot } = index;
    found.push({ key, hash: name.hash, bytes: read.bytes, firstSlot, lastSlot, indexBytes, contentBytes });
  }
  const row: ArchiveReference[] = [];
  let end = Math.max(0, ...found.map(({ lastSlot }) => lastSlot));
  for (;;) {
    const before = found.filter(({ lastSlot }) => lastSlot === end);
    if (before.length === 0) return row.reverse();
    const largest = before.reduce((left, right) => (right.firstSlot < left.firstSlot ? right : left));
    row.push(largest);
    end = largest.firstSlot - 1;
  }
}
