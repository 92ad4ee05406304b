import type { ListWatchAction } from '../types/scenario.ts';
import { rangeOf } from './behind.ts';
import { answerOf, call, sleep, type ClientTask, type ClientView } from './task.ts';
import { follow } from './watch.ts';

const listPauseMs = 200;

/** An informer (client-go's reflector): list page by page at one revision, watch from the next one on, begin anew when that is compacted. */
export function* listWatch(action: ListWatchAction, view: ClientView): ClientTask {
  const untilMs = view.nowMs() + action.forMs;
  const following = {
    watch: { ...rangeOf(action), previousKv: true, progressNotify: true },
    consumeMs: action.consumeMs,
    progressEveryMs: 0,
  };
  while (view.nowMs() < untilMs) {
    const listed = yield* list(action);
    if (listed === undefined) {
      yield* sleep(listPauseMs);
      continue;
    }
    let nextRevision = listed + 1;
    for (let compacted = false; !compacted && view.nowMs() < untilMs;) {
      const followed = yield* follow(following, nextRevision, untilMs, view);
      nextRevision = followed.nextRevision;
      compacted = followed.compacted;
      yield* sleep(listPauseMs);
    }
  }
}

/** The revision that the whole list shows; undefined: it could not be read to its end. */
function* list(action: ListWatchAction): ClientTask<number | undefined> {
  const { pageLimit } = action;
  let revision = 0;
  let range = rangeOf(action);
  for (;;) {
    const page = answerOf(yield* call({ kind: 'range', ...range, limit: pageLimit, revision }), 'range');
    if (page === undefined) return undefined;
    if (revision === 0) revision = page.revision;
    const last = page.response.kvs.at(-1);
    if (!page.response.more || last === undefined) return revision;
    range = { ...range, key: `${last.key}\0` };
  }
}
