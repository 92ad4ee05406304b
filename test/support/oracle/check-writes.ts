import type { KeyWrite, LeaseGrant, LogEntry, Operation, WriteOperation } from '../history/types.ts';
import { describeEvent, describeState } from './equal.ts';
import type { Replay } from './replay.ts';

/**
 * Acknowledged writes are where they were acknowledged, whole; refused ones and failed compares are nowhere; unknown ones are there at most
 * once, whole; and every revision of the log is the doing of exactly one write, or the end of one lease.
 */
export function checkWrites(
  operations: readonly Operation[],
  log: readonly LogEntry[],
  replay: Replay,
): readonly string[] {
  const violations: string[] = [];
  const writers = writersOfValues(operations);
  const seen = new Map<WriteOperation, number[]>();
  const leases = new Set(operations.filter((operation) => operation.kind === 'grant').map(({ lease }) => lease));

  for (const entry of log) {
    const found = writersIn(entry, writers);
    if (found.size === 0) {
      violations.push(...checkLeaseEnd(entry, leases, replay));
      continue;
    }
    if (found.size > 1 || found.has(undefined)) {
      violations.push(`writes: revision ${entry.revision} mixes writes: ${entry.events.map(describeEvent).join('; ')}`);
      continue;
    }
    const [write] = found as Set<WriteOperation>;
    seen.set(write!, [...(seen.get(write!) ?? []), entry.revision]);
    violations.push(...checkWhole(write!, entry, replay));
  }

  for (const operation of operations) {
    if (operation.kind === 'write') violations.push(...checkOutcome(operation, seen.get(operation) ?? []));
  }
  return violations;
}

function writersOfValues(operations: readonly Operation[]): Map<string, WriteOperation> {
  const writers = new Map<string, WriteOperation>();
  for (const operation of operations) {
    if (operation.kind !== 'write') continue;
    for (const { value } of operation.writes) if (value !== undefined) writers.set(value, operation);
  }
  return writers;
}

/** An undefined among them: a value that nobody wrote. */
function writersIn(
  { events }: LogEntry,
  writers: ReadonlyMap<string, WriteOperation>,
): Set<WriteOperation | undefined> {
  const found = new Set<WriteOperation | undefined>();
  for (const event of events) if (event.kind === 'put') found.add(writers.get(event.state.value));
  return found;
}

function checkWhole(write: WriteOperation, entry: LogEntry, replay: Replay): readonly string[] {
  const expected = write.writes.filter(
    ({ key, value }) => value !== undefined || replay.at(key, entry.revision - 1) !== undefined,
  );
  const same =
    expected.length === entry.events.length &&
    expected.every((wanted, place) => isDoneBy(wanted, entry.events[place]!));
  if (same) return [];
  return [
    `writes: ${write.id} is not whole in revision ${entry.revision}, which holds ${entry.events.map(describeEvent).join('; ')}`,
  ];
}

function isDoneBy({ key, value, lease }: KeyWrite, event: LogEntry['events'][number]): boolean {
  if (event.key !== key) return false;
  if (event.kind === 'delete') return value === undefined;
  return event.state.value === value && event.state.lease === lease;
}

function checkOutcome({ id, outcome }: WriteOperation, revisions: readonly number[]): readonly string[] {
  const where = revisions.length === 0 ? 'nowhere' : `at ${revisions.join(', ')}`;
  switch (outcome.kind) {
    case 'applied':
      if (revisions.length === 1 && revisions[0] === outcome.revision) return [];
      return [`writes: ${id} was acknowledged at revision ${outcome.revision}, and is ${where}`];
    case 'compare-failed':
      return revisions.length === 0 ? [] : [`writes: ${id} did not compare, and is ${where}`];
    case 'refused':
      return revisions.length === 0 ? [] : [`writes: ${id} was refused (${outcome.error}), and is ${where}`];
    case 'unknown':
      return revisions.length <= 1 ? [] : [`writes: ${id} was sent once, and is ${where}`];
  }
}

/** Nothing but deletions: all keys of one lease, and of no other. */
function checkLeaseEnd(entry: LogEntry, leases: ReadonlySet<LeaseGrant['lease']>, replay: Replay): readonly string[] {
  const { revision, events } = entry;
  const lease = events[0]?.previous?.lease ?? 0n;
  if (!leases.has(lease)) {
    return [`writes: nobody asked for revision ${revision}: ${events.map(describeEvent).join('; ')}`];
  }
  const attached = replay.rangeAt({ from: '', to: '\x7f' }, revision - 1).filter((state) => state.lease === lease);
  const gone = new Set(events.map(({ key }) => key));
  if (attached.length === gone.size && attached.every(({ key }) => gone.has(key))) return [];
  return [
    `leases: revision ${revision} ends lease ${lease}, but removes ${[...gone].join(', ')} where it held ${attached.map(describeState).join('; ')}`,
  ];
}
