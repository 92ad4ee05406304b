import type { LocalEntry } from '../../ports/local-store.ts';
import { localKeyAfter, type LocalRange } from '../format/local-entry.ts';
import { call, type Task } from '../task.ts';

const entriesPerScan = 2_000;

/** A text says what is wrong. */
export function* scanAll(range: LocalRange, take: (entry: LocalEntry) => string | undefined): Task<string | undefined> {
  let from = range.from;
  for (;;) {
    const result = yield* call({ kind: 'local-scan', from, to: range.to, limit: entriesPerScan });
    if (result.kind === 'local-failed') return `it cannot be read: ${result.message}`;
    for (const entry of result.entries) {
      const problem = take(entry);
      if (problem !== undefined) return problem;
    }
    const last = result.entries.at(-1);
    if (last === undefined || result.entries.length < entriesPerScan) return undefined;
    from = localKeyAfter(last.key);
  }
}
