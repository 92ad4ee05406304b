import type { FrameFields, LocalLogFields } from '../inspect-fields.ts';
import type { ArchiveFields, SegmentFields } from '../inspect-object.ts';
import { textTable as table, type Cell } from '../text-table.ts';
import { formatSize } from '../units.ts';
import { authChangeWords } from './auth.ts';
import { pairs, putWords, quoted, time } from './words.ts';

/** The log: segments, archives of them, and the file on a node’s disk. */

export function segmentLines({ header, frames }: SegmentFields): readonly string[] {
  return [
    ...pairs([
      ['database', header.databaseId],
      ['slot', header.slot],
      ['epoch', header.epoch],
      ['nonce', header.nonce],
      ['kind', header.kind],
      ['previous', header.previousSegmentHash],
      ['durable slot', header.durableSlot],
    ]),
    ...(frames ?? []).flatMap(frameLines),
  ];
}

export function localLogLines({ end, goodBytes, problem, frames }: LocalLogFields): readonly string[] {
  const words = end === 'torn' ? `torn by a crash after byte ${goodBytes}: ${problem}` : end;
  return [...pairs([['end', words]]), ...frames.flatMap(frameLines)];
}

function frameLines(frame: FrameFields): readonly string[] {
  const last = frame.firstSequence + frame.records.length - 1;
  return [
    '',
    `frame of epoch ${frame.epoch}, sequences ${frame.firstSequence} to ${last}, sealed ${time(frame.wallMs)}, ` +
      formatSize(frame.bytes),
    ...pairs([
      ['hash', frame.hash],
      ['previous', frame.previousFrameHash],
    ]),
    ...table(
      ['SEQUENCE', 'REVISION', 'KIND', 'KEY', 'VALUE', ''],
      frame.records.flatMap((record) => recordRows(record)),
    ),
  ];
}

function recordRows(record: FrameFields['records'][number]): readonly (readonly Cell[])[] {
  const { sequence } = record;
  switch (record.kind) {
    case 'write':
      return record.operations.map((operation) => [
        sequence,
        record.revision,
        operation.kind,
        quoted(operation.key),
        operation.kind === 'put' ? formatSize(operation.value.bytes) : '',
        operation.kind === 'put' ? putWords(operation) : '',
      ]);
    case 'lease-revoke': {
      const revoked: Cell[] = [sequence, record.revision || '', record.kind, '', '', `lease ${record.lease}`];
      return [
        revoked,
        ...record.keys.map((key): Cell[] => [sequence, record.revision, 'delete', quoted(key), '', 'with its lease']),
      ];
    }
    case 'lease-grant':
      return [[sequence, '', record.kind, '', '', `lease ${record.lease} for ${record.ttlSeconds} s`]];
    case 'compact':
      return [[sequence, '', record.kind, '', '', `up to revision ${record.revision}`]];
    case 'fence':
      return [[sequence, '', record.kind, '', '', `epoch ${record.epoch} of member ${record.memberId}`]];
    case 'auth':
      return record.changes.map((change) => [
        sequence,
        '',
        record.kind,
        '',
        '',
        `${authChangeWords(change)}; auth revision ${record.authRevision}`,
      ]);
    case 'alarm': {
      const words = `${record.alarm} ${record.active ? 'raised' : 'taken back'}, of member ${record.memberId}`;
      return [[sequence, '', record.kind, '', '', words]];
    }
  }
}

export function archiveLines(archive: ArchiveFields): readonly string[] {
  return [
    ...pairs([
      ['database', archive.databaseId],
      ['slots', `${archive.firstSlot} to ${archive.lastSlot}`],
      ['sections', archive.sections],
    ]),
    ...table(
      ['SLOT', 'KIND', 'EPOCH', 'SEQUENCES FROM', 'RECORDS', 'SEALED', 'SIZE'],
      archive.segments.map((segment) => [
        segment.slot,
        segment.kind,
        segment.epoch,
        segment.firstSequence,
        segment.records,
        time(segment.wallMs),
        formatSize(segment.bytes),
      ]),
    ),
  ];
}
