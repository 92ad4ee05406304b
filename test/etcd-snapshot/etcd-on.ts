import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePorts, spawnServer, untilReady } from '../conformance/harness/server-process.ts';
import { versionOf } from '../conformance/harness/real-etcd.ts';
import { etcdctlVersion } from '../conformance/harness/etcdctl.ts';
import { newerEtcd } from '../support/newer-etcd/newer-etcd.ts';
import { connectRaw } from '../conformance/harness/raw-client.ts';
import { MaintenanceDefinition } from '../../src/server/generated/etcdserverpb/maintenance.ts';

/** Programs of one release of etcd. Restoring moved from etcdctl to a tool of its own. */
export interface EtcdRelease {
  readonly name: string;
  readonly etcd: string;
  readonly etcdctl: string;
  readonly snapshotTool: string;
}

export type EtcdFound = EtcdRelease | { readonly absence: string };

/** Debian's. */
export function oldEtcd(): EtcdFound {
  const etcd = process.env['T4_TEST_ETCD'] ?? 'etcd';
  const version = versionOf(etcd, ['--version']);
  if (version === undefined || etcdctlVersion === undefined) return { absence: 'no etcd and etcdctl here' };
  const etcdctl = process.env['T4_TEST_ETCDCTL'] ?? 'etcdctl';
  return { name: `etcd ${version}`, etcd, etcdctl, snapshotTool: etcdctl };
}

export async function newEtcd(): Promise<EtcdFound> {
  const built = await newerEtcd();
  if (built.tools === undefined) return { absence: built.absence };
  const { version, etcd, etcdctl, etcdutl } = built.tools;
  return { name: `etcd ${version}`, etcd, etcdctl, snapshotTool: etcdutl };
}

const run = promisify(execFile);

/** Its standard output. Throws with what it says of its failure. */
export async function tool(program: string, args: readonly string[]): Promise<string> {
  const { stdout } = await run(program, [...args], {
    env: { PATH: process.env['PATH'] ?? '', ETCDCTL_API: '3' },
    timeout: 120_000,
    maxBuffer: 64 * 1024 * 1024,
  });
  return stdout;
}

export interface RunningEtcd {
  readonly address: string;
  stop(): Promise<void>;
}

const name = 'restored';

/** Restores the snapshot into `folder` and runs it. */
export async function restoreInto(release: EtcdRelease, snapshot: string, folder: string): Promise<RunningEtcd> {
  const ports = await freePorts(2);
  const data = join(folder, 'data');
  await tool(release.snapshotTool, ['snapshot', 'restore', snapshot, '--data-dir', data, ...clusterOf(ports[1]!)]);
  return runEtcd(release, data, ports);
}

export async function runEtcd(
  release: EtcdRelease,
  data: string,
  ports: readonly number[],
  more: readonly string[] = [],
): Promise<RunningEtcd> {
  const [clientPort, peerPort] = ports;
  const clientUrl = `http://127.0.0.1:${clientPort}`;
  const server = spawnServer(
    release.etcd,
    [
      ['--data-dir', data],
      ['--listen-client-urls', clientUrl],
      ['--advertise-client-urls', clientUrl],
      ['--listen-peer-urls', `http://127.0.0.1:${peerPort}`],
      clusterOf(peerPort!),
      ['--log-level', 'error'],
      ['--logger', 'zap'],
      more,
    ].flat(),
    { PATH: process.env['PATH'] ?? '' },
  );
  const address = `127.0.0.1:${clientPort}`;
  await untilReady(server, () => leads(address));
  return { address, stop: () => server.kill() };
}

function clusterOf(peerPort: number): readonly string[] {
  const peerUrl = `http://127.0.0.1:${peerPort}`;
  const cluster = ['--initial-cluster', `${name}=${peerUrl}`, '--initial-advertise-peer-urls', peerUrl];
  return ['--name', name, ...cluster];
}

async function leads(address: string): Promise<true | undefined> {
  const client = connectRaw(address);
  try {
    const { leader } = await client.call(MaintenanceDefinition, 'status', {}, { deadlineMs: 1_000 });
    return leader === 0n ? undefined : true;
  } catch {
    return undefined;
  } finally {
    client.close();
  }
}
