import { drawGet, drawNode, numberOf, shrinkNumber } from './address.ts';
import type { FaultKind } from './fault-kind.ts';
import { armStoreRule, corruptBody } from './store-rule.ts';

export const storeBodyCorrupt: FaultKind = {
  kind: 'store-body-corrupt',
  port: 'object-store',
  does: 'One GET brings the object with a bit flipped.',
  seen: 'Bits flipped by a network card or a switch with bad memory past the TCP checksum (Stone and Partridge, SIGCOMM 2000); Amazon S3 itself was down for it in July 2008.',
  address: 'the nth store call of a target by one node',
  shrinks: 'to an earlier call',
  promise: () => 'masked',
  generate: (draw, context) => ({ node: drawNode(draw, context), ...drawGet(draw), bit: draw.unit() }),
  shrink: (fault) => shrinkNumber(fault, 'nth', 1),
  arm(fault, stage) {
    armStoreRule(fault, stage, (plan, call) => {
      if (call.operation.kind !== 'object-get') return false;
      plan.changeResult = (result) => corruptBody(result, numberOf(fault, 'bit'));
      return true;
    });
  },
};
