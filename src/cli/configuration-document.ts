/** docs/configuration.md, from the table of settings. */
import type { Setting } from './setting.ts';
import { environmentNameOf, settingNames, settingTable } from './settings.ts';

const introduction = `<!-- Written by scripts/generate-configuration-doc.js from src/cli/settings.ts: change it there. -->

# Configuration

Every setting has one name in three places:

| Where | Form | Example |
| --- | --- | --- |
| command line | \`--name VALUE\` | \`t4 run --data-dir /var/lib/t4\` |
| environment | \`T4_NAME\` | \`T4_DATA_DIR=/var/lib/t4\` |
| config file | \`name: VALUE\` (YAML or JSON) | \`data-dir: /var/lib/t4\` |

The command line wins over the environment, the environment over the file, the file over the default. The file is the one that
\`--config FILE\` or \`T4_CONFIG\` names; there is no other.

- A name that does not exist is an error, in every place, and so is a value that does not fit, even where something stronger overrides it.
  Variables that Kubernetes sets for a service called \`t4…\` are left alone, and so are \`T4_TEST_…\`; an empty variable counts as not set.
- A duration has a unit: \`500ms\`, \`3s\`, \`1m30s\`, \`24h\`. A size is in bytes or has one: \`512KiB\`, \`1.5MiB\`, \`64MB\`.
- Where several values are taken, repeat the option, write them with commas, or give a list in the file.
- A switch is \`--name\` or \`--no-name\` on the command line, \`true\` or \`false\` elsewhere.
- \`T4_DEBUG=1\` adds to an error where in the program it came from.

The store is named by \`store\` or by \`s3-bucket\`; the one said in the stronger place counts, and both in the same place are an error.
The settings \`s3-endpoint\`, \`s3-region\`, \`s3-profile\` and \`s3-force-path-style\` may also stand beside an \`s3://\` URL.

T4 listens on loopback addresses only, unless there is a certificate (\`cert-file\`, \`auto-tls\`), or \`allow-insecure-listen\` says that the network
around it can be trusted.
`;

export function configurationDocument(): string {
  const groups = new Set(settingNames.map((name) => (settingTable[name] as Setting<unknown>).group));
  return [introduction, ...[...groups].map(groupSection)].join('\n');
}

function groupSection(group: string): string {
  const names = settingNames.filter((name) => (settingTable[name] as Setting<unknown>).group === group);
  return [`## ${group}\n`, ...names.map(settingSection)].join('\n');
}

function settingSection(name: (typeof settingNames)[number]): string {
  const setting: Setting<unknown> = settingTable[name];
  const byDefault = setting.default === undefined ? (setting.defaultNote ?? 'none') : `\`${setting.default}\``;
  const commands = setting.commands.map((command) => `\`t4 ${command}\``).join(', ');
  const facts = [
    `- Environment: \`${environmentNameOf(name)}\``,
    `- Takes: \`${setting.kind.placeholder}\``,
    `- Default: ${byDefault}`,
    `- Used by: ${commands}`,
  ];
  return `### \`${name}\`\n\n${setting.help}\n\n${facts.join('\n')}\n`;
}
