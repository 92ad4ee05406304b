import type { Manifest } from '../types/log.ts';

/** Whoever has claimed the epoch looks before it writes or serves anything: a database that names a successor is history. */
export function isSuperseded({ successor }: Pick<Manifest, 'successor'>): boolean {
  return successor !== undefined;
}
