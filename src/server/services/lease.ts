import { LeaseDefinition } from '../generated/etcdserverpb/lease.ts';
import { bytesOf } from '../wire/bytes.ts';
import { numberOf } from '../wire/number.ts';
import type { Method } from './call.ts';
import type { Node } from './node.ts';
import { methodsOf } from './service.ts';

export function leaseMethods(node: Node): readonly Method[] {
  const { database } = node;
  return methodsOf(node, LeaseDefinition, {
    leaseGrant: async ({ ID, TTL }, { signal }) => {
      const { header, response } = await database.request<'lease-grant'>(
        { kind: 'lease-grant', id: ID, ttlSeconds: numberOf(TTL) },
        signal,
      );
      return { header: await node.header(header), ID: response.id, TTL: BigInt(response.ttlSeconds), error: '' };
    },
    leaseRevoke: async ({ ID }, { signal }) => {
      const { header } = await database.request<'lease-revoke'>({ kind: 'lease-revoke', id: ID }, signal);
      return { header: await node.header(header) };
    },
    // One after the other: answers carry no number but the lease's, so their order is all that tells them apart.
    leaseKeepAlive: async (requests, { signal }, responses) => {
      for await (const { ID } of requests) {
        const { header, response } = await database.request<'lease-keep-alive'>(
          { kind: 'lease-keep-alive', id: ID },
          signal,
        );
        const answer = { header: await node.header(header), ID: response.id, TTL: BigInt(response.ttlSeconds) };
        if (!responses.write(answer)) await responses.room();
      }
    },
    leaseTimeToLive: async ({ ID, keys }, { signal }) => {
      const { header, response } = await database.request<'lease-time-to-live'>(
        { kind: 'lease-time-to-live', id: ID, keys },
        signal,
      );
      return {
        header: await node.header(header),
        ID: response.id,
        TTL: BigInt(response.ttlSeconds),
        grantedTTL: BigInt(response.grantedTtlSeconds),
        keys: response.keys.map(bytesOf),
      };
    },
    leaseLeases: async (_request, { signal }) => {
      const { header, response } = await database.request<'lease-leases'>({ kind: 'lease-leases' }, signal);
      return { header: await node.header(header), leases: response.ids.map((ID) => ({ ID })) };
    },
  });
}
