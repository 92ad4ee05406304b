/** docs/etcd-flags.md, from the table of etcd's flags. */
import { flagGroups, type EtcdFlag } from './flag.ts';
import { etcdFlags, formerNames, passedOver } from './flags.ts';
import { sentenceOf } from './help.ts';
import { ownSettings } from './parse-arguments.ts';

const introduction = `<!-- Written by scripts/generate-configuration-doc.js from src/cli/etcd: change it there. -->

# t4 etcd: a node under etcd's flags

\`t4 etcd\` takes the command line, the environment and the configuration file of an etcd 3.6 server, and prints the lines that whoever starts an etcd waits for:

\`\`\`console
$ t4 etcd --name one --listen-client-urls http://127.0.0.1:2379 --advertise-client-urls http://127.0.0.1:2379
…
{"level":"info","ts":"2026-11-27T03:07:45.904000Z",…,"msg":"ready to serve client requests"}
{"level":"info","ts":"2026-11-27T03:07:45.904000Z","traffic":"grpc+http","address":"127.0.0.1:2379","msg":"serving client traffic insecurely; this is strongly discouraged!"}
\`\`\`

- **Where the data goes.** \`--data-dir\` (\`NAME.etcd\` when left out) holds the node's own folder, \`node/\`, and the object store, \`store/\`. With \`--store\` or \`--s3-bucket\` the object store is
  the one that they name, and the folder is only the node's. A folder that holds the data of an etcd is refused: \`t4 import\` brings that in.
- **Several members** are several nodes on one object store: \`--initial-cluster\` with more than one name, and \`--initial-cluster-state existing\`, are refused unless \`--store\` or \`--s3-bucket\` says what they
  share. One of them leads, and prints the ready line; another one prints \`standing by: another node serves clients\`, and the ready line when it leads.
- **Flags** have one dash or two, and \`=\` or a space before their value, as Go reads them. What does not exist is an error that names it and the nearest one (exit code 2); what makes no sense is
  an error in etcd's words where it has some (1).
- **Environment**: \`ETCD_NAME\` for \`--name\`, and so on. A variable beside its flag ends the start, as in etcd; one that nobody knows is told. T4's own settings may stand there too (\`T4_STORE\`), and on the command line.
- **Configuration file**: \`--config-file\` or \`ETCD_CONFIG_FILE\`, with etcd's names, \`client-transport-security\` and \`peer-transport-security\`; durations there are nanoseconds, or text. Then etcd's other flags
  and variables count for nothing. Unlike etcd, a name that does not exist is an error there too.
- **Addresses that others reach** are served when \`--listen-client-urls\` or \`--listen-metrics-urls\` names them, as etcd does, with a warning where nothing is encrypted. \`localhost\` is 127.0.0.1.
- **systemd**: a unit of \`Type=notify\`, as Debian's \`etcd.service\`, is told when the node is ready; unless it runs as root it needs one line more: [operating.md](operating.md#under-systemd).

In the tables below *taken, and of no meaning* is: the value is checked, a warning says so, and nothing comes of it. *Refused* is: any value but the default ends the start, because taking it would be a lie.
`;

const groupWords: Readonly<Record<(typeof flagGroups)[number], string>> = {
  Member: 'Member',
  Clustering: 'Clustering',
  Security: 'Security',
  Auth: 'Auth',
  Monitoring: 'Profiling and monitoring',
  Logging: 'Logging',
  Features: 'Features, and the command itself',
  Unsafe: 'Unsafe',
  Gone: 'Of etcd 3.4 and 3.5 alone',
};

export function etcdFlagsDocument(): string {
  return [introduction, ...flagGroups.map(section), formerSection(), ownSection()].join('\n');
}

function section(group: (typeof flagGroups)[number]): string {
  const rows = etcdFlags.filter((flag) => flag.group === group).map(row);
  return `## ${groupWords[group]}\n\n| flag | etcd's default | here |\n| --- | --- | --- |\n${rows.join('\n')}\n`;
}

function row(flag: EtcdFlag): string {
  const byDefault = flag.default === '' ? '' : `\`${flag.default}\``;
  return `| \`--${flag.name}\` | ${byDefault} | ${sentenceOf(flag)} |`;
}

function formerSection(): string {
  const former = [...formerNames].map(([name, now]) => `| \`--${name}\` | \`--${now}\` |`);
  const passed = [...passedOver].map((name) => `\`--${name}\``).join(', ');
  return `## Former names\n\n| flag | is |\n| --- | --- |\n${former.join('\n')}\n\nTaken with a warning, with a value or without one: ${passed}.\n`;
}

function ownSection(): string {
  const names = ownSettings.map((name) => `\`--${name}\``).join(', ');
  return `## T4's own\n\nAs for \`t4 run\`, in [configuration.md](configuration.md): ${names}.\n`;
}
