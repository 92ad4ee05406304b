/** `npm run newer-etcd`: builds the newer etcd that tests are held against, and says how that went. */
import { forgetFailure } from '../go-programs/go-programs.ts';
import { newerEtcd, newerEtcdModule, newerEtcdPlace } from './newer-etcd.ts';

await forgetFailure(newerEtcdModule, newerEtcdPlace);
const built = await newerEtcd();
console.log(built.tools === undefined ? built.absence : `etcd, etcdctl and etcdutl ${built.tools.version}: there`);
process.exitCode = built.tools === undefined ? 1 : 0;
