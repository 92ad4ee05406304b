import { equalBytes } from '../types/bytes.ts';
import type { Manifest } from '../types/log.ts';

/** Another branch that has the same name now. Two that were made at once have both looked in vain before. */
export function rivalOf(live: readonly Manifest[], databaseId: Uint8Array): Manifest | undefined {
  return live.find((other) => !equalBytes(other.databaseId, databaseId));
}
