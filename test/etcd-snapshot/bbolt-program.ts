import { join } from 'node:path';
import { rename, stat } from 'node:fs/promises';
import { goBuild } from '../support/go-programs/go-build.ts';
import { withLock } from '../support/go-programs/with-lock.ts';

/** bbolt's own command line, of the release that the newer etcd rests on. A text says why there is none. */
export type BboltProgram = { readonly path: string } | { readonly path: undefined; readonly absence: string };

const path = join(import.meta.dirname, '../../node_modules/.cache/bbolt/bbolt');
const moduleFolder = join(import.meta.dirname, '../support/newer-etcd');

export function bboltProgram(): Promise<BboltProgram> {
  return withLock(`${path}.lock`, async () => {
    if ((await stat(path).catch(() => undefined)) !== undefined) return { path };
    try {
      await goBuild({ go: 'go', moduleFolder, goPackage: 'go.etcd.io/bbolt/cmd/bbolt', output: `${path}.new` });
      await rename(`${path}.new`, path);
      return { path };
    } catch (error) {
      return { path: undefined, absence: `no bbolt: ${error instanceof Error ? error.message : String(error)}` };
    }
  });
}
