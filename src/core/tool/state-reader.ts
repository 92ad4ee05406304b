import { tablesOf } from '../checkpoint/checkpoint-tables.ts';
import { scrub, settleCompaction } from '../compact/scrub.ts';
import { applyRecord } from '../state/apply-record.ts';
import { finishLoading, loadTables, loadVersion } from '../state/load.ts';
import { createState, type State } from '../state/state.ts';
import type { LeaseId } from '../types/bytes.ts';
import type { Checkpoint, LogPosition } from '../types/log.ts';
import type { LogRecord } from '../types/record.ts';
import { isTombstone, type Version } from '../types/version.ts';
import { allKeys } from './key-span.ts';
import type { ContentReader } from './content-reader.ts';

/**
 * Rebuilds the whole state, as a node holds it, without the values: who wants something of them is shown each once. What a compaction made
 * obsolete is dropped, so memory goes by the keys.
 */
export interface StateReader extends ContentReader {
  /** As of the last record taken. */
  state(): State;
  /** Durable leases with their time to live, in seconds. */
  readonly leases: Map<LeaseId, number>;
}

const scrubVersionsMax = 4_096;

/** `look` is called with each version while its value is there. */
export function createStateReader(look: (version: Version) => void): StateReader {
  let state = createState();
  const leases = new Map<LeaseId, number>();

  function takeValue(version: Version): void {
    look(version);
    if (!isTombstone(version) && version.valueBytes > 0) version.value = undefined;
  }

  return {
    span: allKeys,
    state: () => state,
    leases,

    begin(checkpoint: Checkpoint | undefined) {
      state = createState();
      leases.clear();
      if (checkpoint === undefined) return;
      const tables = tablesOf(checkpoint);
      for (const [lease, ttlSeconds] of tables.leases) leases.set(lease, ttlSeconds);
      loadTables(state, tables);
    },

    version(version) {
      takeValue(version);
      loadVersion(state, version);
    },

    loaded({ revision, compactRevision }: LogPosition) {
      finishLoading(state, revision, compactRevision);
    },

    skipped({ revision, compactRevision }: LogPosition) {
      state.revision = revision;
      compactTo(state, compactRevision);
    },

    record(record: LogRecord) {
      for (const version of applyRecord(state, record)) takeValue(version);
      if (record.kind === 'lease-grant') leases.set(record.lease, record.ttlSeconds);
      if (record.kind === 'lease-revoke') leases.delete(record.lease);
      if (record.kind === 'compact') compactTo(state, record.revision);
    },
  };
}

function compactTo(state: State, revision: number): void {
  state.compactRevision = Math.max(state.compactRevision, revision);
  settleCompaction(state, revision);
  while (!scrub(state, scrubVersionsMax).done);
}
