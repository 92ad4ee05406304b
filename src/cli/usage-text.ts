/** What a node says of its object store and of what its database keeps, as text and as JSON. */
import type { CheckpointDescription, Keeping, RequestCount, UsageResponse } from '../server/generated/t4/v1/admin.ts';
import type { Retention } from '../core/types/retention.ts';
import { formatRetention } from './retention-text.ts';
import { textTable } from './text-table.ts';
import { formatDuration, formatSize } from './units.ts';

/** One line of the table: what is asked about one kind of object by one operation, however it ended. */
export interface UsageLine {
  readonly subject: string;
  readonly operation: string;
  readonly requests: number;
  /** Of them, without what ends a conditional request in the ordinary way: a condition that does not hold, an object that is not there. */
  readonly failed: number;
  readonly bytesUp: number;
  readonly bytesDown: number;
}

export const subjectWords: Readonly<Record<string, string>> = {
  segment: 'log',
  archive: 'archives of the log',
  manifest: 'manifest',
  control: 'control',
  checkpoint: 'checkpoints',
  page: 'pages',
  chunk: 'chunks',
  node: 'nodes',
  condemned: 'condemned lists',
};
const ordinary = new Set(['ok', 'condition-failed', 'not-found']);

export function usageLines(counts: readonly RequestCount[]): readonly UsageLine[] {
  const lines = new Map<string, { -readonly [Name in keyof UsageLine]: UsageLine[Name] }>();
  for (const { subject, operation, outcome, requests, bytesUp, bytesDown } of counts) {
    const name = `${subject} ${operation}`;
    const line = lines.get(name) ?? { subject, operation, requests: 0, failed: 0, bytesUp: 0, bytesDown: 0 };
    lines.set(name, line);
    line.requests += Number(requests);
    if (!ordinary.has(outcome)) line.failed += Number(requests);
    line.bytesUp += Number(bytesUp);
    line.bytesDown += Number(bytesDown);
  }
  return [...lines.values()].sort((left, right) => right.requests - left.requests);
}

const minuteMs = 60_000;

export function usageText(usage: UsageResponse): string {
  const countedMs = Number(usage.countedMilliseconds);
  const lines = usageLines(usage.counts);
  const rows = lines.map(({ subject, operation, requests, failed, bytesUp, bytesDown }) => [
    subjectWords[subject] ?? subject,
    operation,
    requests,
    countedMs === 0 ? '' : ((requests * minuteMs) / countedMs).toFixed(1).padStart(8),
    failed,
    formatSize(bytesUp).padStart(9),
    formatSize(bytesDown).padStart(9),
  ]);
  const total = lines.reduce((sum, { requests }) => sum + requests, 0);
  const problems = usage.problems.map(({ code, requests }) => `${code} ${requests}`).join(', ');
  return [
    `requests to the object store in ${roundDuration(countedMs)}: ${total}${problems === '' ? '' : `; went wrong: ${problems}`}`,
    ...textTable(['WHAT', 'OPERATION', 'REQUESTS', 'A MINUTE', 'FAILED', 'UP', 'DOWN'], rows),
    '',
  ].join('\n');
}

export function keepingRows({ store, keeping, settings }: UsageResponse): readonly (readonly [string, string])[] {
  const rows: (readonly [string, string])[] = [['store', store]];
  if (settings !== undefined) rows.push(['durability', settings.durability]);
  if (keeping === undefined) return rows;
  const { newest, oldest, writing, collected } = keeping;
  const retention = retentionOfUsage(keeping);
  if (retention !== undefined) rows.push(['retention', formatRetention(retention)]);
  rows.push([
    'checkpoints',
    newest === undefined ? 'none' : checkpointsText(Number(keeping.checkpoints), newest, oldest),
  ]);
  if (writing !== undefined) {
    const { chunksWritten, chunksReused, chunksExpected, bytesUploaded } = writing;
    const done = `${chunksWritten + chunksReused} of about ${chunksExpected} chunks`;
    rows.push(['writing one', `${done}, ${formatSize(Number(bytesUploaded))} uploaded`]);
  }
  rows.push(['log kept', `from slot ${keeping.logFloor}`]);
  if (collected !== undefined) {
    const { rounds, objectsDeleted, slotsDeleted, objectsWaiting } = collected;
    const deleted = `${objectsDeleted} objects and ${slotsDeleted} slots deleted`;
    rows.push(['collected', `${deleted} in ${rounds} rounds of this leader, ${objectsWaiting} objects condemned`]);
  }
  return rows;
}

function checkpointsText(
  count: number,
  newest: CheckpointDescription,
  oldest: CheckpointDescription | undefined,
): string {
  const at = new Date(Number(newest.unixMilliseconds)).toISOString();
  const history = Number(newest.historyBytes - (oldest ?? newest).historyBytes);
  const text = `${count}, the newest of revision ${newest.revision}, ${at}, ${formatSize(Number(newest.treeBytes))}`;
  return `${text}; ${formatSize(history)} of history before it`;
}

/** Undefined: a kind that came later than this program. */
export function retentionOfUsage({ retention }: Keeping): Retention | undefined {
  switch (retention?.kind?.$case) {
    case 'ageMilliseconds':
      return { kind: 'age', milliseconds: Number(retention.kind.value) };
    case 'sizeBytes':
      return { kind: 'size', bytes: Number(retention.kind.value) };
    case 'forEver':
      return { kind: 'for-ever' };
    case undefined:
      return undefined;
  }
}

export function usageJson(usage: UsageResponse): object {
  const { counts, problems, latencies, keeping, settings } = usage;
  return {
    objectStore: {
      store: usage.store,
      home: usage.home,
      countedSince: new Date(Number(usage.countedSinceUnixMilliseconds)).toISOString(),
      countedMilliseconds: Number(usage.countedMilliseconds),
      requests: counts.map(plain),
      latencies: latencies.map(plain),
      problems: problems.map(plain),
    },
    settings: settings === undefined ? null : plain(settings),
    keeping: keeping === undefined ? null : keepingJson(keeping),
  };
}

function keepingJson(keeping: Keeping): object {
  const { newest, oldest, writing, collected, retention: _, ...numbers } = keeping;
  return {
    ...plain(numbers),
    retention: retentionOfUsage(keeping) ?? null,
    oldest: oldest === undefined ? null : plain(oldest),
    newest: newest === undefined ? null : plain(newest),
    writing: writing === undefined ? null : plain(writing),
    collected: collected === undefined ? null : plain(collected),
  };
}

/** Counts are far below what a number of JavaScript holds exactly. */
function plain(message: object): object {
  return Object.fromEntries(
    Object.entries(message).map(([name, value]: [string, unknown]) => [
      name,
      typeof value === 'bigint' ? Number(value) : value,
    ]),
  );
}

/** To the second, and in days from two of them on. */
export function roundDuration(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1_000);
  if (seconds < 120) return formatDuration(seconds * 1_000);
  const minutes = Math.floor(seconds / 60);
  if (minutes < 120) return `${minutes}m${seconds % 60}s`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours}h${minutes % 60}m` : `${Math.floor(hours / 24)} days ${hours % 24}h`;
}
