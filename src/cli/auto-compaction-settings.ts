/** `--auto-compaction-mode` and `--auto-compaction-retention`, as etcd reads them. */
import type { AutoCompaction } from '../core/types/auto-compaction.ts';
import { usageError } from './cli-error.ts';
import { parseGoDuration } from './go-duration.ts';

const hourMs = 3_600_000;
/** So that what a leader remembers of it stays small: a number for each of its tenths, or of an hour's. */
const retentionMsMax = 10 * 366 * 24 * hourMs;

export type AutoCompactionMode = 'periodic' | 'revision';

/** Undefined: none. */
export function autoCompactionOf(mode: AutoCompactionMode, retention: string): AutoCompaction | undefined {
  const number = /^\+?\d{1,15}$/.test(retention) ? Number(retention) : undefined;
  if (number === 0) return undefined;
  if (mode === 'revision') {
    if (number !== undefined) return { kind: 'revision', revisions: number };
    throw usageError(
      `--auto-compaction-retention: ${JSON.stringify(retention)} is no number of revisions, which is what --auto-compaction-mode revision keeps`,
      'give a whole number, or --auto-compaction-mode periodic for a time',
    );
  }
  const retentionMs = number === undefined ? parseGoDuration(retention) : number * hourMs;
  if (retentionMs === 0) return undefined;
  if (retentionMs === undefined || retentionMs < 0) {
    throw usageError(
      `--auto-compaction-retention: ${JSON.stringify(retention)} is neither a number of hours nor a duration such as 10m or 72h`,
    );
  }
  if (retentionMs <= retentionMsMax) return { kind: 'periodic', retentionMs };
  throw usageError(
    `--auto-compaction-retention: ${retention} is more than ten years`,
    'leave it out to keep everything',
  );
}
