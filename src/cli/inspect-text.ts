/** A described object as text for a person: its fields, then tables. Keys stand in quotes, escaped; values only as sizes. */
import { describeDamage } from '../core/format/damage.ts';
import type { ObjectDescription } from './inspect-object.ts';
import { formatSize } from './units.ts';
import { checkpointLines, chunkLines, pageLines } from './inspect-text/checkpoint.ts';
import { controlLines, nodeLines } from './inspect-text/control.ts';
import { archiveLines, localLogLines, segmentLines } from './inspect-text/log.ts';
import { condemnedLines, manifestLines } from './inspect-text/manifest.ts';
import { pairs } from './inspect-text/words.ts';

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
