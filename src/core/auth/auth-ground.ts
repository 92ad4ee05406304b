import type { Alarms } from '../types/alarm.ts';
import type { AuthState } from '../types/auth.ts';
import type { LeaseTable } from '../state/lease-table.ts';

/** The moment at which a request is allowed or not. */
export interface AuthGround {
  readonly auth: AuthState;
  readonly alarms: Alarms;
  readonly leases: LeaseTable;
}

/**
 * By what a request is allowed that is evaluated on the head: by the head too. Were it what is durable, a write could come after the change in the log that
 * forbids it.
 */
export function groundOfHead(head: AuthGround, _durable: AuthGround): AuthGround {
  return head;
}
