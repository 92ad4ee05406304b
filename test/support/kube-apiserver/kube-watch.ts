import type { IncomingMessage } from 'node:http';
import { createInterface } from 'node:readline';
import type { KubeObject } from './kube-object.ts';

export interface KubeEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: KubeObject;
}

/** Events as they come. */
export interface KubeWatch {
  /** All that came so far. */
  readonly events: readonly KubeEvent[];
  /** Resolves with the first, of those that came too, that fits; rejects when the watch ends without. */
  event(fits: (event: KubeEvent) => boolean): Promise<KubeEvent>;
  /** Resolves when nothing comes any more. */
  readonly ended: Promise<void>;
  close(): void;
}

export function openKubeWatch(answer: IncomingMessage): KubeWatch {
  const events: KubeEvent[] = [];
  const listeners = new Set<() => void>();
  let isOver = false;
  const tell = () => {
    for (const listener of [...listeners]) listener();
  };
  const ended = new Promise<void>((resolve) => {
    const over = () => {
      isOver = true;
      tell();
      resolve();
    };
    answer.on('error', over).on('close', over);
  });
  // A watch may be silent for as long as it likes.
  answer.socket.setTimeout(0);
  createInterface({ input: answer }).on('line', (line) => {
    events.push(JSON.parse(line) as KubeEvent);
    tell();
  });
  return {
    events,
    ended,
    event: (fits) =>
      new Promise((resolve, reject) => {
        let looked = 0;
        const look = () => {
          for (; looked < events.length; looked++) {
            if (!fits(events[looked]!)) continue;
            listeners.delete(look);
            return resolve(events[looked]!);
          }
          if (!isOver) return;
          listeners.delete(look);
          reject(new Error(`the watch ended after ${events.map(({ type }) => type).join()}`));
        };
        listeners.add(look);
        look();
      }),
    close: () => answer.destroy(),
  };
}
