/** What a tool tells on the way, on standard error: problems at once, progress only when a run turns out to be long. */
import type { Clock } from '../ports/clock.ts';
import type { NodeLog } from '../host/node.ts';

export interface ToolProgress {
  readonly log: NodeLog;
  end(): void;
}

const quietMs = 2_000;
const betweenMs = 1_000;

export function createProgress(tell: (text: string) => void, clock: Clock): ToolProgress {
  let nextMs = clock.now().monotonicMs + quietMs;
  let ended = false;
  return {
    log(level, message, fields) {
      if (ended || level === 'debug') return;
      const { monotonicMs } = clock.now();
      if (level === 'info') {
        if (monotonicMs < nextMs) return;
        nextMs = monotonicMs + betweenMs;
      }
      const details = Object.entries(fields).map(([name, value]) => `${name} ${String(value)}`);
      tell(`t4: ${[message, ...details].join(', ')}\n`);
    },
    end() {
      ended = true;
    },
  };
}
