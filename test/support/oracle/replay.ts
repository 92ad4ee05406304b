/**
 * The log, as it is read back from the server after everything, replayed in a model that knows etcd's rules and nothing of
 * how T4 does it. It answers what a key or a range was at any revision.
 */
import { rangeHolds, type KeyEvent, type KeyRange, type KeyState, type LogEntry } from '../history/types.ts';

/** The empty database has revision 1; the first write gets 2. */
export const firstRevision = 2;

export interface Replay {
  readonly headRevision: number;
  entry(revision: number): LogEntry | undefined;
  at(key: string, revision: number): KeyState | undefined;
  rangeAt(range: KeyRange, revision: number): readonly KeyState[];
  /** Whether the key ever changed with this value. */
  revisionsOfValue(value: string): readonly number[];
}

interface Change {
  readonly revision: number;
  readonly state: KeyState | undefined;
}

export function replayLog(log: readonly LogEntry[]): Replay {
  const histories = new Map<string, Change[]>();
  const entries = new Map<number, LogEntry>();
  const values = new Map<string, number[]>();
  for (const entry of log) {
    entries.set(entry.revision, entry);
    for (const event of entry.events) {
      changesOf(histories, event.key).push({ revision: entry.revision, state: stateAfter(event) });
      if (event.kind === 'put') changesOf(values, event.state.value).push(entry.revision);
    }
  }
  const keys = [...histories.keys()].sort();

  function at(key: string, revision: number): KeyState | undefined {
    const changes = histories.get(key) ?? [];
    let low = 0;
    let high = changes.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (changes[middle]!.revision <= revision) low = middle + 1;
      else high = middle;
    }
    return changes[low - 1]?.state;
  }

  return {
    headRevision: log.at(-1)?.revision ?? firstRevision - 1,
    entry: (revision) => entries.get(revision),
    at,
    rangeAt: (range, revision) =>
      keys
        .filter((key) => rangeHolds(range, key))
        .map((key) => at(key, revision))
        .filter((state) => state !== undefined),
    revisionsOfValue: (value) => values.get(value) ?? [],
  };
}

function changesOf<Key, Item>(map: Map<Key, Item[]>, key: Key): Item[] {
  const found = map.get(key);
  if (found !== undefined) return found;
  const made: Item[] = [];
  map.set(key, made);
  return made;
}

function stateAfter(event: KeyEvent): KeyState | undefined {
  return event.kind === 'put' ? event.state : undefined;
}
