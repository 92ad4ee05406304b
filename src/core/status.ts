import type { Core } from './core.ts';
import type { Leadership } from './lead/leadership.ts';
import type { Reign } from './reign/reign.ts';
import type { Control } from './types/log.ts';
import type { MemberDescription, Role, StatusResponse } from './types/response.ts';

/** What the node knows of itself and of the database, in any role. */
export function statusOf(
  core: Core,
  role: Role,
  observed: Control | undefined,
  reign: Reign | undefined,
  leadership: Leadership | undefined,
): StatusResponse {
  const control = reign?.control ?? observed;
  const recovered = leadership?.database.recovered;
  return {
    kind: 'status',
    role,
    leader: leaderOf(core, role, observed, reign, leadership),
    self: selfOf(core),
    databaseId: control?.databaseId,
    epoch: control?.epoch ?? 0,
    revision: leadership?.durable.revision ?? 0,
    compactRevision: leadership?.durable.compactRevision ?? 0,
    sequence: leadership?.durable.sequence ?? 0,
    slot: recovered?.position.slot ?? control?.durableSlot ?? 0,
    bytesTotal: recovered?.state.bytesTotal ?? 0,
    bytesInUse: recovered?.state.bytesInUse ?? 0,
    keys: recovered?.state.keys ?? 0,
    versions: recovered?.state.versions ?? 0,
    leases: recovered?.state.leases.size() ?? 0,
    watchers: leadership?.watchCounts().watchers ?? 0,
    alarms: leadership?.durable.alarms ?? [],
    quotaBackendBytes: core.configuration.quotaBackendBytes,
    checkpointSlot: leadership?.checkpointSlot() ?? 0,
    loading: leadership?.loading(),
    keeping: leadership?.keeping(),
    checked: leadership?.checked(),
    ready: isReady(role, leadership),
    problems: [...core.problems.values()],
  };
}

function selfOf({ configuration }: Core): MemberDescription {
  const { memberId, name, clientUrls } = configuration;
  return { memberId, name, clientUrls };
}

/** Who leads, as far as this node knows. */
function leaderOf(
  core: Core,
  role: Role,
  observed: Control | undefined,
  reign: Reign | undefined,
  leadership: Leadership | undefined,
): MemberDescription | undefined {
  if (isReady(role, leadership)) return selfOf(core);
  return otherLeader(reign?.control ?? observed, core.configuration.memberId);
}

function isReady(role: Role, leadership: Leadership | undefined): boolean {
  return role === 'leader' && leadership?.leaseHeld() === true;
}

function otherLeader(control: Control | undefined, memberId: bigint): MemberDescription | undefined {
  if (control?.leader === undefined || control.released || control.leader.memberId === memberId) return undefined;
  return control.leader;
}
