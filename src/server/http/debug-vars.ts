import type { Database } from '../../host/database.ts';
import type { HttpRoute } from './answer.ts';

/** `/debug/vars`: what Go's expvar tells of an etcd, by its names where they mean the same here. */
export function debugVars(database: Database): HttpRoute {
  return async () => {
    const { response } = await database.request<'status'>({ kind: 'status' });
    const { rss, heapTotal, heapUsed, external } = process.memoryUsage();
    const vars = {
      cmdline: process.argv,
      memstats: { Alloc: heapUsed, Sys: rss, HeapAlloc: heapUsed, HeapSys: heapTotal, OtherSys: external },
      'raft.status': {
        id: hex(response.self.memberId),
        term: response.epoch,
        lead: hex(response.leader?.memberId ?? 0n),
        raftState: response.role === 'leader' ? 'StateLeader' : 'StateFollower',
        commit: response.sequence,
        applied: response.sequence,
      },
    };
    return { status: 200, type: 'application/json; charset=utf-8', body: `${JSON.stringify(vars)}\n` };
  };
}

function hex(id: bigint): string {
  return BigInt.asUintN(64, id).toString(16);
}
