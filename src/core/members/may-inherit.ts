import type { Control } from '../types/log.ts';
import type { MemberDescription } from '../types/response.ts';

/** Whom a leader may leave its lease to: somebody else who lives, as far as is known, and who may lead at all. */
export function mayInherit(
  heir: bigint,
  { rule, inSync }: Pick<Control, 'rule' | 'inSync'>,
  alive: readonly Pick<MemberDescription, 'memberId'>[],
): boolean {
  if (!alive.some(({ memberId }) => memberId === heir)) return false;
  return rule === 'object' || inSync.includes(heir);
}
