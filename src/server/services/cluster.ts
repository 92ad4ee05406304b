import { clientErrors, membersNotChanged, type ClientError } from '../../core/types/error.ts';
import type { MemberDescription } from '../../core/types/response.ts';
import { DatabaseError } from '../../host/database.ts';
import { ClusterDefinition, type Member } from '../generated/etcdserverpb/cluster.ts';
import { areMemberUrls } from '../wire/member-urls.ts';
import type { CallContext, Method } from './call.ts';
import type { Node } from './node.ts';
import { methodsOf } from './service.ts';

/**
 * The nodes that live. They meet in the object store, so there are no peers to connect to, and nobody is added or removed by a request: what etcd would
 * refuse is refused in its words, and the rest with what to do instead.
 */
export function clusterMethods(node: Node): readonly Method[] {
  async function members(context: CallContext, linearizable: boolean) {
    const { header, response } = await node.of(context).request<'members'>({ kind: 'members', linearizable });
    return { header, members: response.members };
  }

  /** To change that member, which takes more rights than to see it. */
  async function known(context: CallContext, id: bigint): Promise<readonly MemberDescription[]> {
    await node.mayAdminister(context);
    const { members: alive } = await members(context, false);
    if (alive.some(({ memberId }) => memberId === id)) return alive;
    throw new DatabaseError(clientErrors.memberNotFound);
  }

  return methodsOf(node, ClusterDefinition, {
    memberList: async ({ linearizable }, context) => {
      const { header, members: alive } = await members(context, linearizable);
      // Membership has nothing to do with the store: its header tells no revision.
      return { header: await node.header({ ...header, revision: 0 }), members: alive.map(memberOf) };
    },
    memberAdd: async ({ peerURLs }, context) => {
      if (!areMemberUrls(peerURLs)) throw new DatabaseError(clientErrors.badMemberUrls);
      await node.mayAdminister(context);
      throw new DatabaseError(membersNotChanged('start another node on the same object store'));
    },
    memberRemove: async ({ ID }, context) => {
      const alive = await known(context, ID);
      throw new DatabaseError(removalRefused(alive));
    },
    memberUpdate: async ({ ID }, context) => {
      await known(context, ID);
      throw new DatabaseError(membersNotChanged('there are no peer URLs; where clients reach a node it says itself'));
    },
    memberPromote: async ({ ID }, context) => {
      await known(context, ID);
      throw new DatabaseError(clientErrors.memberNotLearner);
    },
  });
}

/** etcd's last member cannot be removed either. */
function removalRefused(alive: readonly MemberDescription[]): ClientError {
  return alive.length === 1 ? clientErrors.memberNotEnoughStarted : membersNotChanged('stop the node');
}

function memberOf({ memberId, name, clientUrls }: MemberDescription): Member {
  return { ID: memberId, name, peerURLs: [], clientURLs: [...clientUrls], isLearner: false };
}
