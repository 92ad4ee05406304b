import { clientErrors } from '../../core/types/error.ts';
import type { MemberDescription } from '../../core/types/response.ts';
import { DatabaseError } from '../../host/database.ts';
import { ClusterDefinition, type Member } from '../generated/etcdserverpb/cluster.ts';
import type { Method } from './call.ts';
import type { Node } from './node.ts';
import { methodsOf } from './service.ts';

/** The members that this node knows of: itself and the leader that the database names. There are no peers to connect to. */
export function clusterMethods(node: Node): readonly Method[] {
  return methodsOf(node, ClusterDefinition, {
    memberList: async ({ linearizable }, context) => {
      const { header, response } = await node.of(context).request<'status'>({ kind: 'status' });
      const { self, leader } = response;
      if (linearizable && leader === undefined) throw new DatabaseError(clientErrors.noLeader);
      const others = leader === undefined || leader.memberId === self.memberId ? [] : [leader];
      // Membership has nothing to do with the store: its header tells no revision.
      return {
        header: await node.header({ ...header, revision: 0 }),
        members: [self, ...others].sort(byId).map(memberOf),
      };
    },
  });
}

function byId(left: MemberDescription, right: MemberDescription): number {
  return left.memberId < right.memberId ? -1 : 1;
}

function memberOf({ memberId, name, clientUrls }: MemberDescription): Member {
  return { ID: memberId, name, peerURLs: [], clientURLs: [...clientUrls], isLearner: false };
}
