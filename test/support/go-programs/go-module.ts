import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A go.mod of ours that names a release of somebody else's programs, and no line of code. */
export interface GoModule<Program extends string> {
  /** As people say it: `newer etcd`. */
  readonly name: string;
  /** Of its go.mod and go.sum. */
  readonly folder: string;
  /** Whose release it is: `go.etcd.io/etcd/server/v3`. */
  readonly path: string;
  /** What each program is made of. */
  readonly packages: Readonly<Record<Program, string>>;
  /** What builds it: `npm run newer-etcd`. */
  readonly command: string;
  /** See `GoBuild`; by the release. */
  readonly variables?: (version: string) => Readonly<Record<string, string>>;
  readonly buildTimeoutMs?: number;
}

/** `3.6.16` */
export function versionOfModule({ folder, path }: GoModule<string>): string {
  const text = readFileSync(join(folder, 'go.mod'), 'utf8');
  const named = text.split('\n').find((line) => line.replace(/^(require)?\s+/, '').startsWith(`${path} v`));
  const version = named === undefined ? undefined : / v(\d+\.\d+\.\d+)/.exec(named)?.[1];
  if (version === undefined) throw new Error(`${folder}/go.mod names no release of ${path}`);
  return version;
}

/** By everything that goes into a build: another release is another name. */
export function nameOfBuild(module: GoModule<string>): string {
  const hash = createHash('sha256');
  for (const file of ['go.mod', 'go.sum']) hash.update(readFileSync(join(module.folder, file)));
  return `${versionOfModule(module)}-${hash.digest('hex').slice(0, 16)}`;
}
