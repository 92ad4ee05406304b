import { SnapshotDamage } from '../snapshot-damage.ts';

/** Why a bbolt file, whole as it is, holds no state of an etcd that can be taken over: in which bucket, and what. */
export class SchemaDamage extends SnapshotDamage {
  constructor(bucket: string, key: Uint8Array | undefined, problem: string) {
    const where =
      key === undefined ? `bucket ${bucket}` : `bucket ${bucket}, key 0x${Buffer.from(key).toString('hex')}`;
    super(`${where}: ${problem}`);
  }
}
