import { createSimulatedDisk, type PowerLoss, type SimulatedDisk } from '../doubles/disk.ts';
import { createSimulatedLocalStore, type SimulatedLocalStore } from '../doubles/local-store.ts';

/** What a process finds on its machine when it starts. */
export type DiskFound = 'kept' | 'empty' | 'old';

/** A node's local store and disk, which go together: lost, or set back to a copy, only both at once. */
export interface NodeDisks {
  local(): SimulatedLocalStore;
  disk(): SimulatedDisk;
  /** Counts empty ones: whoever lost its disk is another member. */
  generation(): number;
  /** `old` without a copy: as they are. */
  take(found: DiskFound): void;
  copy(): void;
  losePower(kind: PowerLoss['kind'], below: (bound: number) => number): void;
}

export function createNodeDisks(): NodeDisks {
  let local = createSimulatedLocalStore();
  let disk = createSimulatedDisk();
  let generation = 0;
  let copies: { local: SimulatedLocalStore; disk: SimulatedDisk; generation: number } | undefined;

  return {
    local: () => local,
    disk: () => disk,
    generation: () => generation,
    take(found) {
      if (found === 'old' && copies !== undefined) {
        local = copies.local.copy();
        disk = copies.disk.copy();
        generation = copies.generation;
        return;
      }
      if (found !== 'empty') return;
      local = createSimulatedLocalStore();
      disk = createSimulatedDisk();
      generation += 1;
    },
    copy() {
      copies = { local: local.copy(), disk: disk.copy(), generation };
    },
    losePower(kind, below) {
      disk.losePower({ kind, choose: below });
      const batches = local.unsynced();
      local.losePower(kind === 'lost' ? batches : below(batches + 1));
    },
  };
}
