import type { Manifest } from '../types/log.ts';

/** The last step of a rollback: only where nobody has led since the epoch was raised for it. A node that takes over stamps the manifest before it serves. */
export function mayNameSuccessor(manifest: Pick<Manifest, 'epoch' | 'successor' | 'removed'>, epoch: number): boolean {
  return manifest.epoch === epoch && manifest.successor === undefined && !manifest.removed;
}
