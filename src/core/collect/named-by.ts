import type { Checkpoint, ObjectReference, Page } from '../types/log.ts';

/** What an object names: all of it is needed as long as the object is. */
export function namedByCheckpoint({ pages }: Checkpoint): readonly ObjectReference[] {
  return pages;
}

export function namedByPage({ chunks }: Page): readonly ObjectReference[] {
  return chunks;
}
