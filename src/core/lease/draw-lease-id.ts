import { drawId, type Core } from '../core.ts';
import type { LeaseTable } from '../state/lease-table.ts';
import { noLease, type LeaseId } from '../types/bytes.ts';

const largestId = 0x7fff_ffff_ffff_ffffn;

/** For a lease whose client leaves its id to the server. */
export function drawLeaseId(core: Core, leases: LeaseTable): LeaseId {
  for (;;) {
    let id = 0n;
    for (const byte of drawId(core).subarray(0, 8)) id = id * 256n + BigInt(byte);
    id &= largestId;
    if (id !== noLease && !leases.has(id)) return id;
  }
}
