import { parkedRequestsMax } from '../limits.ts';
import type { Checkpointing, TakenCheckpoint } from './keep-checkpointing.ts';

/** Who asked for a checkpoint, and waits for it however long it takes: its length has no bound that a request could have. */
export interface CheckpointRequests {
  /** False: there are too many already. */
  ask(id: number): boolean;
  abandon(id: number): void;
  /** For all that have no answer yet. */
  takeAll(): readonly number[];
}

export function createCheckpointRequests(
  checkpoints: Checkpointing,
  answer: (id: number, outcome: TakenCheckpoint | string) => void,
): CheckpointRequests {
  const asking = new Set<number>();
  return {
    ask(id) {
      if (asking.size >= parkedRequestsMax) return false;
      asking.add(id);
      checkpoints.requestCheckpoint((outcome) => {
        if (asking.delete(id)) answer(id, outcome);
      });
      return true;
    },
    abandon: (id) => void asking.delete(id),
    takeAll() {
      const ids = [...asking];
      asking.clear();
      return ids;
    },
  };
}
