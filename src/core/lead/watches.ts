import { watchRefusal } from '../auth/refusal.ts';
import { drawId, type Core } from '../core.ts';
import { watchFeedVersionsMax } from '../limits.ts';
import type { State } from '../state/state.ts';
import { until, type Scope } from '../task.ts';
import type { EventBody } from '../types/event.ts';
import { createWatchHub, type WatchHub } from '../watch/watch-hub.ts';
import { groundOfDurable, watchSourceOf, type DurableState } from './durable-state.ts';

/** The watchers of a reign: those who lag behind are fed in steps of their own, so that a crowd of them holds up nobody. */
export interface Watches {
  readonly hub: WatchHub;
  handle(event: WatchEvent): void;
  /** Whenever some of them may have something to be fed. */
  feed(): void;
}

export type WatchEvent = Extract<EventBody, { readonly kind: `watch-${string}` }>;

export function createWatches(core: Core, scope: Scope, epoch: number, state: State, durable: DurableState): Watches {
  const hub = createWatchHub({
    source: watchSourceOf(durable, state, epoch),
    sink: {
      response: (stream, response) => core.emit({ kind: 'watch-response', stream, response }),
      end: (stream, error) => core.emit({ kind: 'watch-end', stream, error }),
    },
    progressIntervalMs: core.configuration.watchProgressNotifyIntervalMs,
    bufferMessagesMax: core.configuration.watchBufferMessagesMax,
    random: () => drawId(core)[0]! / 256,
  });
  let feeding = false;

  function feed(): void {
    if (feeding || !hub.hasWork()) return;
    feeding = true;
    scope.spawn(until(core.at.monotonicMs), () => {
      feeding = false;
      hub.work(watchFeedVersionsMax);
      feed();
    });
  }

  function handle(event: WatchEvent): void {
    const nowMs = core.at.monotonicMs;
    switch (event.kind) {
      case 'watch-open':
        hub.open(event.stream, nowMs);
        return;
      case 'watch-create': {
        const denial = watchRefusal(groundOfDurable(durable, state), event.caller, event.request);
        hub.create(event.stream, event.request, nowMs, denial);
        break;
      }
      case 'watch-cancel':
        hub.cancel(event.stream, event.watchId);
        break;
      case 'watch-progress':
        hub.requestProgress(event.stream);
        break;
      case 'watch-consumed':
        hub.consumed(event.stream, event.messages);
        break;
      case 'watch-close':
        hub.close(event.stream);
        return;
    }
    feed();
  }

  return { hub, handle, feed };
}
