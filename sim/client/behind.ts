import type { Action } from '../types/scenario.ts';
import type { PlainRange } from '../types/plain.ts';
import { call, type ClientTask, type ClientView } from './task.ts';

/** Requests at revisions that depend on what this client has seen. */
export function* compactBehind(
  { keepRevisions, physical }: Extract<Action, { readonly kind: 'compact-behind' }>,
  view: ClientView,
): ClientTask {
  // A client that does nothing else has seen nothing: it asks for the newest revision first.
  yield* call({ kind: 'range', key: 'compaction', countOnly: true });
  const revision = view.revision() - keepRevisions;
  if (revision > 0) yield* call({ kind: 'compact', revision, physical });
}

export function* readBack(action: Extract<Action, { readonly kind: 'read-back' }>, view: ClientView): ClientTask {
  const revision = view.revision() - action.back;
  if (revision > 0) yield* call({ kind: 'range', ...rangeOf(action), revision });
}

export function rangeOf({ key, rangeEnd }: PlainRange): PlainRange {
  return rangeEnd === undefined ? { key } : { key, rangeEnd };
}
