import type { RequestOp, TxnRequest } from '../../../src/server/generated/etcdserverpb/kv.ts';
import { cmp, op } from './message.ts';

/** The requests of Kubernetes' API server, as its storage makes them. `revision` is always that of the object as it was read. */
export const kubernetes = {
  create: (key: string, value: string, lease = 0) => unlessChanged(key, 0, [op.put(key, value, { lease })], []),
  update: (key: string, value: string, revision: number, lease = 0) =>
    unlessChanged(key, revision, [op.put(key, value, { lease })], [op.range({ key })]),
  delete: (key: string, revision: number) => unlessChanged(key, revision, [op.delete({ key })], [op.range({ key })]),
  /** Of the servers that compact, one gets to. `version`: how often that happened. */
  compactorTurn: (version: number, revision: string): TxnRequest => ({
    compare: [cmp.version(compactorKey, '=', version)],
    success: [op.put(compactorKey, revision)],
    failure: [op.range({ key: compactorKey })],
  }),
  /** The page after a key. */
  pageAfter: (prefix: string, lastKey: string, limit: number, revision: number) => ({
    key: `${lastKey}\0`,
    rangeEnd: endOf(prefix),
    limit,
    revision,
  }),
  list: (prefix: string, limit = 0, revision = 0) => ({ key: prefix, rangeEnd: endOf(prefix), limit, revision }),
  /** From what a list told on. */
  watch: (prefix: string, listRevision: number) => ({
    key: prefix,
    rangeEnd: endOf(prefix),
    startRevision: listRevision + 1,
    prevKv: true,
    progressNotify: true,
  }),
};

export const compactorKey = 'compact_rev_key';

function unlessChanged(
  key: string,
  revision: number,
  success: readonly RequestOp[],
  failure: readonly RequestOp[],
): TxnRequest {
  return { compare: [cmp.mod(key, '=', revision)], success: [...success], failure: [...failure] };
}

/** Prefixes end in a slash. */
function endOf(prefix: string): string {
  return `${prefix.slice(0, -1)}0`;
}
