import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MaintenanceDefinition } from '../../../src/server/generated/etcdserverpb/maintenance.ts';
import { connectRaw } from './raw-client.ts';
import { freePorts, spawnServer, untilReady } from './server-process.ts';
import type { ServerUnderTest } from './server-under-test.ts';

/** An etcd of the machine's own: `T4_TEST_ETCD`, else `etcd` on the path. */
const binary = process.env['T4_TEST_ETCD'] ?? 'etcd';

/** `3.4.23`; undefined: there is none. */
export const etcdVersion: string | undefined = versionOf(binary, ['--version']);

export const etcdAbsence = `no ${binary} on this machine: answers are not compared (Debian: etcd-server)`;

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

export async function startRealEtcd(): Promise<RealEtcd> {
  if (etcdVersion === undefined) throw new Error(etcdAbsence);
  const folder = await mkdtemp(join(tmpdir(), 'conformance-etcd-'));
  const [clientPort, peerPort] = await freePorts(2);
  const clientUrl = `http://127.0.0.1:${clientPort}`;
  const peerUrl = `http://127.0.0.1:${peerPort}`;
  const server = spawnServer(
    binary,
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
    ].flat(),
    { PATH: process.env['PATH'] ?? '' },
  );
  const stop = async () => {
    const ended = server.isAlive() ? undefined : server.output();
    await server.kill();
    await rm(folder, { recursive: true, force: true });
    if (ended !== undefined) throw new Error(`etcd had ended by itself:\n${ended.slice(-etcdWordsCharsMax)}`);
  };
  const address = `127.0.0.1:${clientPort}`;
  try {
    await untilReady(server, () => hasLeader(address));
  } catch (error) {
    await stop();
    throw error;
  }
  return { name: `etcd ${etcdVersion}`, version: etcdVersion, address, isAlive: server.isAlive, stop };
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
