import type { CheckpointFields, ChunkFields, PageFields } from '../inspect-fields.ts';
import { textTable as table } from '../text-table.ts';
import { formatSize } from '../units.ts';
import { permissionsWords, rolesWords } from './auth.ts';
import { pairs, putWords, quoted, shown, time } from './words.ts';

/** A checkpoint and its parts. */

export function checkpointLines(checkpoint: CheckpointFields): readonly string[] {
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

export function pageLines({ chunks }: PageFields): readonly string[] {
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

export function chunkLines({ versions }: ChunkFields): readonly string[] {
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
