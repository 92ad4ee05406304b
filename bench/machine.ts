import { statfs } from 'node:fs/promises';
import { availableParallelism, cpus, loadavg, release, totalmem } from 'node:os';

/** What has to be known of a machine before its figures mean anything. */
export interface MachineFacts {
  readonly cores: number;
  readonly processor: string;
  readonly memoryGiB: number;
  readonly system: string;
  readonly node: string;
  /** Undefined: no etcd in this run. */
  readonly etcd: string | undefined;
  /** Over the minute before the run: 0 on a machine that has nothing else to do. */
  readonly loadBefore: number;
  /** The folder's file system is memory: nothing that is written there is made durable, whatever a server asks for. */
  readonly folderInMemory: boolean;
}

const memoryFileSystems: readonly number[] = [0x0102_1994, 0x8584_58f6];

export async function machineFacts(folder: string, etcd: string | undefined): Promise<MachineFacts> {
  const { type } = await statfs(folder);
  return {
    cores: availableParallelism(),
    processor: cpus()[0]?.model.trim() || 'unknown',
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${process.platform} ${release()} ${process.arch}`,
    node: process.versions.node,
    etcd,
    loadBefore: loadavg()[0] ?? 0,
    folderInMemory: memoryFileSystems.includes(type),
  };
}
