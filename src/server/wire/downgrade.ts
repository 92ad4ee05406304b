import { clientErrors, type ClientError } from '../../core/types/error.ts';
import { etcdStorageVersion } from '../version.ts';

/** Versions that a downgrade may name: `MAJOR.MINOR.PATCH`, what etcd takes of semantic versions beside it, or `MAJOR.MINOR`. */
const versionPattern = /^(\d+)\.(\d+)(?:\.\d+(?:-[0-9A-Za-z.-]*)?(?:\+[0-9A-Za-z.-]*)?)?$/;

const [clusterMajor, clusterMinor] = etcdStorageVersion.split('.').map(Number) as [number, number];

/** As etcd tells it: two numbers. */
export const clusterVersion = `${clusterMajor}.${clusterMinor}`;

/** Undefined: the one before this one, which is the only one that etcd goes back to. */
export function downgradeProblem(target: string): ClientError | undefined {
  const match = versionPattern.exec(target);
  if (match === null) return clientErrors.wrongDowngradeVersionFormat;
  const isBefore = Number(match[1]) === clusterMajor && Number(match[2]) === clusterMinor - 1;
  return isBefore ? undefined : clientErrors.invalidDowngradeVersion;
}
