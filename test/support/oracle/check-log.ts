import { revisionOf, type KeyState, type LogEntry } from '../history/types.ts';
import { describeState, equalStates } from './equal.ts';
import { firstRevision } from './replay.ts';

/** The log is one row of revisions without holes, and what it says of a key follows from what it said before. */
export function checkLog(log: readonly LogEntry[]): readonly string[] {
  const violations: string[] = [];
  const states = new Map<string, KeyState>();
  let expected = firstRevision;
  for (const { revision, events } of log) {
    if (revision !== expected) violations.push(`log: revision ${revision} stands where ${expected} is due`);
    expected = revision + 1;
    if (events.length === 0) violations.push(`log: revision ${revision} changes nothing`);
    for (const event of events) {
      const before = states.get(event.key);
      if (revisionOf(event) !== revision) {
        violations.push(`log: an event of revision ${revisionOf(event)} stands in revision ${revision}`);
      }
      if (!equalStates(event.previous, before)) {
        violations.push(
          `log: revision ${revision} says that ${event.key} was ${describeState(event.previous)}; it was ${describeState(before)}`,
        );
      }
      if (event.kind === 'delete') {
        if (before === undefined) violations.push(`log: revision ${revision} deletes ${event.key}, which is not there`);
        states.delete(event.key);
        continue;
      }
      const { state } = event;
      const createRevision = before?.createRevision ?? revision;
      const version = (before?.version ?? 0) + 1;
      if (state.createRevision !== createRevision || state.version !== version) {
        violations.push(
          `log: revision ${revision} holds ${describeState(state)}; create revision ${createRevision} and version ${version} are due`,
        );
      }
      states.set(event.key, state);
    }
  }
  return violations;
}

/** What once was in the log stays there: `earlier` was read before. */
export function checkLogGrows(earlier: readonly LogEntry[], later: readonly LogEntry[]): readonly string[] {
  if (earlier.length > later.length) {
    return [`log: revision ${earlier.at(-1)!.revision} had been read, and the log now ends before it`];
  }
  for (const [index, entry] of earlier.entries()) {
    const now = later[index]!;
    const same =
      now.revision === entry.revision &&
      now.events.length === entry.events.length &&
      now.events.every((event, place) => sameChange(event, entry.events[place]!));
    if (!same) return [`log: revision ${entry.revision} is not what was read of it before`];
  }
  return [];
}

function sameChange(left: LogEntry['events'][number], right: LogEntry['events'][number]): boolean {
  if (left.kind === 'delete' || right.kind === 'delete') return left.kind === right.kind && left.key === right.key;
  return equalStates(left.state, right.state);
}
