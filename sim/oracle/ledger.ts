/**
 * How often each guarantee was put to the test for real, by name. A campaign in which one never was has proved nothing about it.
 */
export const ledgerNames = [
  'log: segments of the chain read',
  'log: reigns after the first',
  'log: dead segments of an earlier reign',
  'writes: acknowledged, found in the log',
  'writes: of an earlier reign, there after a takeover',
  'writes: outcome unknown, applied',
  'writes: outcome unknown, not applied',
  'writes: refused by a node, not applied',
  'reads: after somebody else’s write',
  'reads: of an old revision',
  'reads: serializable',
  'transactions: compares failed',
  'errors: right at their moment',
  'errors: compacted',
  'compactions',
  'checkpoints: compared with the log',
  'collection: objects condemned',
  'collection: objects deleted',
  'collection: slots deleted',
  'collection: slots deleted that are in an archive',
  'collection: slots kept for a fence',
  'collection: archives named',
  'collection: archives merged',
  'collection: checkpoints forgotten',
  'collection: checkpoints forgotten by size',
  'collection: condemned by a tool from outside',
  'collection: nothing left lying',
  'disks: local stores found by a new life',
  'disks: local stores with values still to come',
  'disks: reads answered while values were still to come',
  'disks: local log files removed',
  'disks: versions dropped by a compaction',
  'watch: events',
  'watch: several events of one revision together',
  'watch: from a past revision',
  'watch: resumed on another stream',
  'watch: previous values',
  'watch: events filtered out',
  'watch: progress reports',
  'watch: compacted starts cancelled',
  'leases: granted',
  'leases: renewed',
  'leases: expired with their keys',
  'leases: expired in a later reign',
  'leases: lateness judged',
  'leases: revoked',
  'liveness: writes after the faults',
  'liveness: watches caught up',
  'invariants: acknowledgements that were durable',
  'invariants: watch responses in order',
  'invariants: control changed by compare-and-swap',
  'black box: revisions explained',
] as const;

export type LedgerName = (typeof ledgerNames)[number];
export type Ledger = Partial<Record<LedgerName, number>>;

/** What was never exercised. */
export function ledgerComplete(ledger: Readonly<Record<string, number>>): string[] {
  return ledgerNames.filter((name) => (ledger[name] ?? 0) === 0);
}
