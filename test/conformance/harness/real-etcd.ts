import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MaintenanceDefinition } from '../../../src/server/generated/etcdserverpb/maintenance.ts';
import { newerEtcd } from '../../support/newer-etcd/newer-etcd.ts';
import { connectRaw } from './raw-client.ts';
import { freePorts, spawnServer, untilReady } from './server-process.ts';
import type { ServerUnderTest } from './server-under-test.ts';

/** An etcd that can be started. */
export interface EtcdProgram {
  readonly path: string;
  /** `3.4.23` */
  readonly version: string;
}

/** An etcd of the machine's own: `T4_TEST_ETCD`, else `etcd` on the path. */
const installed = process.env['T4_TEST_ETCD'] ?? 'etcd';

export const etcdAbsence = `no ${installed} on this machine, and no newer one: answers are not compared (Debian: etcd-server)`;

/** The machine's own and the newer one, as far as they are there, each version once. */
export async function etcdPrograms(): Promise<readonly EtcdProgram[]> {
  const programs: EtcdProgram[] = [];
  const version = versionOf(installed, ['--version']);
  if (version !== undefined) programs.push({ path: installed, version });
  const { tools } = await newerEtcd();
  if (tools !== undefined && tools.version !== version) programs.push({ path: tools.etcd, version: tools.version });
  return programs;
}

/** First number with two dots in what a command says of itself. */
export function versionOf(command: string, args: readonly string[]): string | undefined {
  try {
    const words = execFileSync(command, args, { env: { ...process.env, ETCDCTL_API: '3' }, encoding: 'utf8' });
    return /\d+\.\d+\.\d+/.exec(words)?.[0];
  } catch {
    return undefined;
  }
}

export interface RealEtcd extends ServerUnderTest {
  readonly version: string;
}

export async function startRealEtcd({ path, version }: EtcdProgram, args: readonly string[] = []): Promise<RealEtcd> {
  const folder = await mkdtemp(join(tmpdir(), 'conformance-etcd-'));
  const [clientPort, peerPort] = await freePorts(2);
  const clientUrl = `http://127.0.0.1:${clientPort}`;
  const peerUrl = `http://127.0.0.1:${peerPort}`;
  const server = spawnServer(
    path,
    [
      ['--name', 'conformance'],
      ['--data-dir', join(folder, 'data')],
      ['--listen-client-urls', clientUrl],
      ['--advertise-client-urls', clientUrl],
      ['--listen-peer-urls', peerUrl],
      ['--initial-advertise-peer-urls', peerUrl],
      ['--initial-cluster', `conformance=${peerUrl}`],
      ['--log-level', 'error'],
      ['--logger', 'zap'],
      args,
    ].flat(),
    { PATH: process.env['PATH'] ?? '' },
  );
  const stop = async () => {
    const ended = server.isAlive() ? undefined : server.output();
    await server.kill();
    await rm(folder, { recursive: true, force: true });
    if (ended !== undefined)
      throw new Error(`etcd ${version} had ended by itself:\n${ended.slice(-etcdWordsCharsMax)}`);
  };
  const address = `127.0.0.1:${clientPort}`;
  try {
    await untilReady(server, () => hasLeader(address));
  } catch (error) {
    await stop();
    throw error;
  }
  return { name: `etcd ${version}`, version, address, isAlive: server.isAlive, stop };
}

const etcdWordsCharsMax = 5_000;

async function hasLeader(address: string): Promise<true | undefined> {
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
