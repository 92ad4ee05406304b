/** What the leader compacts by itself; etcd's two modes. */
export type AutoCompaction =
  /** What is older than so long. */
  | { readonly kind: 'periodic'; readonly retentionMs: number }
  /** All but the newest so many revisions. */
  | { readonly kind: 'revision'; readonly revisions: number };
