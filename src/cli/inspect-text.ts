/** A described object as text for a person: its fields, then tables. Keys stand in quotes, escaped; values only as sizes. */
import { describeDamage } from '../core/format/damage.ts';
import type { Cut } from '../core/types/log.ts';
import { escapedBytes, printableText } from './inspect-escape.ts';
import type {
  AuthChangeFields,
  BytesFields,
  CheckpointFields,
  ChunkFields,
  CondemnedFields,
  ControlFields,
  FrameFields,
  RoleFields,
  UserFields,
  LocalLogFields,
  ManifestFields,
  NodeFields,
  PageFields,
} from './inspect-fields.ts';
import type { ArchiveFields, ObjectDescription, SegmentFields } from './inspect-object.ts';
import { formatRetention } from './retention-text.ts';
import { textTable as table, type Cell } from './text-table.ts';
import { formatDuration, formatSize } from './units.ts';

export function formatObject(description: ObjectDescription): string {
  const { key, kind, bytes, sha256, damage } = description;
  const lines = [`${key}: ${kindWords[kind]}, ${formatSize(bytes)}`, ...pairs([['sha256', sha256]])];
  lines.push(...contentLines(description));
  if (damage !== undefined) lines.push('', `DAMAGED ${describeDamage(damage)}`);
  return lines.join('\n') + '\n';
}

const kindWords: Readonly<Record<ObjectDescription['kind'], string>> = {
  control: 'control',
  manifest: 'manifest',
  segment: 'segment of the log',
  archive: 'archive of segments of the log',
  checkpoint: 'checkpoint',
  page: 'page of a checkpoint',
  chunk: 'chunk of a checkpoint',
  condemned: 'list of condemned objects',
  node: 'node that stands by',
  'local-log': 'local log file',
  probe: 'scratch object of the start-up probe',
  unknown: 'unknown',
};

function contentLines(description: ObjectDescription): readonly string[] {
  if (description.fields === undefined) return [];
  switch (description.kind) {
    case 'control':
      return controlLines(description.fields);
    case 'manifest':
      return manifestLines(description.fields);
    case 'segment':
      return segmentLines(description.fields);
    case 'archive':
      return archiveLines(description.fields);
    case 'checkpoint':
      return checkpointLines(description.fields);
    case 'page':
      return pageLines(description.fields);
    case 'condemned':
      return condemnedLines(description.fields);
    case 'node':
      return nodeLines(description.fields);
    case 'chunk':
      return chunkLines(description.fields);
    case 'local-log':
      return localLogLines(description.fields);
  }
}

function controlLines(control: ControlFields): readonly string[] {
  const { leader } = control;
  return pairs([
    ['database', control.databaseId],
    ['epoch', control.epoch],
    ['leader', leader === null ? 'none so far' : `${leader.memberId} ${escapedBytes(Buffer.from(leader.name))}`],
    ...(leader === null
      ? []
      : [['reached at', leader.clientUrls.map(shown).join(' ')] as const, ['nonce', leader.nonce] as const]),
    ['lease', `${formatDuration(control.leaseMs)}${givenBack(control)}`],
    ['renewal', control.renewal],
    ['durability', control.rule],
    ['in sync', control.inSync.join(' ')],
    ['durable slot', control.durableSlot],
  ]);
}

function givenBack({ released, heir }: ControlFields): string {
  if (!released) return '';
  return heir === undefined ? ', given back' : `, left to ${heir}`;
}

function nodeLines(node: NodeFields): readonly string[] {
  return pairs([
    ['database', node.databaseId],
    ['member', `${node.memberId} ${escapedBytes(Buffer.from(node.name))}`],
    ['reached at', node.clientUrls.map(shown).join(' ')],
    ['beat', `${node.beat}, every ${formatDuration(node.intervalMs)}`],
  ]);
}

