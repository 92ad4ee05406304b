import type { Control } from '../types/log.ts';

/**
 * Who may lead under the rule of acknowledgement in force (protocol, "What durable means"). Under `object` everything acknowledged is in
 * the log: anybody. Under `local` only the member whose disk holds what no slot holds yet; going on elsewhere is an operator's
 * word, never a node's. Undefined: may lead. Else why not, for the operator.
 */
export function mayLeadUnderRule(control: Control, memberId: bigint, acceptLocalLoss: boolean): string | undefined {
  if (control.rule === 'object' || control.inSync.includes(memberId) || acceptLocalLoss) return undefined;
  const members = control.inSync.map((member) => member.toString(16).padStart(16, '0')).join(', ');
  return (
    `writes were last acknowledged from the disk of member ${members} alone (durability local), so only that data folder may go on. ` +
    'If it is lost for good, start once with --accept-local-loss: what it acknowledged last and had not uploaded is gone'
  );
}
