import { existsSync, readdirSync } from 'node:fs';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { protoFacts } from './proto-facts.ts';

/** etcd's own definitions, as far as Go's module cache of this machine has them. */
export interface GoDefinitions {
  readonly version: string;
  facts(): Promise<readonly string[]>;
}

/** The newest 3.6 that is there with both of its halves: the version that this server reports. */
export function goDefinitions(): GoDefinitions | undefined {
  const modules = join(moduleCache(), 'go.etcd.io', 'etcd');
  const versionsOf = (module: string) => {
    const folder = join(modules, module);
    return existsSync(folder) ? readdirSync(folder).filter((name) => /^v3@v3\.6\.\d+$/.test(name)) : [];
  };
  const inServer = versionsOf('server');
  const [version] = versionsOf('api')
    .filter((name) => inServer.includes(name))
    .sort((left, right) => right.localeCompare(left, 'en', { numeric: true }));
  if (version === undefined) return undefined;
  return { version, facts: () => factsOf(join(modules, 'api', version), join(modules, 'server', version)) };
}

function moduleCache(): string {
  const { GOMODCACHE, GOPATH = join(homedir(), 'go') } = process.env;
  return GOMODCACHE ?? join(GOPATH, 'pkg', 'mod');
}

/** Imported for what they say to other tools. */
const emptyFiles = [
  'gogoproto/gogo.proto',
  'google/api/annotations.proto',
  'protoc-gen-openapiv2/options/annotations.proto',
];
const files = [
  'etcd/api/etcdserverpb/rpc.proto',
  'server/etcdserver/api/v3lock/v3lockpb/v3lock.proto',
  'server/etcdserver/api/v3election/v3electionpb/v3election.proto',
];
const otherPackages = ['google.protobuf', 'versionpb'];

async function factsOf(api: string, server: string): Promise<readonly string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'protos-of-etcd-'));
  try {
    await mkdir(join(folder, 'etcd'));
    await symlink(api, join(folder, 'etcd', 'api'));
    await symlink(server, join(folder, 'server'));
    for (const file of emptyFiles) {
      await mkdir(dirname(join(folder, file)), { recursive: true });
      await writeFile(join(folder, file), 'syntax = "proto3";\n');
    }
    const facts = [...(await protoFacts(folder, files))];
    return facts.filter((fact) => !otherPackages.some((name) => fact.replace(/^\w+ /, '').startsWith(`${name}.`)));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
