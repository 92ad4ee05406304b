import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { GoModule } from '../go-programs/go-module.ts';
import { buildPlace, findPrograms } from '../go-programs/go-programs.ts';

const run = promisify(execFile);

/** Kubernetes' API server, of the release that go.mod names. */
export const kubernetesModule: GoModule<'kube-apiserver'> = {
  name: 'kube-apiserver',
  folder: import.meta.dirname,
  path: 'k8s.io/kubernetes',
  packages: { 'kube-apiserver': 'k8s.io/kubernetes/cmd/kube-apiserver' },
  command: 'npm run kube-apiserver',
  // Of a build without these it says that it is of version 0.
  variables: (version) => {
    const [major = '', minor = ''] = version.split('.');
    const variable = 'k8s.io/component-base/version';
    return {
      [`${variable}.gitVersion`]: `v${version}`,
      [`${variable}.gitMajor`]: major,
      [`${variable}.gitMinor`]: minor,
    };
  },
  buildTimeoutMs: 90 * 60_000,
};

export const kubernetesPlace = buildPlace('kube-apiserver');

export interface KubeApiserver {
  readonly path: string;
  /** `1.37.2` */
  readonly version: string;
}

export type KubeApiserverFound = KubeApiserver | { readonly path: undefined; readonly absence: string };

/** `T4_TEST_KUBE_APISERVER`, else the one that was built: tests build none, for that takes half an hour. */
export async function findKubeApiserver(): Promise<KubeApiserverFound> {
  const named = process.env['T4_TEST_KUBE_APISERVER'];
  if (named !== undefined) return { path: named, version: await versionOf(named) };
  const built = await findPrograms(kubernetesModule, kubernetesPlace);
  if (built === undefined) return { path: undefined, absence };
  return { path: built['kube-apiserver'], version: built.version };
}

const absence =
  'no kube-apiserver on this machine: it is not tried (`npm run kube-apiserver` builds one, T4_TEST_KUBE_APISERVER names another)';

async function versionOf(path: string): Promise<string> {
  const { stdout } = await run(path, ['--version']);
  const version = /\d+\.\d+\.\d+/.exec(stdout)?.[0];
  if (version === undefined) throw new Error(`${path} does not tell its version: ${stdout}`);
  return version;
}
