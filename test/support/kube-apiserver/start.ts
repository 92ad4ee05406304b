import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { startChild, type Child } from '../processes/child.ts';
import type { Workplace } from '../processes/workplace.ts';
import { connectKube, type KubeClient } from './kube-client.ts';

export interface KubeApiserverOptions {
  readonly program: string;
  /** `http://127.0.0.1:2379`, of one database. */
  readonly etcdServers: readonly string[];
  /** As on the command line. */
  readonly flags?: readonly string[];
}

export interface KubeApiserverProcess extends Child {
  readonly client: KubeClient;
  /** Resolves when it says that everything in it is ready. */
  ready(): Promise<void>;
}

/** The flags that it does not start without, and the one that names its store. */
export async function startKubeApiserver(
  workplace: Workplace,
  { program, etcdServers, flags = [] }: KubeApiserverOptions,
): Promise<KubeApiserverProcess> {
  const folder = workplace.path('kube-apiserver');
  await mkdir(folder, { recursive: true });
  const file = (name: string) => `${folder}/${name}`;
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  await writeFile(file('service-accounts.pem'), privateKey.export({ type: 'pkcs1', format: 'pem' }));
  const token = randomBytes(16).toString('hex');
  await writeFile(file('tokens.csv'), `${token},tester,1,system:masters\n`);
  const port = await freePort();
  const child = workplace.add(
    startChild({
      command: [
        program,
        `--etcd-servers=${etcdServers.join(',')}`,
        '--bind-address=127.0.0.1',
        // An address of nobody's, that nobody asks: it takes none of the loopback for what it tells others.
        '--advertise-address=192.0.2.1',
        `--secure-port=${port}`,
        `--cert-dir=${folder}`,
        '--service-cluster-ip-range=10.0.0.0/24',
        '--service-account-issuer=https://kubernetes.default.svc',
        `--service-account-key-file=${file('service-accounts.pem')}`,
        `--service-account-signing-key-file=${file('service-accounts.pem')}`,
        '--authorization-mode=RBAC',
        `--token-auth-file=${file('tokens.csv')}`,
        ...flags,
      ],
      environment: {},
      logFile: workplace.path('kube-apiserver.log'),
    }),
  );
  // It makes its certificate before it listens.
  await child.line((line) => (line.includes('Serving securely on') ? true : undefined));
  const client = connectKube({ port, token, authority: await readFile(file('apiserver.crt'), 'utf8') });
  return {
    ...child,
    client,
    async ready() {
      while (child.running()) {
        const answer = await client.text('/readyz').catch(() => undefined);
        if (answer?.status === 200) return;
        await sleep(pollMs);
      }
      throw new Error('kube-apiserver ended before it was ready');
    },
    async kill() {
      client.close();
      await child.kill();
    },
  };
}

const pollMs = 200;

/** Free a moment ago: it takes no port of the system's choice. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a port was asked for');
  await new Promise((resolve) => server.close(resolve));
  return address.port;
}
