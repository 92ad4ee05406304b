import type { Watcher } from './watcher.ts';

/** Only a watcher that is synced and has begun may be told of progress: all events up to the hub's revision are before it in its buffer. */
export function mayReport(watcher: Pick<Watcher, 'cursor' | 'startRevision'>, hubRevision: number): boolean {
  return watcher.cursor === undefined && watcher.startRevision <= hubRevision;
}
