/**
 * Revisions that what goes on never has. A watcher that had everything goes on from the revision after the last one: that has to be compacted too, and
 * below the revision that the compaction left readable.
 */
const revisionsSkippedBeyond = 2;

export function skippedRevisionAfter(lastRevision: number): number {
  return lastRevision + revisionsSkippedBeyond;
}
