import { revisionOf, type LeaseGrant, type Operation, type WatchObservation } from '../history/types.ts';

/** What the server said of a lease that is known to live. */
export interface LeaseSight {
  readonly lease: bigint;
  /** -1: it knows no such lease. */
  readonly ttlSeconds: number;
  readonly grantedTtlSeconds: number;
  readonly keys: readonly string[];
  /** Monotonic milliseconds of the clients' machine, after the answer. */
  readonly seenMs: number;
  /** A moment before the present reign began: every lease had its full time again after it. */
  readonly reignNotBeforeMs: number;
}

/** A granted lease is there with its keys, and with all of its time but what has passed since the present reign began. */
export function checkLeaseSight(
  sight: LeaseSight,
  grant: LeaseGrant,
  attachedKeys: readonly string[],
): readonly string[] {
  const { lease, ttlSeconds, grantedTtlSeconds, keys } = sight;
  const passedSeconds = Math.ceil((sight.seenMs - Math.max(sight.reignNotBeforeMs, grant.sentMs)) / 1_000);
  const least = grant.ttlSeconds - passedSeconds;
  const violations: string[] = [];
  if (ttlSeconds < least || ttlSeconds > grant.ttlSeconds) {
    violations.push(`leases: ${lease} has ${ttlSeconds} s left, where ${least} to ${grant.ttlSeconds} are due`);
  }
  if (grantedTtlSeconds !== grant.ttlSeconds) {
    violations.push(`leases: ${lease} was granted ${grant.ttlSeconds} s, and is said to have ${grantedTtlSeconds}`);
  }
  if (keys.join() !== attachedKeys.join()) {
    violations.push(`leases: ${lease} is said to hold [${keys.join()}], and holds [${attachedKeys.join()}]`);
  }
  return violations;
}

/** No key of a lease goes with it before its time to live is over since it was asked for. */
export function checkLeasesNotEarly(operations: readonly Operation[], watch: WatchObservation): readonly string[] {
  const violations: string[] = [];
  const grants = new Map(
    operations.filter((operation) => operation.kind === 'grant').map((grant) => [grant.lease, grant]),
  );
  for (const { events, atMs } of watch.messages) {
    for (const event of events) {
      const grant = event.kind === 'delete' ? grants.get(event.previous?.lease ?? 0n) : undefined;
      if (grant === undefined || atMs - grant.sentMs >= grant.ttlSeconds * 1_000) continue;
      violations.push(
        `leases: ${event.key} went at revision ${revisionOf(event)} with lease ${grant.lease}, ${Math.round(atMs - grant.sentMs)} ms after it was asked for ${grant.ttlSeconds} s`,
      );
    }
  }
  return violations;
}
