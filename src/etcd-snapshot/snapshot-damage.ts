/** Why a file cannot be taken for a snapshot of an etcd, in a sentence for whoever gave it. */
export class SnapshotDamage extends Error {
  override readonly name = 'SnapshotDamage';
}
