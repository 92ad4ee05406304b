import type { Caller } from '../types/auth.ts';
import type { Request } from '../types/request.ts';

/** Requests that cannot be evaluated yet: the lease has lapsed for the moment, or values have to be read first. */
export interface ParkedRequests {
  /** False: there are too many already. */
  park(asked: AskedRequest): boolean;
  /** Takes the request out; false when its time was over or its client is gone. */
  take(id: number): boolean;
  takeAll(): readonly AskedRequest[];
  expired(nowMs: number): readonly number[];
  count(): number;
}

/** A request under way, and who asked. */
export interface AskedRequest {
  readonly id: number;
  readonly request: Request;
  readonly caller: Caller | undefined;
  readonly deadlineMs: number;
}

export function createParkedRequests(countMax: number): ParkedRequests {
  const parked = new Map<number, AskedRequest>();
  return {
    park(asked) {
      if (parked.size >= countMax) return false;
      parked.set(asked.id, asked);
      return true;
    },
    take: (id) => parked.delete(id),
    takeAll() {
      const requests = [...parked.values()];
      parked.clear();
      return requests;
    },
    expired(nowMs) {
      const late: number[] = [];
      for (const { id, deadlineMs } of parked.values()) if (deadlineMs <= nowMs) late.push(id);
      for (const id of late) parked.delete(id);
      return late;
    },
    count: () => parked.size,
  };
}
