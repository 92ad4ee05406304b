import { clientErrors, type ClientError } from '../types/error.ts';
import type { Request, TxnOperation } from '../types/request.ts';
import { isReadRequest } from '../read/evaluate-read.ts';
import type { Alarms } from '../types/alarm.ts';

/**
 * What is not done while an alarm is on: etcd's rules (`server/etcdserver/apply/capped.go` and `corrupt.go`). Whoever raised it, everybody obeys.
 * Reads are served, and so is what gives space back.
 */
export function refusedByAlarms(alarms: Alarms, request: Request): ClientError | undefined {
  if (alarms.length === 0) return undefined;
  if (alarms.some(({ alarm }) => alarm === 'corrupt') && isRefusedWhenCorrupt(request)) return clientErrors.corrupt;
  if (alarms.some(({ alarm }) => alarm === 'nospace') && takesSpace(request)) return clientErrors.noSpace;
  return undefined;
}

/** Nothing is deleted by the clock either while the state is in doubt. */
export function mayExpire(alarms: Alarms): boolean {
  return alarms.every(({ alarm }) => alarm !== 'corrupt');
}

function isRefusedWhenCorrupt(request: Request): boolean {
  switch (request.kind) {
    case 'put':
    case 'delete-range':
    case 'compact':
    case 'lease-grant':
    case 'lease-revoke':
      return true;
    case 'txn':
      return !isReadRequest(request);
    default:
      return false;
  }
}

function takesSpace(request: Request): boolean {
  return request.kind === 'lease-grant' || putsIn(request);
}

/** A put in either branch counts, taken or not. */
function putsIn(request: Request | TxnOperation): boolean {
  if (request.kind === 'put') return true;
  return request.kind === 'txn' && [...request.success, ...request.failure].some(putsIn);
}
