/** A retention as people write it: `24h`, `10GiB`, `forever`. A bare number is none: it could be meant as either. */
import type { Retention } from '../core/types/retention.ts';
import { formatDuration, formatSize, parseDuration, parseSize } from './units.ts';

export const retentionPlaceholder = 'DURATION|SIZE|forever';

export function parseRetention(text: string): Retention | undefined {
  if (text === 'forever') return { kind: 'for-ever' };
  const milliseconds = parseDuration(text);
  if (milliseconds !== undefined) return { kind: 'age', milliseconds };
  const bytes = /[a-z]$/i.test(text) ? parseSize(text) : undefined;
  return bytes === undefined ? undefined : { kind: 'size', bytes };
}

export function formatRetention(retention: Retention): string {
  switch (retention.kind) {
    case 'for-ever':
      return 'forever';
    case 'age':
      return formatDuration(retention.milliseconds);
    case 'size':
      return formatSize(retention.bytes);
  }
}
