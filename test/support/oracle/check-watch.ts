import { rangeHolds, revisionOf, type KeyEvent, type LogEntry, type WatchObservation } from '../history/types.ts';
import { describeEvent, equalEvents } from './equal.ts';

/**
 * A watcher is told every event of its range from its start revision on, once, in order, over all its connections; the events of one
 * revision together; and nothing beyond the revision in the message's header.
 *
 * @param throughRevision how far it must have come; it may have come further
 */
export function checkWatch(
  { name, range, startRevision, messages }: WatchObservation,
  log: readonly LogEntry[],
  throughRevision: number,
): readonly string[] {
  const expected = log
    .filter(({ revision }) => revision >= startRevision)
    .flatMap(({ events }) => events.filter(({ key }) => rangeHolds(range, key)));
  let place = 0;
  let lastRevision = 0;
  for (const message of messages) {
    const first = message.events[0];
    if (first !== undefined && revisionOf(first) === lastRevision) {
      return [`watch: ${name} was told of revision ${lastRevision} in two messages`];
    }
    for (const event of message.events) {
      const wanted = expected[place];
      if (wanted === undefined || !equalEvents(event, wanted)) {
        return [`watch: ${name} was told ${describeEvent(event)} where ${describe(wanted)} was due`];
      }
      place += 1;
      lastRevision = revisionOf(event);
      if (lastRevision > message.headerRevision) {
        return [`watch: ${name} was told of revision ${lastRevision} under a header of ${message.headerRevision}`];
      }
    }
    const skipped = expected[place];
    if (message.events.length === 0 && skipped !== undefined && revisionOf(skipped) <= message.headerRevision) {
      return [`watch: ${name} was told that all up to ${message.headerRevision} is sent, but not ${describe(skipped)}`];
    }
  }
  const next = expected[place];
  if (next !== undefined && revisionOf(next) <= throughRevision) {
    return [`watch: ${name} was not told ${describeEvent(next)}`];
  }
  return [];
}

function describe(event: KeyEvent | undefined): string {
  return event === undefined ? 'nothing' : describeEvent(event);
}
