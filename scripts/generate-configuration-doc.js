/** Writes docs/configuration.md from the table of settings: `node scripts/generate-configuration-doc.js`. */
import { writeFileSync } from 'node:fs';
import { configurationDocument } from '../src/cli/configuration-document.ts';

writeFileSync(new URL('../docs/configuration.md', import.meta.url), configurationDocument());
