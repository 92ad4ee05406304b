/**
 * What a database keeps for time travel and branches beyond its newest state; the newest checkpoints stay in any case. Kept in the manifest,
 * so that whoever collects knows it.
 */
export type Retention =
  | { readonly kind: 'for-ever' }
  /** So long, by the log's own time. */
  | { readonly kind: 'age'; readonly milliseconds: number }
  /** So much history: what `historyBytes` of checkpoints counts. */
  | { readonly kind: 'size'; readonly bytes: number };

/** Of a database that was never told another one. */
export const retentionDefault: Retention = { kind: 'age', milliseconds: 24 * 3_600_000 };

export function isSameRetention(left: Retention, right: Retention): boolean {
  switch (left.kind) {
    case 'for-ever':
      return right.kind === 'for-ever';
    case 'age':
      return right.kind === 'age' && right.milliseconds === left.milliseconds;
    case 'size':
      return right.kind === 'size' && right.bytes === left.bytes;
  }
}

export function describeRetention(retention: Retention): string {
  switch (retention.kind) {
    case 'for-ever':
      return 'everything';
    case 'age':
      return `${retention.milliseconds / 1_000} seconds`;
    case 'size':
      return `${retention.bytes} bytes`;
  }
}
