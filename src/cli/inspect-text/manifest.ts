import type { Cut } from '../../core/types/log.ts';
import type { CondemnedFields, ManifestFields } from '../inspect-fields.ts';
import { formatRetention } from '../retention-text.ts';
import { textTable as table } from '../text-table.ts';
import { formatSize } from '../units.ts';
import { pairs, shown, time } from './words.ts';

/** What is kept, and what is to go. */

export function manifestLines(manifest: ManifestFields): readonly string[] {
  return [
    ...pairs([
      ['database', manifest.databaseId],
      ['epoch', manifest.epoch],
      ['generation', manifest.generation],
      ['created', time(manifest.createdWallMs)],
      ['in flight', `at most ${manifest.logInflightMax} segments`],
      ['log floor', `slot ${manifest.logFloor}`],
      ['collected', `below slot ${manifest.logCollectedFloor}`],
      ...manifest.condemnedSlots.map(
        ({ below, wallMs }) => ['condemned', `below slot ${below}, since ${time(wallMs)}`] as const,
      ),
      ['retention', formatRetention(manifest.retention)],
      ['home', homeWords(manifest.home)],
      ...(manifest.successor === null ? [] : [['successor', homeWords(manifest.successor)] as const]),
      ...(manifest.predecessor === null ? [] : [['predecessor', homeWords(manifest.predecessor)] as const]),
      ...(manifest.removed ? [['removed', 'kept for its children alone'] as const] : []),
    ]),
    ...table(
      ['ARCHIVE OF SLOTS', 'SIZE', 'OF', 'KEY'],
      manifest.archives.map((archive) => [
        `${archive.firstSlot} to ${archive.lastSlot}`,
        formatSize(archive.bytes),
        formatSize(archive.contentBytes),
        shown(archive.key),
      ]),
    ),
    ...table(
      ['CHECKPOINT AT SLOT', 'SEQUENCE', 'REVISION', 'EPOCH', 'TAKEN', 'SIZE', 'KEY'],
      manifest.checkpoints.map((reference) => [
        reference.slot,
        reference.sequence,
        reference.revision,
        reference.epoch,
        time(reference.wallMs),
        formatSize(reference.bytes),
        shown(reference.key),
      ]),
    ),
    ...baseLines(manifest.base),
    ...table(
      ['PIN', 'MADE', 'CHECKPOINT AT SLOT', 'SLOTS', 'ID'],
      manifest.pins.map((pin) => [
        shown(pin.name),
        time(pin.createdWallMs),
        pin.checkpoint === null ? 'none' : String(pin.checkpoint.slot),
        slotWords(pin),
        pin.id,
      ]),
    ),
    ...table(
      ['CONDEMNED IN GENERATION', 'AT', 'OBJECTS', 'SIZE OF THE LIST', 'KEY'],
      manifest.condemned.map((list) => [
        list.generation,
        time(list.wallMs),
        list.count,
        formatSize(list.bytes),
        shown(list.key),
      ]),
    ),
  ];
}

function baseLines(base: ManifestFields['base']): readonly string[] {
  if (base === null) return [];
  const { checkpoint, stretches } = base;
  return [
    '',
    ...pairs([['begins with', checkpoint === null ? 'nothing' : shown(checkpoint.key)]]),
    ...table(
      ['LOG OF', 'SLOTS', 'CUT', 'GOES ON ABOVE', 'DATABASE'],
      stretches.map((stretch) => [
        homeWords(stretch.home),
        slotWords(stretch),
        cutWords(stretch.cut),
        stretch.skippedRevision === 0 ? 'the cut' : `revision ${stretch.skippedRevision}`,
        stretch.databaseId,
      ]),
    ),
  ];
}

function cutWords(cut: Cut): string {
  switch (cut.kind) {
    case 'end':
      return 'none';
    case 'sequence':
      return `after sequence ${cut.sequence}`;
    case 'revision':
      return `after revision ${cut.revision}`;
    case 'moment':
      return `after ${time(cut.wallMs)}`;
  }
}

function slotWords({ firstSlot, lastSlot }: { readonly firstSlot: number; readonly lastSlot: number }): string {
  return lastSlot < firstSlot ? 'none' : `${firstSlot} to ${lastSlot}`;
}

function homeWords(home: string): string {
  return home === '' ? 'the root of its store' : shown(home);
}

export function condemnedLines({ databaseId, keys }: CondemnedFields): readonly string[] {
  return [
    ...pairs([
      ['database', databaseId],
      ['objects', keys.length],
    ]),
    ...table(
      ['KEY'],
      keys.map((key) => [shown(key)]),
    ),
  ];
}
