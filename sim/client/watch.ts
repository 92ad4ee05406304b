import type { WatchAction } from '../types/scenario.ts';
import { nextNews, openWatch, sleep, type ClientTask, type ClientView } from './task.ts';

const reopenPauseMs = 100;
/** Who may not watch may be allowed to later, but hardly at once. */
const refusedPauseMs = 1_000;

/** Watches for a while, wherever it is taken; goes on at another node from the revision after the last one seen, if it is one that resumes. */
export function* watch(action: WatchAction, view: ClientView): ClientTask {
  const untilMs = view.nowMs() + action.forMs;
  let startRevision = action.watch.startRevision ?? 0;
  while (view.nowMs() < untilMs) {
    const followed = yield* follow(action, startRevision, untilMs, view);
    if (followed.created && !action.resume) return;
    startRevision = followed.nextRevision;
    yield* sleep(followed.refused ? refusedPauseMs : reopenPauseMs);
  }
}

export interface Followed {
  /** Where the next stream has to begin; 0: nothing was seen that says so. */
  readonly nextRevision: number;
  readonly compacted: boolean;
  /** Some node took the watch. */
  readonly created: boolean;
  /** It was cancelled by the very message that created it. */
  readonly refused: boolean;
}

type Following = Pick<WatchAction, 'watch' | 'consumeMs' | 'progressEveryMs'>;

/** One stream, to its end or until the time is up. */
export function* follow(
  action: Following,
  startRevision: number,
  untilMs: number,
  view: ClientView,
): ClientTask<Followed> {
  const stream = yield* openWatch({ ...action.watch, startRevision });
  let nextRevision = startRevision;
  if (stream === undefined) return { nextRevision, compacted: false, created: false, refused: false };
  let created = false;
  let askAtMs = action.progressEveryMs > 0 ? view.nowMs() + action.progressEveryMs : Number.POSITIVE_INFINITY;
  for (;;) {
    const news = yield* nextNews(stream, Math.min(untilMs, askAtMs));
    if (news.kind === 'time') {
      if (view.nowMs() >= untilMs) {
        stream.close();
        return { nextRevision, compacted: false, created, refused: false };
      }
      stream.progress();
      askAtMs = view.nowMs() + action.progressEveryMs;
      continue;
    }
    if (news.kind === 'end') return { nextRevision, compacted: false, created, refused: false };
    const { response } = news;
    created ||= response.created;
    if (response.canceled) {
      stream.close();
      const compacted = response.compactRevision > 0;
      return {
        nextRevision: compacted ? response.compactRevision : nextRevision,
        compacted,
        created,
        refused: response.created,
      };
    }
    nextRevision = revisionAfter(response, nextRevision);
    if (action.consumeMs > 0) yield* sleep(action.consumeMs);
  }
}

/** A message with events says that all up to its last one came; one without, that all up to its header did. */
function revisionAfter(
  response: {
    readonly revision?: number;
    readonly created: boolean;
    readonly events: readonly { readonly kv: { readonly modRevision: number } }[];
  },
  nextRevision: number,
): number {
  const last = response.events.at(-1)?.kv.modRevision;
  if (last !== undefined) return Math.max(nextRevision, last + 1);
  if (response.revision === undefined) return nextRevision;
  // What a creation shows is where it begins only for one that begins now.
  if (response.created) return nextRevision === 0 ? response.revision + 1 : nextRevision;
  return Math.max(nextRevision, response.revision + 1);
}
