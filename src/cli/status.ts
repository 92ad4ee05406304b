/** `t4 status`: what a running node says of itself, and whether that is well. */
import { exitCodes, type ExitCode } from './cli-error.ts';
import type { CommandContext } from './command-context.ts';
import { formatAddress } from './listen-address.ts';
import { askStatus, type NodeStatus } from './status-client.ts';
import { formatSize } from './units.ts';
import { keepingRows, usageJson, usageText } from './usage-text.ts';

export async function status(context: CommandContext): Promise<ExitCode> {
  const address = formatAddress(context.settings.values.endpoint);
  const answer = await askStatus(context);
  const healthy = isHealthy(answer);
  context.out(
    context.json
      ? `${JSON.stringify(toJson(address, answer, healthy), undefined, 2)}\n`
      : toTable(address, answer, healthy),
  );
  return healthy ? exitCodes.ok : exitCodes.failed;
}

/** A leader is known and nothing is reported to be wrong. */
export function isHealthy({ status }: NodeStatus): boolean {
  return status.leader !== 0n && status.errors.length === 0;
}

function toJson(endpoint: string, { status, members, usage }: NodeStatus, healthy: boolean): object {
  return {
    endpoint,
    healthy,
    version: status.version,
    clusterId: hex(status.header?.clusterId),
    memberId: hex(status.header?.memberId),
    leaderId: hex(status.leader),
    isLeader: isLeader(status),
    revision: number(status.header?.revision),
    term: number(status.raftTerm),
    index: number(status.raftIndex),
    appliedIndex: number(status.raftAppliedIndex),
    databaseBytes: number(status.dbSize),
    databaseBytesInUse: number(status.dbSizeInUse),
    errors: status.errors,
    members: members.map((member) => ({ id: hex(member.ID), name: member.name, clientUrls: member.clientURLs })),
    ...(usage === undefined ? {} : usageJson(usage)),
  };
}

export function toTable(endpoint: string, { status, members, usage }: NodeStatus, healthy: boolean): string {
  const rows: readonly (readonly [string, string])[] = [
    ['endpoint', endpoint],
    ['health', healthy ? 'healthy' : 'unhealthy'],
    ['version', status.version],
    [
      'role',
      isLeader(status)
        ? 'leader'
        : status.leader === 0n
          ? 'no leader is known'
          : `standby (leader ${hex(status.leader)})`,
    ],
    ['revision', String(number(status.header?.revision))],
    ['term', String(number(status.raftTerm))],
    ['log', `sequence ${number(status.raftAppliedIndex)} of ${number(status.raftIndex)} applied`],
    ['size', `${formatSize(number(status.dbSize))}, ${formatSize(number(status.dbSizeInUse))} of it current`],
    ['cluster', hex(status.header?.clusterId)],
    ...members.map(
      (member) => ['member', `${hex(member.ID)} ${member.name} ${member.clientURLs.join(' ')}`.trimEnd()] as const,
    ),
    ...status.errors.map((error) => ['problem', error] as const),
  ];
  const all = usage === undefined ? rows : [...rows, ...keepingRows(usage)];
  const table = all.map(([name, value]) => `${name.padEnd(12)}${value}\n`).join('');
  return usage === undefined ? table : `${table}\n${usageText(usage)}`;
}

function isLeader(status: NodeStatus['status']): boolean {
  return status.leader !== 0n && status.leader === status.header?.memberId;
}

function hex(id: bigint | undefined): string {
  return BigInt.asUintN(64, id ?? 0n).toString(16);
}

function number(value: bigint | undefined): number {
  return Number(value ?? 0n);
}
