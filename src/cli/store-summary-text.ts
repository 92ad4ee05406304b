/** A store's summary, for people and as JSON. */
import { escapedBytes, printableText } from './inspect-escape.ts';
import { controlFields, manifestFields } from './inspect-fields.ts';
import type { KindSummary, StoreSummary } from './store-summary.ts';
import { formatRetention } from './retention-text.ts';
import { formatDuration, formatSize } from './units.ts';

export function summaryFields({ description, control, manifest, kinds, log, problems }: StoreSummary): object {
  return {
    store: description,
    control: control === undefined ? null : controlFields(control),
    manifest: manifest === undefined ? null : manifestFields(manifest),
    log: log ?? null,
    objects: Object.fromEntries([...kinds].map(([kind, { count, bytes }]) => [kind, { count, bytes }])),
    problems,
  };
}

const kindWords = {
  control: 'control',
  manifest: 'manifest',
  segment: 'segments of the log',
  archive: 'archives of segments',
  checkpoint: 'checkpoints',
  page: 'pages of checkpoints',
  chunk: 'chunks of checkpoints',
  condemned: 'lists of condemned objects',
  branch: 'objects of branches',
  node: 'nodes that stand by',
  probe: 'scratch objects of start-up probes',
  unknown: 'objects that are none of ours',
} as const;

export function summaryText(summary: StoreSummary): string {
  const { description, kinds, problems } = summary;
  const rows: (readonly [string, string])[] = [['store', description], ...databaseRows(summary)];
  for (const [kind, kindSummary] of kinds)
    rows.push(['objects', objectsText(kindWords[kind], kindSummary, kind === 'unknown')]);
  for (const problem of problems) rows.push(['PROBLEM', problem]);
  if (problems.length === 0) rows.push(['problems', 'none']);
  return rows.map(([name, value]) => `${name.padEnd(14)}${value}\n`).join('');
}

function databaseRows({ control, manifest, log }: StoreSummary): readonly (readonly [string, string])[] {
  const rows: (readonly [string, string])[] = [];
  if (control !== undefined) {
    const { databaseId, epoch, leader, leaseMs, rule, durableSlot } = controlFields(control);
    const lease = control.released ? 'given back' : `lease of ${formatDuration(leaseMs)}, renewal ${control.renewal}`;
    rows.push(['database', databaseId]);
    rows.push(['epoch', String(epoch)]);
    rows.push([
      'leader',
      leader === null
        ? 'none so far'
        : `${[leader.memberId, leader.name, ...leader.clientUrls].map(shown).join(' ')} (${lease})`,
    ]);
    rows.push(['durability', rule]);
    rows.push(['durable slot', String(durableSlot)]);
  }
  if (manifest !== undefined) {
    rows.push(['created', timeText(manifest.createdWallMs)]);
    if (manifest.home !== '') rows.push(['branch', shown(manifest.home)]);
    if (manifest.successor !== undefined) rows.push(['successor', shown(manifest.successor || '/')]);
    if (manifest.predecessor !== undefined) rows.push(['predecessor', shown(manifest.predecessor || '/')]);
    if (manifest.removed) rows.push(['removed', 'kept for its children alone']);
    rows.push(['log floor', String(manifest.logFloor)]);
    for (const { key, firstSlot, lastSlot, bytes } of manifest.archives) {
      rows.push(['archive', `${key} (slots ${firstSlot} to ${lastSlot}, ${formatSize(bytes)})`]);
    }
    rows.push(['retention', formatRetention(manifest.retention)]);
    for (const { name, firstSlot, lastSlot } of manifest.pins) {
      rows.push(['pin', `${shown(name)} (slots ${firstSlot} to ${lastSlot})`]);
    }
    const condemned = manifest.condemned.reduce((sum, list) => sum + list.count, 0);
    if (condemned > 0) rows.push(['condemned', `${condemned} objects`]);
    for (const { key, treeBytes, revision, wallMs } of manifest.checkpoints) {
      rows.push(['checkpoint', `${key} (revision ${revision}, ${formatSize(treeBytes)}, ${timeText(wallMs)})`]);
    }
  }
  if (log !== undefined) rows.push(['log', `slots ${log.first} to ${log.last}${missingText(log.missing)}`]);
  return rows;
}

const missingShownMax = 10;

function missingText(missing: readonly number[]): string {
  if (missing.length === 0) return '';
  const more = missing.length > missingShownMax ? ` and ${missing.length - missingShownMax} more` : '';
  return `, without ${missing.slice(0, missingShownMax).join(', ')}${more}`;
}

function objectsText(words: string, { count, bytes, examples }: KindSummary, named: boolean): string {
  const total = `${count} ${words}, ${formatSize(bytes)}`;
  return named ? `${total}: ${examples.map(shown).join(' ')}${count > examples.length ? ' …' : ''}` : total;
}

/** Whoever can write to the store must not write to the terminal. */
function shown(text: string): string {
  const bytes = Buffer.from(text);
  return printableText(bytes) ?? escapedBytes(bytes);
}

function timeText(wallMs: number): string {
  const date = new Date(wallMs);
  return Number.isNaN(date.getTime()) ? `${wallMs} ms` : date.toISOString();
}
