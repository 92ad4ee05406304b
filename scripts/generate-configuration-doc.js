/** Writes docs/configuration.md and docs/etcd-flags.md from the tables of settings and of etcd's flags: `node scripts/generate-configuration-doc.js`. */
import { writeFileSync } from 'node:fs';
import { configurationDocument } from '../src/cli/configuration-document.ts';
import { etcdFlagsDocument } from '../src/cli/etcd/flags-document.ts';

writeFileSync(new URL('../docs/configuration.md', import.meta.url), configurationDocument());
writeFileSync(new URL('../docs/etcd-flags.md', import.meta.url), etcdFlagsDocument());
