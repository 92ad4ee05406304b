import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { goBuild } from './go-build.ts';
import { withLock } from './with-lock.ts';

/** A newer etcd than distributions carry, of the release that go.mod names, built on this machine. */
export interface NewerEtcd {
  /** `3.6.16` */
  readonly version: string;
  /** Paths of the programs. */
  readonly etcd: string;
  readonly etcdctl: string;
  readonly etcdutl: string;
}

export type Built = { readonly tools: NewerEtcd } | { readonly tools: undefined; readonly absence: string };

const module = join(import.meta.dirname, 'go.mod');
const cache = join(import.meta.dirname, '../../../node_modules/.cache/newer-etcd');

/**
 * The programs, built when nobody did so before: that takes minutes, and the others who ask meanwhile wait. A build that failed is
 * not tried again by tests, for each would wait for it; `npm run newer-etcd` tries again.
 */
export function newerEtcd(
  place: { readonly cache: string; readonly go: string } = { cache, go: 'go' },
): Promise<Built> {
  const folder = join(place.cache, nameOfRelease());
  return withLock(`${folder}.lock`, async () => {
    const there = await toolsIn(folder);
    if (there !== undefined) return { tools: there };
    const failure = await textOf(`${folder}.failed`);
    if (failure !== undefined) return absent(`${failure}\n(\`npm run newer-etcd\` tries again)`);
    return build(folder, place.go);
  });
}

/** What failed before may do now. */
export async function forgetFailure(): Promise<void> {
  await rm(join(cache, `${nameOfRelease()}.failed`), { force: true });
}

/** Programs by the packages that they are made of: etcd's releases as they are, none of our own code. */
const programs = { etcd: 'server', etcdctl: 'etcdctl', etcdutl: 'etcdutl' } as const;

async function build(folder: string, go: string): Promise<Built> {
  await mkdir(dirname(folder), { recursive: true });
  const workshop = await mkdtemp(`${folder}.`);
  try {
    for (const [program, name] of Object.entries(programs)) {
      await goBuild(go, dirname(module), `go.etcd.io/etcd/${name}/v3`, join(workshop, program));
    }
    await writeFile(join(workshop, versionFile), versionOfModule());
    await rename(workshop, folder);
  } catch (error) {
    await rm(workshop, { recursive: true, force: true });
    const words = error instanceof Error ? error.message : String(error);
    await writeFile(`${folder}.failed`, words);
    return absent(words);
  }
  return { tools: (await toolsIn(folder))! };
}

/** Written last: a folder with it is whole. */
const versionFile = 'version';

async function toolsIn(folder: string): Promise<NewerEtcd | undefined> {
  const version = await textOf(join(folder, versionFile));
  if (version === undefined) return undefined;
  const [etcd, etcdctl, etcdutl] = [join(folder, 'etcd'), join(folder, 'etcdctl'), join(folder, 'etcdutl')];
  return { version, etcd, etcdctl, etcdutl };
}

/** By everything that goes into a build: another release is another folder. */
function nameOfRelease(): string {
  const hash = createHash('sha256')
    .update(readFileSync(module))
    .update(readFileSync(module.replace('.mod', '.sum')));
  return `${versionOfModule()}-${hash.digest('hex').slice(0, 16)}`;
}

function versionOfModule(): string {
  const version = /go\.etcd\.io\/etcd\/server\/v3 v(\d+\.\d+\.\d+)/.exec(readFileSync(module, 'utf8'))?.[1];
  if (version === undefined) throw new Error(`${basename(module)} names no release of etcd`);
  return version;
}

async function textOf(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch(() => undefined);
}

function absent(words: string): Built {
  return { tools: undefined, absence: `no newer etcd: ${words}` };
}
