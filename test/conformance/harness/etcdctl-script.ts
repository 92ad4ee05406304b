import { expect } from 'vitest';
import { etcdctl, type CommandOptions } from './etcdctl.ts';

/** A command, and what of its output counts. */
export interface ScriptCommand extends CommandOptions {
  readonly args: readonly string[];
  /** `output`: all of it, but for what two servers cannot agree on. `end`: whether it succeeded. Default: `output`. */
  readonly compare?: 'output' | 'end';
  /** What this server's output has to show whatever the other one's does. */
  readonly shows?: RegExp;
}

export type Script = readonly (readonly string[] | ScriptCommand)[];

/** In arguments `LEASE` is the lease that was granted last, `FOLDER` a folder of this run's own, `MEMBER` the first member. */
export interface ScriptPlace {
  readonly address: string;
  readonly program: string;
  readonly folder: string;
  /** Of the server whose output has to show what commands say it shows. */
  readonly isOurs: boolean;
}

/** One text a command: what it was, how it ended, what it said. */
export async function runScript(place: ScriptPlace, script: Script): Promise<readonly string[]> {
  const { address, program, folder, isOurs } = place;
  const listed = await etcdctl(address, ['member', 'list'], { program });
  const member = /^[0-9a-f]+/.exec(listed.stdout)?.[0] ?? '';
  let lease = '';
  const texts: string[] = [];
  for (const each of script) {
    const command: ScriptCommand = 'args' in each ? each : { args: each };
    const { args, compare = 'output', shows, ...options } = command;
    const given = args.map((arg) =>
      arg.replaceAll('LEASE', lease).replaceAll('FOLDER', folder).replaceAll('MEMBER', member),
    );
    const { exitCode, stdout, stderr } = await etcdctl(address, given, { ...options, program });
    lease = /lease ([0-9a-f]+) granted/.exec(stdout)?.[1] ?? lease;
    const title = `$ etcdctl ${args.join(' ')} → ${exitCode}`;
    if (isOurs && shows !== undefined) expect(`${title}\n${stdout}${stderr}`).toMatch(shows);
    texts.push(compare === 'end' ? title : `${title}\n${masked(stdout, place)}${masked(stderr, place)}`);
  }
  return texts;
}

/** Numbers and names that every server has its own of. */
const ownNumbers = [
  ...[
    'cluster_id',
    'member_id',
    'raft_term',
    'ID',
    'lease',
    'leader',
    'raftIndex',
    'raftAppliedIndex',
    'raftTerm',
    'id',
  ],
  ...['dbSize', 'dbSizeInUse', 'dbSizeQuota', 'hash', 'compact_revision', 'granted-ttl', 'ttl'],
];
const ownFields = [
  ...['ClusterID', 'MemberID', 'RaftTerm', 'ID', 'Lease', 'Leader', 'RaftIndex', 'RaftAppliedIndex', 'Hash', 'TTL'],
  ...['DBSize', 'DBSizeInUse', 'DBSizeQuota', 'Version', 'StorageVersion', 'CompactRevision', 'HashRevision', 'Took'],
];

function masked(text: string, { address, folder }: ScriptPlace): string {
  return (
    text
      .replaceAll(address, 'ADDRESS')
      .replaceAll(folder, 'FOLDER')
      .replace(new RegExp(`"(${ownNumbers.join('|')})":-?\\d+`, 'g'), '"$1":N')
      .replace(new RegExp(`"(${ownFields.join('|')})" : .*`, 'g'), '"$1" : N')
      .replace(/"(version|storageVersion)":"[^"]*"/g, '"$1":V')
      .replace(/"took":"[^"]*"/g, '"took":T')
      .replace(/remaining\(\d+s\)/g, 'remaining(N)')
      .replace(/took[= ]+[\d.]+[a-zµ]+/g, 'took T')
      .replace(/\b[0-9a-f]{12,16}\b/g, 'HEX')
      // The log of the client, in Go's format.
      .replace(/"?ts"?:"[^"]*"/g, 'ts')
      .replace(/LocalAddr: '[^']*'/g, 'LocalAddr')
      .replace(/"target":"[^"]*"/g, 'target')
      .replace(/etcd-client-[^ "]*|etcd-endpoints:\/\/[^ "]*/g, 'target')
  );
}
