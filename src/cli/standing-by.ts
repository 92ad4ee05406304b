/** Notices that another node leads and lives, so that this one is as ready as it gets. */
import { leaderDriftMs } from '../core/limits.ts';
import type { MemberDescription } from '../core/types/response.ts';
import type { Node } from '../host/node.ts';
import type { Clock } from '../ports/clock.ts';

export interface StandingByOptions {
  readonly node: Pick<Node, 'role' | 'onRole' | 'request'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly leaseMs: number;
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>;
  readonly stop: AbortSignal;
}

const lookMs = 1_000;

/**
 * Calls `tell` once for each leader that this node stands by for. Not before that one outlived its lease here: the lease of a node that is gone, or of an
 * earlier run of this one, is waited for as well, and then this node leads.
 */
export function onStandingBy(options: StandingByOptions, tell: (leader: MemberDescription) => void): void {
  const { node, clock, leaseMs, stop } = options;
  const livesAfterMs = leaseMs + leaderDriftMs(leaseMs) + lookMs;
  let looking = false;

  async function look(): Promise<void> {
    let epochTold: number | undefined;
    let seen: { readonly epoch: number; readonly sinceMs: number } | undefined;
    while (node.role() === 'standby' && !stop.aborted) {
      const { leader, self, epoch } = (await node.request<'status'>({ kind: 'status' })).response;
      const nowMs = clock.now().monotonicMs;
      if (leader === undefined || leader.memberId === self.memberId) seen = undefined;
      else if (seen?.epoch !== epoch) seen = { epoch, sinceMs: nowMs };
      else if (nowMs - seen.sinceMs >= livesAfterMs && epochTold !== epoch) {
        epochTold = epoch;
        tell(leader);
      }
      await options.sleep(lookMs, stop);
    }
  }

  function begin(): void {
    if (looking || node.role() !== 'standby') return;
    looking = true;
    // It ends with the node, or when a stop is asked for.
    void look()
      .catch(() => undefined)
      .finally(() => (looking = false));
  }

  node.onRole(begin);
  begin();
}
