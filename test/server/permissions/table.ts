/** What each method of each service needs while authentication is enabled. A method without a line here fails the test. */
export type Need =
  /** Whoever asks. */
  | 'nothing'
  /** Whoever asks, unless with a token that is no good. */
  | 'no-bad-token'
  /** A user, whatever he may do. */
  | 'user'
  /** A user with the role `root`. */
  | 'root'
  /** To be allowed to read or write the keys that the request is about. */
  | 'keys';

export interface Line {
  readonly need: Need;
  /** A request that a stranger could gain by, as JSON; empty where any will do. */
  readonly sample: object;
  /** Some requests of it any user may make: to see what is about himself. */
  readonly sometimes?: true;
}

const secret = Buffer.from('secret/key').toString('base64');
const end = Buffer.from('\0').toString('base64');
const everything = { key: end, rangeEnd: end };
const lease = '4711';

export const permissionTable: Readonly<Record<string, Line>> = {
  'etcdserverpb.KV/Range': { need: 'keys', sample: everything },
  'etcdserverpb.KV/RangeStream': { need: 'keys', sample: everything },
  'etcdserverpb.KV/Put': { need: 'keys', sample: { key: secret, value: secret } },
  'etcdserverpb.KV/DeleteRange': { need: 'keys', sample: { ...everything, prevKv: true } },
  'etcdserverpb.KV/Txn': {
    need: 'keys',
    sample: { compare: [{ key: secret, target: 'VERSION', version: '1' }], success: [{ requestRange: everything }] },
  },
  'etcdserverpb.KV/Compact': { need: 'root', sample: { revision: '2' } },

  'etcdserverpb.Watch/Watch': { need: 'keys', sample: { createRequest: { ...everything, startRevision: '1' } } },

  'etcdserverpb.Lease/LeaseGrant': { need: 'user', sample: { TTL: '60' } },
  'etcdserverpb.Lease/LeaseRevoke': { need: 'keys', sample: { ID: lease } },
  'etcdserverpb.Lease/LeaseKeepAlive': { need: 'keys', sample: { ID: lease } },
  'etcdserverpb.Lease/LeaseTimeToLive': { need: 'keys', sample: { ID: lease, keys: true } },
  'etcdserverpb.Lease/LeaseLeases': { need: 'keys', sample: {} },

  'etcdserverpb.Cluster/MemberList': { need: 'user', sample: {} },
  'etcdserverpb.Cluster/MemberAdd': { need: 'root', sample: { peerURLs: ['http://127.0.0.1:1'] } },
  'etcdserverpb.Cluster/MemberRemove': { need: 'root', sample: { ID: '1' } },
  'etcdserverpb.Cluster/MemberUpdate': { need: 'root', sample: { ID: '1', peerURLs: ['http://127.0.0.1:1'] } },
  'etcdserverpb.Cluster/MemberPromote': { need: 'root', sample: { ID: '1' } },

  'etcdserverpb.Maintenance/Status': { need: 'user', sample: {} },
  'etcdserverpb.Maintenance/Alarm': {
    need: 'root',
    sample: { action: 'ACTIVATE', memberID: '1', alarm: 'NOSPACE' },
    sometimes: true,
  },
  'etcdserverpb.Maintenance/Defragment': { need: 'root', sample: {} },
  'etcdserverpb.Maintenance/Hash': { need: 'root', sample: {} },
  'etcdserverpb.Maintenance/HashKV': { need: 'root', sample: {} },
  'etcdserverpb.Maintenance/Snapshot': { need: 'root', sample: {} },
  'etcdserverpb.Maintenance/MoveLeader': { need: 'root', sample: { targetID: '1' } },
  'etcdserverpb.Maintenance/Downgrade': { need: 'root', sample: { action: 'VALIDATE', version: '3.5.0' } },

  'etcdserverpb.Auth/AuthStatus': { need: 'no-bad-token', sample: {} },
  'etcdserverpb.Auth/Authenticate': { need: 'nothing', sample: { name: 'nobody', password: 'secret' } },
  'etcdserverpb.Auth/AuthEnable': { need: 'root', sample: {} },
  'etcdserverpb.Auth/AuthDisable': { need: 'root', sample: {} },
  'etcdserverpb.Auth/UserAdd': { need: 'root', sample: { name: 'new', password: 'new' } },
  'etcdserverpb.Auth/UserGet': { need: 'root', sample: { name: 'root' }, sometimes: true },
  'etcdserverpb.Auth/UserList': { need: 'root', sample: {} },
  'etcdserverpb.Auth/UserDelete': { need: 'root', sample: { name: 'root' } },
  'etcdserverpb.Auth/UserChangePassword': { need: 'root', sample: { name: 'nobody', password: 'new' } },
  'etcdserverpb.Auth/UserGrantRole': { need: 'root', sample: { user: 'nobody', role: 'root' } },
  'etcdserverpb.Auth/UserRevokeRole': { need: 'root', sample: { name: 'root', role: 'root' } },
  'etcdserverpb.Auth/RoleAdd': { need: 'root', sample: { name: 'new' } },
  'etcdserverpb.Auth/RoleGet': { need: 'root', sample: { role: 'root' }, sometimes: true },
  'etcdserverpb.Auth/RoleList': { need: 'root', sample: {} },
  'etcdserverpb.Auth/RoleDelete': { need: 'root', sample: { role: 'root' } },
  'etcdserverpb.Auth/RoleGrantPermission': { need: 'root', sample: { name: 'root', perm: everything } },
  'etcdserverpb.Auth/RoleRevokePermission': { need: 'root', sample: { role: 'root', key: secret } },

  'v3lockpb.Lock/Lock': { need: 'keys', sample: { name: secret, lease } },
  'v3lockpb.Lock/Unlock': { need: 'keys', sample: { key: secret } },

  'v3electionpb.Election/Campaign': { need: 'keys', sample: { name: secret, lease, value: secret } },
  'v3electionpb.Election/Proclaim': {
    need: 'keys',
    sample: { leader: { name: secret, key: secret, rev: '2', lease } },
  },
  'v3electionpb.Election/Leader': { need: 'keys', sample: { name: secret } },
  'v3electionpb.Election/Observe': { need: 'keys', sample: { name: secret } },
  'v3electionpb.Election/Resign': { need: 'keys', sample: { leader: { name: secret, key: secret, rev: '2', lease } } },

  // Of a load balancer and of tools: neither tells anything of what is stored.
  'grpc.health.v1.Health/Check': { need: 'nothing', sample: {} },
  'grpc.health.v1.Health/Watch': { need: 'nothing', sample: {} },
  'grpc.reflection.v1.ServerReflection/ServerReflectionInfo': { need: 'nothing', sample: { listServices: '*' } },
  'grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo': { need: 'nothing', sample: { listServices: '*' } },

  't4.v1.Admin/Usage': { need: 'root', sample: {} },
  't4.v1.Admin/Checkpoint': { need: 'root', sample: {} },
};
