/** `t4 etcd --help` and `--version`, in the forms that scripts know. */
import { etcdVersion } from '../../server/version.ts';
import { flagGroups, type EtcdFlag } from './flag.ts';
import { etcdFlags } from './flags.ts';
import { ownSettings } from './parse-arguments.ts';

export const usageText = `Usage:

  t4 etcd [flags]
    Start a node under the flags of an etcd server.

  t4 etcd --version
    Show the version of the etcd that it stands in for.

  t4 etcd -h | --help
    Show what each flag does here.

  t4 etcd --config-file
    Path to the configuration file. Where one is given, etcd's other flags and environment variables count for nothing.
`;

export function helpText(): string {
  const groups = flagGroups.map((group) => {
    const flags = etcdFlags.filter((flag) => flag.group === group);
    return `${group}:\n${flags.map(flagText).join('')}`;
  });
  const own = `T4's own, as for t4 run:\n${ownSettings.map((name) => `  --${name}\n`).join('')}`;
  return `${usageText}\n${[...groups, own].join('\n')}`;
}

function flagText(flag: EtcdFlag): string {
  const byDefault = flag.name === 'data-dir' ? '${name}.etcd' : flag.default;
  return `  --${flag.name} '${byDefault}'\n    ${sentenceOf(flag).replaceAll('`', '')}\n`;
}

export function sentenceOf({ here, note }: EtcdFlag): string {
  switch (here.kind) {
    case 'setting':
    case 'used':
      return note;
    case 'ignored':
      return `Taken, and of no meaning: ${note}`;
    case 'refused':
      return `Refused, but for its default: ${note}`;
  }
}

/** Lines as etcd prints them; what it was built from and with is another program's. */
export function versionText(version: string, { release, platform, arch }: RunBy): string {
  return [
    `etcd Version: ${etcdVersion}`,
    `Git SHA: none (T4 ${version})`,
    `Go Version: none (Node.js ${release})`,
    `Go OS/Arch: ${platform}/${arch === 'x64' ? 'amd64' : arch}`,
    '',
  ].join('\n');
}

export interface RunBy {
  readonly release: string;
  readonly platform: string;
  readonly arch: string;
}
