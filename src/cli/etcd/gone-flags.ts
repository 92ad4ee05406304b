import { flagsOf, type EtcdFlag } from './flag.ts';

const noProxy = 'no proxy of v2 is here';

/** Of etcd 3.4 and 3.5, and of no meaning in 3.6 either, which ends at the sight of them. What is started with them as they were by default is the same here. */
export const goneFlags: readonly EtcdFlag[] = flagsOf('Gone', [
  ['enable-v2', 'bool', 'false', 'refused', 'there never was a v2 here'],
  ['experimental-enable-v2v3', 'text', '', 'refused', 'there never was a v2 here'],
  ['proxy', 'text', 'off', 'refused', noProxy],
  ['proxy-failure-wait', 'uint', '0', 'ignored', noProxy],
  ['proxy-refresh-interval', 'uint', '0', 'ignored', noProxy],
  ['proxy-dial-timeout', 'uint', '0', 'ignored', noProxy],
  ['proxy-write-timeout', 'uint', '0', 'ignored', noProxy],
  ['proxy-read-timeout', 'uint', '0', 'ignored', noProxy],
  ['debug', 'bool', 'false', 'ignored', '`--log-level debug` says it'],
  ['log-package-levels', 'text', '', 'ignored', 'there is one level: `--log-level`'],
]);