function manifestLines(manifest: ManifestFields): readonly string[] {
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

function condemnedLines({ databaseId, keys }: CondemnedFields): readonly string[] {
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

function segmentLines({ header, frames }: SegmentFields): readonly string[] {
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

function localLogLines({ end, goodBytes, problem, frames }: LocalLogFields): readonly string[] {
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

function authChangeWords(change: AuthChangeFields): string {
  switch (change.kind) {
    case 'enabled':
      return change.enabled ? 'switched on' : 'switched off';
    case 'user-put':
      return `user ${quoted(change.user.name)}: ${rolesWords(change.user)}`;
    case 'role-put':
      return `role ${quoted(change.role.name)}: ${permissionsWords(change.role)}`;
    case 'user-delete':
      return `user ${quoted(change.name)} deleted`;
    case 'role-delete':
      return `role ${quoted(change.name)} deleted`;
  }
}

function rolesWords({ roles }: UserFields): string {
  return roles.length === 0 ? 'no role' : roles.map(quoted).join(', ');
}

function permissionsWords({ permissions }: RoleFields): string {
  return permissions.length === 0 ? 'no permission' : permissions.map(permissionWords).join(', ');
}

function permissionWords({ type, key, rangeEnd }: RoleFields['permissions'][number]): string {
  return rangeEnd === undefined ? `${type} of ${quoted(key)}` : `${type} from ${quoted(key)} to ${quoted(rangeEnd)}`;
}

function putWords(put: { createRevision: number; version: number; lease?: string }): string {
  const lease = put.lease === undefined ? '' : `, lease ${put.lease}`;
  return `created at ${put.createRevision}, version ${put.version}${lease}`;
}

function archiveLines(archive: ArchiveFields): readonly string[] {
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

function checkpointLines(checkpoint: CheckpointFields): readonly string[] {
  const { position } = checkpoint;
  return [
    ...pairs([
      ['database', checkpoint.databaseId],
      ['taken', time(checkpoint.wallMs)],
      ['slot', position.slot],
      ['epoch', position.epoch],
      ['sequence', position.sequence],
      ['revision', position.revision],
      ['compacted', position.compactRevision === 0 ? 'never' : `up to revision ${position.compactRevision}`],
      ['auth', `${checkpoint.auth.enabled ? 'on' : 'off'}, revision ${checkpoint.auth.revision}`],
      ['last segment', position.segmentHash],
      ['last frame', position.frameHash],
    ]),
    ...table(
      ['LEASE', 'TIME TO LIVE'],
      checkpoint.leases.map(({ lease, ttlSeconds }) => [lease, `${ttlSeconds} s`]),
    ),
    ...table(
      ['ROLE', 'PERMISSIONS'],
      checkpoint.auth.roles.map((role) => [quoted(role.name), permissionsWords(role)]),
    ),
    ...table(
      ['USER', 'ROLES'],
      checkpoint.auth.users.map((user) => [quoted(user.name), rolesWords(user)]),
    ),
    ...table(
      ['ALARM', 'MEMBER'],
      checkpoint.alarms.map(({ alarm, memberId }) => [alarm, memberId]),
    ),
    ...table(
      ['FIRST KEY', 'CHUNKS', 'SIZE', 'KEY'],
      checkpoint.pages.map((page) => [quoted(page.firstKey), page.chunks, formatSize(page.bytes), shown(page.key)]),
    ),
  ];
}

function pageLines({ chunks }: PageFields): readonly string[] {
  return [
    ...pairs([['chunks', chunks.length]]),
    ...table(
      ['FIRST KEY', '', 'VERSIONS', 'SIZE', 'KEYS', 'KEY'],
      chunks.map((chunk) => [
        quoted(chunk.firstKey),
        chunk.continues ? 'continued' : '',
        chunk.versions,
        formatSize(chunk.bytes),
        formatSize(chunk.keysBytes),
        shown(chunk.key),
      ]),
    ),
  ];
}

function chunkLines({ versions }: ChunkFields): readonly string[] {
  return [
    ...pairs([['versions', versions.length]]),
    ...table(
      ['REVISION', 'SUB', 'KIND', 'KEY', 'VALUE', ''],
      versions.map((version) => [
        version.modRevision,
        version.sub,
        version.kind,
        quoted(version.key),
        version.kind === 'put' ? formatSize(version.value.bytes) : '',
        version.kind === 'put' ? putWords(version) : '',
      ]),
    ),
  ];
}

function quoted(key: BytesFields): string {
  return escapedBytes(Buffer.from(key.base64, 'base64'));
}

/** Text of ours stands as it is, unless someone put into it what a terminal would obey. */
function shown(text: string): string {
  const bytes = Buffer.from(text);
  return printableText(bytes) ?? escapedBytes(bytes);
}

/** Milliseconds since 1970 may lie beyond what a date can hold. */
function time(wallMs: number): string {
  const date = new Date(wallMs);
  return Number.isNaN(date.getTime()) ? `${wallMs} ms after 1970` : date.toISOString();
}

const nameWidth = 14;

function pairs(all: readonly (readonly [string, Cell])[]): readonly string[] {
  return all.map(([name, value]) => `  ${name.padEnd(nameWidth)}${value}`);
}
