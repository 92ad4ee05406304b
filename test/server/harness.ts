import { type ClientServer, type ServerOptions, startServer } from '../../src/server/server.ts';
import type { ServerLog } from '../../src/server/log.ts';
import { connect, type EtcdClient } from './etcd-client.ts';
import { createFakeDatabase, type FakeDatabase } from './fake-database.ts';

export interface Served {
  readonly database: FakeDatabase;
  readonly server: ClientServer;
  readonly address: string;
  readonly client: EtcdClient;
  /** What operators were told, level and message; debugging left out. */
  readonly logged: readonly string[];
  stop(): Promise<void>;
}

export async function serve(options: Partial<ServerOptions> = {}): Promise<Served> {
  const database = createFakeDatabase();
  const logged: string[] = [];
  const note = (level: string) => (_fields: object, message: string) => void logged.push(`${level} ${message}`);
  const log: ServerLog = { debug: () => {}, info: note('info'), warn: note('warn'), error: note('error') };
  const server = await startServer({ database, listen: ['127.0.0.1:0'], log, ...options });
  const address = server.addresses[0]!;
  const client = await connect(address);
  return {
    database,
    server,
    address,
    client,
    logged,
    stop: async () => {
      client.close();
      await server.stop(1_000);
    },
  };
}
