import { LeaseDefinition } from '../generated/etcdserverpb/lease.ts';
import { bytesOf } from '../wire/bytes.ts';
import { numberOf } from '../wire/number.ts';
import type { Method } from './call.ts';
import type { Node } from './node.ts';
import { methodsOf } from './service.ts';

export function leaseMethods(node: Node): readonly Method[] {
  return methodsOf(node, LeaseDefinition, {
    leaseGrant: async ({ ID, TTL }, context) => {
      const { header, response } = await node
        .of(context)
        .request<'lease-grant'>({ kind: 'lease-grant', id: ID, ttlSeconds: numberOf(TTL) });
      return { header: await node.header(header), ID: response.id, TTL: BigInt(response.ttlSeconds), error: '' };
    },
    leaseRevoke: async ({ ID }, context) => {
      const { header } = await node.of(context).request<'lease-revoke'>({ kind: 'lease-revoke', id: ID });
      return { header: await node.header(header) };
    },
    // One after the other: answers carry no number but the lease's, so their order is all that tells them apart.
    leaseKeepAlive: async (requests, context, responses) => {
      for await (const { ID } of requests) {
        const { header, response } = await node
          .of(context)
          .request<'lease-keep-alive'>({ kind: 'lease-keep-alive', id: ID });
        const answer = { header: await node.header(header), ID: response.id, TTL: BigInt(response.ttlSeconds) };
        if (!responses.write(answer)) await responses.room();
      }
    },
    leaseTimeToLive: async ({ ID, keys }, context) => {
      const { header, response } = await node
        .of(context)
        .request<'lease-time-to-live'>({ kind: 'lease-time-to-live', id: ID, keys });
      return {
        header: await node.header(header),
        ID: response.id,
        TTL: BigInt(response.ttlSeconds),
        grantedTTL: BigInt(response.grantedTtlSeconds),
        keys: response.keys.map(bytesOf),
      };
    },
    leaseLeases: async (_request, context) => {
      const { header, response } = await node.of(context).request<'lease-leases'>({ kind: 'lease-leases' });
      return { header: await node.header(header), leases: response.ids.map((ID) => ({ ID })) };
    },
  });
}
