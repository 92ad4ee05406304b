/** The buckets of etcd's database, in the order in which bbolt keeps them. */
export const bucketNames = [
  'alarm',
  'auth',
  'authRoles',
  'authUsers',
  'cluster',
  'key',
  'lease',
  'members',
  'members_removed',
  'meta',
] as const;

export type BucketName = (typeof bucketNames)[number];

/** An entry of one of the small buckets; keys of a bucket ascend. */
export interface Pair {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}
