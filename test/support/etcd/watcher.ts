/** A watcher as a good client is one: it keeps what it was told, and after every end of its stream goes on from its last revision + 1. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { WatchResponse } from '../../../src/server/generated/etcdserverpb/watch.ts';
import { revisionOf, type KeyRange, type WatchMessage, type WatchObservation } from '../history/types.ts';
import type { EtcdConnection, WatchCall } from './connection.ts';
import { eventOf, progressRequest, watchRequest } from './messages.ts';

export interface Watcher {
  readonly observation: WatchObservation;
  /** Times a watch was created anew. */
  readonly connections: () => number;
  /** Says how far it is after the server told so: resolves when everything up to `revision` has been delivered. */
  through(revision: number): Promise<void>;
  /** Gives its connection up, as a client does that hears nothing any more. */
  reconnect(): void;
  stop(): Promise<void>;
}

const reconnectPauseMs = 20;
const progressPauseMs = 50;

/** @param connection where to connect now; asked again before every attempt; undefined while there is nowhere */
export function startWatcher(
  name: string,
  range: KeyRange,
  startRevision: number,
  connection: () => EtcdConnection | undefined,
): Watcher {
  const messages: WatchMessage[] = [];
  const observation: WatchObservation = { name, range, startRevision, messages };
  let next = startRevision;
  let toldThrough = 0;
  let connections = 0;
  let current: WatchCall | undefined;
  let stopped = false;

  function take(response: WatchResponse, mine: number): void {
    if (response.canceled) throw new Error(`${name} was cancelled: ${response.cancelReason}`);
    if (response.created) return;
    const events = response.events.map(eventOf);
    const headerRevision = Number(response.header!.revision);
    messages.push({ connection: mine, headerRevision, events, atMs: performance.now() });
    const last = events.at(-1);
    if (last !== undefined) next = revisionOf(last) + 1;
    else toldThrough = headerRevision;
  }

  /** Until the stream ends, for whatever reason. */
  function followOnce(server: EtcdConnection): Promise<void> {
    const mine = ++connections;
    const call = server.watch();
    current = call;
    return new Promise((resolve, reject) => {
      call.on('data', (response: WatchResponse) => {
        try {
          take(response, mine);
        } catch (error) {
          call.cancel();
          reject(error instanceof Error ? error : new Error(String(error)));
        }
      });
      call.on('error', () => resolve());
      call.on('end', () => resolve());
      call.write(watchRequest(range, next));
    });
  }

  async function follow(): Promise<void> {
    while (!stopped) {
      const server = connection();
      if (server !== undefined) await followOnce(server);
      if (!stopped) await sleep(reconnectPauseMs);
    }
  }

  const following = follow();
  let failure: Error | undefined;
  following.catch((error: Error) => (failure = error));

  return {
    observation,
    connections: () => connections,
    async through(revision) {
      while (toldThrough < revision && next <= revision) {
        if (failure !== undefined) throw failure;
        current?.write(progressRequest);
        await sleep(progressPauseMs);
      }
    },
    reconnect: () => current?.cancel(),
    async stop() {
      stopped = true;
      current?.cancel();
      await following;
    },
  };
}
