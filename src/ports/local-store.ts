/**
 * Local store: an ordered key-value store on this node's disk. A cache of the log's content with a position in the
 * chain, never a source of truth.
 *
 * Contract (every implementation passes `test/contract/local-store.ts`):
 * - Keys and values are bytes; keys sort by unsigned byte order.
 * - `write` is atomic and applied in call order; a read started after a write resolved sees it.
 * - After a crash the content is that of some prefix of the writes; `durability: 'fsync'` makes all writes so far part of it.
 * - After a write that failed every later one fails too, until the store is set aside or opened anew: none is ever applied behind a hole.
 * - A read that was started before a write sees the state before or after it, whole.
 */
export interface LocalStore {
  write(batch: readonly LocalOperation[], options: { readonly durability: 'fsync' | 'none' }): Promise<void>;
  /** One value for each key, in the order asked; undefined where there is none. */
  getMany(keys: readonly Uint8Array[]): Promise<readonly (Uint8Array | undefined)[]>;
  /** Up to `limit` entries with `from <= key < to`, ascending. */
  scan(from: Uint8Array, to: Uint8Array, limit: number): Promise<readonly LocalEntry[]>;
  /** Moves the whole content out of the way and leaves an empty store; returns where it now is, for people, or undefined if there was nothing. */
  setAside(): Promise<string | undefined>;
  close(): Promise<void>;
}

export type LocalOperation =
  | { readonly kind: 'put'; readonly key: Uint8Array; readonly value: Uint8Array }
  | { readonly kind: 'delete'; readonly key: Uint8Array };

export interface LocalEntry {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}
