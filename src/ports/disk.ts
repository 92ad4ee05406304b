/**
 * Disk: append-only files for the local log, in one flat folder that this process alone holds.
 *
 * Contract (every implementation passes `test/contract/disk.ts`):
 * - `durability: 'fsync'` resolves only when the bytes, and the file's name, survive a power loss. `'none'` promises nothing.
 *   There is no default: who appends says what he needs.
 * - Appends to one file are applied in call order. After a failed append or sync the file's tail is untrusted: the caller
 *   starts another file and never retries the sync (a failed fsync may have dropped the dirty pages).
 * - After a crash a file holds a prefix of what was appended, its last part possibly torn; never reordered acknowledged bytes.
 */
export interface Disk {
  append(file: string, bytes: Uint8Array, options: { readonly durability: DiskDurability }): Promise<void>;
  /** The whole content, or undefined when there is no such file. */
  read(file: string): Promise<Uint8Array | undefined>;
  /** Names in ascending byte order. */
  list(): Promise<readonly string[]>;
  /** Removing a missing file succeeds. */
  remove(file: string, options: { readonly durability: DiskDurability }): Promise<void>;
  /** Moves `file` out of the way under a new name inside an `aside` folder and returns where it now is, for people. */
  setAside(file: string): Promise<string>;
  close(): Promise<void>;
}

export type DiskDurability = 'fsync' | 'none';
