import type { AutoCompaction } from '../../src/core/types/auto-compaction.ts';
import type { Retention } from '../../src/core/types/retention.ts';

/** As a scenario says it. */
export function retentionOf(said: { readonly retentionMs: number; readonly retentionBytes?: number }): Retention {
  const { retentionMs, retentionBytes = -1 } = said;
  if (retentionBytes >= 0) return { kind: 'size', bytes: retentionBytes };
  return { kind: 'age', milliseconds: retentionMs };
}

export function autoCompactionOf({
  autoCompactionMs,
}: {
  readonly autoCompactionMs: number;
}): AutoCompaction | undefined {
  return autoCompactionMs === 0 ? undefined : { kind: 'periodic', retentionMs: autoCompactionMs };
}
