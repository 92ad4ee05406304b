import type { GoModule } from '../go-programs/go-module.ts';
import { type Built, buildPlace, buildPrograms } from '../go-programs/go-programs.ts';

type Program = 'etcd' | 'etcdctl' | 'etcdutl';

/** A newer etcd than distributions carry, of the release that go.mod names. */
export const newerEtcdModule: GoModule<Program> = {
  name: 'newer etcd',
  folder: import.meta.dirname,
  path: 'go.etcd.io/etcd/server/v3',
  packages: {
    etcd: 'go.etcd.io/etcd/server/v3',
    etcdctl: 'go.etcd.io/etcd/etcdctl/v3',
    etcdutl: 'go.etcd.io/etcd/etcdutl/v3',
  },
  command: 'npm run newer-etcd',
};

export const newerEtcdPlace = buildPlace('newer-etcd');

/** The programs, which tests build where nobody did so before. */
export function newerEtcd(place = newerEtcdPlace): Promise<Built<Program>> {
  return buildPrograms(newerEtcdModule, place);
}
