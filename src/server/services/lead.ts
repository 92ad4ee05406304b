import type { ClientError } from '../../core/types/error.ts';
import type { StatusResponse } from '../../core/types/response.ts';
import { leaderlessMsMax } from '../limits.ts';

/**
 * Where a request has to go. A node that does not lead has done nothing of what it was asked: whoever asks may ask again, another node or
 * this one. In the words of Go's client for that, the only ones after which it sends a write a second time: it takes its endpoints in turns,
 * so of two nodes it would fail every other write. `no leader` is said to who asked to be told, when nobody has led for long.
 */
export const notHere: ClientError = { status: 'Unavailable', message: 'there is no connection available' };

/**
 * For a stream Go's client never asks again. Its callers take a server without RangeStream for an older one, and ask for a Range, which the
 * client then asks of another node.
 */
export const streamNotHere: ClientError = {
  status: 'Unimplemented',
  message: 'RangeStream is not there on a node that does not lead: ask for a Range',
};

export type Lead = 'here' | 'elsewhere' | 'nowhere';

/** Between two leaders there is none for a while: nobody has to hear of it. Of a time in which nobody asked nothing is known. */
export function createLeadOf(nowMs: () => number = () => performance.now()) {
  let leaderlessSinceMs: number | undefined;
  let askedAtMs = 0;
  return ({ role, leader }: Pick<StatusResponse, 'role' | 'leader'>): Lead => {
    if (role === 'leader' || leader !== undefined) {
      leaderlessSinceMs = undefined;
      return role === 'leader' ? 'here' : 'elsewhere';
    }
    const now = nowMs();
    if (leaderlessSinceMs === undefined || now - askedAtMs > leaderlessMsMax) leaderlessSinceMs = now;
    askedAtMs = now;
    return now - leaderlessSinceMs < leaderlessMsMax ? 'elsewhere' : 'nowhere';
  };
}
