import { noAlarms } from '../alarm/alarms.ts';
import { log, type Core } from '../core.ts';
import type { RecoveredTables } from '../recover/recovered.ts';
import { leaseTtlSecondsMax } from '../limits.ts';
import { finishLoading, loadTables, loadVersion } from '../state/load.ts';
import { createState, revisionInitial, type State } from '../state/state.ts';
import { until, type Task } from '../task.ts';
import { noLease, type LeaseId } from '../types/bytes.ts';
import { isTombstone } from '../types/version.ts';
import type { ImportContent } from './import-content.ts';
import { importedAuth } from './imported-auth.ts';

export interface LoadedImport {
  readonly state: State;
  readonly tables: RecoveredTables;
  /** Leases that keys hang on and that were not there. */
  readonly leasesMissing: number;
}

const versionsPerPause = 16_384;

/**
 * The state that the content comes to. A key that hangs on a lease that is not there keeps it: it is granted for as long as a lease can last, so
 * that the key is neither changed nor lost.
 */
export function* loadImported(core: Core, content: ImportContent): Task<LoadedImport> {
  const state = createState();
  const leases = new Map<LeaseId, number>();
  for (const { lease, ttlSeconds } of content.leases) leases.set(lease, ttlSeconds);
  let loaded = 0;
  for (const version of content.versions) {
    loadVersion(state, version);
    loaded += 1;
    if (loaded % versionsPerPause !== 0) continue;
    log(core, 'info', 'loading', { versions: loaded, of: content.versions.length });
    yield* until(core.at.monotonicMs);
  }
  const leasesMissing = grantMissing(core, state, leases);
  // Alarms are of members that are not there any more.
  const tables = { leases, auth: importedAuth(content.auth), alarms: noAlarms };
  loadTables(state, tables);
  const newest = content.versions.at(-1)?.modRevision ?? revisionInitial;
  const revision = Math.max(revisionInitial, newest, content.compactRevision);
  finishLoading(state, revision, content.compactRevision);
  return { state, tables, leasesMissing };
}

function grantMissing(core: Core, state: State, leases: Map<LeaseId, number>): number {
  let missing = 0;
  state.index.visitKeys('', undefined, (versions) => {
    const newest = versions.at(-1)!;
    if (isTombstone(newest) || newest.lease === noLease || leases.has(newest.lease)) return true;
    leases.set(newest.lease, leaseTtlSecondsMax);
    missing += 1;
    return true;
  });
  if (missing > 0) {
    log(core, 'warn', 'keys hang on leases that are not there: these are granted for as long as a lease can last', {
      leases: missing,
    });
  }
  return missing;
}
