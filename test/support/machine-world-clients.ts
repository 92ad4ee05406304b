import type { Compare, Request, TxnOperation } from '../../src/core/types/request.ts';
import { deleteRange, put, range, txn } from '../property/state-requests.ts';
import type { World } from './machine-world.ts';

/** Clients with all of etcd's writes, on few keys, so that they meet. Every value is unique; a lease's id is never used twice. */

const keys = ['a', 'b', 'c', 'd', 'e'] as const;
const leaseIdBase = 1_000;

export function runClients(world: World, operations: number, fromMs: number, toMs: number): void {
  const { chance } = world;
  const leases: bigint[] = [];
  for (let index = 0; index < operations; index++) {
    const address = `op/${index}`;
    world.at(chance.between(`${address}/when`, fromMs, toMs), () => {
      const leader = world.leader();
      const alive = world.nodes.filter((node) => node.alive);
      if (alive.length === 0) return;
      const node =
        leader !== undefined && chance.happens(`${address}/leader`, 0.9)
          ? leader
          : chance.pick(`${address}/node`, alive);
      world.request(node, requestOf(world, address, index, leases));
    });
  }
}

function requestOf(world: World, address: string, index: number, leases: bigint[]): Request {
  const { chance } = world;
  const key = chance.pick(`${address}/key`, keys);
  const other = chance.pick(`${address}/other`, keys);
  const value = `${index}:${'x'.repeat(chance.between(`${address}/length`, 0, 60))}`;
  const lease = leases.length === 0 ? 0n : chance.pick(`${address}/lease`, leases.slice(-4));
  const previousKv = chance.happens(`${address}/previous`, 0.3);
  const known = world.history.findLast((entry) => entry.answer?.kind === 'ok')?.answer;
  const revision = known?.kind === 'ok' ? known.header.revision : 1;
  const kind = chance.between(`${address}/kind`, 1, 100);

  if (kind <= 32) return put(key, value, { previousKv });
  if (kind <= 40) return put(key, value, { lease, previousKv });
  if (kind <= 43) return put(key, '', { ignoreValue: true, previousKv });
  if (kind <= 45) return put(key, value, { ignoreLease: true });
  if (kind <= 52) return deleteRange(key, undefined, previousKv);
  if (kind <= 54) return deleteRange('b', 'd', previousKv);
  if (kind <= 64) return txn([put(key, value), range(other)], [range(key)], [compareOf(world, address, key, revision)]);
  if (kind <= 67) {
    const nested = txn([put(other, `${value}n`), range('\0', '\0')], [deleteRange(other)], []);
    const operations: TxnOperation[] = [range(key), nested];
    return txn(operations, [put(key, value)], [compareOf(world, address, other, revision)]);
  }
  if (kind <= 69) return txn([range('\0', '\0')], [range(key)], [compareOf(world, address, key, revision)]);
  if (kind <= 82)
    return range('\0', '\0', {
      sortTarget: chance.pick(`${address}/by`, ['key', 'value', 'mod']),
      sortOrder: 'descend',
    });
  if (kind <= 85) return range('\0', '\0', { serializable: true });
  if (kind <= 88)
    return range('\0', '\0', { revision: Math.max(1, revision - chance.between(`${address}/back`, 0, 8)) });
  if (kind <= 91) {
    const physical = chance.happens(`${address}/physical`, 0.3);
    return { kind: 'compact', revision: Math.max(1, revision - chance.between(`${address}/back`, 0, 12)), physical };
  }
  if (kind <= 95) {
    const id = BigInt(leaseIdBase + index);
    leases.push(id);
    return { kind: 'lease-grant', id, ttlSeconds: chance.between(`${address}/ttl`, 1, 4) };
  }
  if (kind <= 96) return { kind: 'lease-revoke', id: lease === 0n ? 5n : lease };
  if (kind <= 98) return { kind: 'lease-keep-alive', id: lease === 0n ? 5n : lease };
  if (kind <= 99) return { kind: 'lease-time-to-live', id: lease === 0n ? 5n : lease, keys: true };
  return { kind: 'lease-leases' };
}

function compareOf(world: World, address: string, key: string, revision: number): Compare {
  const { chance } = world;
  const target = chance.pick(`${address}/target`, ['version', 'create', 'mod', 'mod'] as const);
  const result = chance.pick(`${address}/result`, ['equal', 'not-equal', 'greater', 'less'] as const);
  const back = revision - chance.between(`${address}/compared`, 0, 4);
  switch (target) {
    case 'version':
      return {
        key,
        rangeEnd: undefined,
        result,
        target: { kind: 'version', version: chance.between(`${address}/v`, 0, 2) },
      };
    case 'create':
      return {
        key,
        rangeEnd: undefined,
        result,
        target: { kind: 'create', createRevision: chance.pick(`${address}/c`, [0, back]) },
      };
    case 'mod':
      return { key, rangeEnd: undefined, result, target: { kind: 'mod', modRevision: back } };
  }
}
