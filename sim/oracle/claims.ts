import type { Observer } from '../types/observer.ts';
import type { Violation } from '../types/result.ts';

/**
 * An oracle for a run in which what the system builds on is broken: it claims only the guarantees that are kept. Such a run counts for nothing in
 * the ledger, because nobody can say what it put to the test.
 */
export function claiming(observer: Observer, kept: ReadonlySet<string>): Observer {
  if (kept.size === 0) return { name: observer.name };
  const only = (found: Violation | undefined) => (found !== undefined && kept.has(found.guarantee) ? found : undefined);
  return {
    name: observer.name,
    history: (event) => only(observer.history?.(event)),
    store: (change) => only(observer.store?.(change)),
    disks: (...parameters) => only(observer.disks?.(...parameters)),
    effect: (...parameters) => only(observer.effect?.(...parameters)),
    finish(result) {
      const found = observer.finish?.(result);
      // Nothing is claimed where a search was given up.
      return found?.kind === 'unknown' ? undefined : only(found);
    },
  };
}
