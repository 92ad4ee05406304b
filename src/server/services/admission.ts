import { clientErrors } from '../../core/types/error.ts';
import { DatabaseError } from '../../host/database.ts';
import type { CallContext, MethodPath } from './call.ts';
import { notHere, streamNotHere } from './lead.ts';
import type { Node } from './node.ts';

/** What holds for every method before its request is looked at. Undefined: come in. */
export function admit(node: Node, { method }: MethodPath, context: CallContext): Promise<void> | undefined {
  const version = context.metadata('client-api-version');
  if (version !== undefined && !isUtf8(version)) throw new DatabaseError(clientErrors.invalidClientApiVersion);
  if (context.metadata('hasleader') !== 'true') return undefined;
  return requireLeader(node, method);
}

async function requireLeader(node: Node, method: string): Promise<void> {
  const lead = await node.lead();
  if (lead === 'here') return;
  if (method === 'RangeStream') throw new DatabaseError(streamNotHere);
  throw new DatabaseError(lead === 'elsewhere' ? notHere : clientErrors.noLeader);
}

const strictUtf8 = new TextDecoder('utf-8', { fatal: true });

/** Header values reach us as one char for each byte. */
function isUtf8(value: string): boolean {
  if (/^[\x20-\x7e]*$/.test(value)) return true;
  try {
    strictUtf8.decode(Buffer.from(value, 'latin1'));
    return true;
  } catch {
    return false;
  }
}
