/** Each rule about imports bites in a tree that breaks it once, and says what to do; a tree that keeps them all passes. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cruise, type IForbiddenRuleType } from 'dependency-cruiser';
import { describe, expect, test } from 'vitest';
import configuration from '../../.dependency-cruiser.mjs';
import { createFolder, repository, runTool } from './run-tool.ts';

type Files = Readonly<Record<string, string>>;

const grpc = "import { Server } from '@grpc/grpc-js';\nexport const server = Server;\n";
const fs = "import { readFileSync } from 'node:fs';\nexport const read = readFileSync;\n";
const uses = (path: string): string => `import { one } from '${path}';\nexport const two = one;\n`;
const one = 'export const one = 1;\n';

/** Keeps every rule. */
const kept: Files = {
  'src/ports/clock.ts': 'export type Instant = number;\n',
  'src/ports/disk.ts': "import type { Instant } from './clock.ts';\nexport type Disk = Instant;\n",
  'src/core/types/record.ts':
    "import type { Disk } from '../../ports/disk.ts';\nexport type One = Disk;\nexport const one = 1;\n",
  'src/core/machine.ts': uses('./types/record.ts'),
  'src/core/machine.test.ts': `${uses('./machine.ts').replace('one }', 'two as one }')}import 'vitest';\n`,
  'src/adapters/level.ts':
    "import 'classic-level';\nimport 'node:fs';\nexport type { One } from '../core/types/record.ts';\n",
  'src/server/services/kv.ts': uses('../../core/types/record.ts'),
  'src/server/grpc/serve.ts': `${grpc}export { two } from '../services/kv.ts';\n`,
  'src/cli/main.ts': "import '../adapters/level.ts';\nimport '../server/grpc/serve.ts';\nimport 'pino';\n",
  'sim/world/time.ts': uses('../../src/core/types/record.ts'),
  'test/property/one.test.ts': "import '../../src/adapters/level.ts';\nimport 'vitest';\n",
};

/** What each rule must refuse, added to the tree above: each of these breaks that rule. */
const broken: Readonly<Record<string, readonly Files[]>> = {
  'core-stands-alone': [
    { 'src/core/a.ts': fs },
    { 'src/core/a.ts': "import type { Stats } from 'node:fs';\nexport type A = Stats;\n" },
    { 'src/core/a.ts': "import 'pino';\n" },
    { 'src/core/a.ts': "export type { One } from '../adapters/level.ts';\n" },
    { 'src/core/a.ts': uses('../server/services/kv.ts').replace('one }', 'two as one }') },
  ],
  'ports-stand-alone': [
    { 'src/ports/a.ts': fs },
    { 'src/ports/a.ts': "import type { One } from '../core/types/record.ts';\nexport type A = One;\n" },
  ],
  'adapters-implement-ports': [
    { 'src/adapters/a.ts': uses('../core/machine.ts').replace('one }', 'two as one }') },
    { 'src/adapters/a.ts': "import '../server/services/kv.ts';\n" },
  ],
  'transport-in-one-place': [
    { 'src/server/services/a.ts': grpc },
    { 'src/server/services/a.ts': "import type { Server } from '@grpc/grpc-js';\nexport type A = Server;\n" },
    { 'src/host/a.ts': grpc },
  ],
  'storage-libraries-in-adapters': [
    { 'src/host/a.ts': "import '@aws-sdk/client-s3';\n" },
    { 'src/server/a.ts': "import 'classic-level';\n" },
  ],
  'services-know-no-edge': [
    { 'src/server/services/a.ts': "import '../grpc/serve.ts';\n" },
    { 'src/server/services/a.ts': "import '../../adapters/level.ts';\n" },
  ],
  'command-line-on-top': [{ 'src/host/a.ts': "import '../cli/main.ts';\n" }],
  'source-without-tests': [
    { 'src/host/a.ts': uses('../../test/a.ts'), 'test/a.ts': one },
    { 'src/host/a.ts': uses('../../sim/a.ts'), 'sim/a.ts': one },
    { 'src/host/a.ts': uses('./b.test.ts'), 'src/host/b.test.ts': one },
  ],
  'source-without-development-packages': [{ 'src/host/a.ts': "import 'fast-check';\n" }],
  'simulator-owns-its-world': [
    { 'sim/a.ts': "import '../src/adapters/level.ts';\n" },
    { 'sim/a.ts': "import '../src/server/services/kv.ts';\n" },
  ],
  'no-cycles': [{ 'src/host/a.ts': "export * from './b.ts';\n", 'src/host/b.ts': "export * from './a.ts';\n" }],
  'no-orphans': [{ 'src/host/a.ts': one }],
  'no-unresolved': [{ 'src/host/a.ts': "import './missing.ts';\n" }],
};

/** The names of the rules that the tree breaks. */
async function rulesBroken(files: Files): Promise<readonly string[]> {
  const folder = createFolder({
    'package.json': readFileSync(join(repository, 'package.json'), 'utf8'),
    ...kept,
    ...files,
  });
  try {
    const { forbidden, options } = configuration;
    const { enhancedResolveOptions, ...rest } = options;
    const result = await cruise(
      ['src', 'sim', 'test'],
      { ...rest, ruleSet: { forbidden: forbidden as IForbiddenRuleType[] }, validate: true, baseDir: folder.path },
      { ...enhancedResolveOptions, bustTheCache: true },
    );
    if (typeof result.output === 'string') throw new Error(result.output);
    return result.output.summary.violations.map(({ rule }) => rule.name);
  } finally {
    folder.remove();
  }
}

const cases = Object.entries(broken).flatMap(([rule, trees]) => trees.map((files, index) => ({ rule, index, files })));

describe('import boundaries', () => {
  test('a tree that keeps the rules passes', async () => {
    expect(await rulesBroken({})).toEqual([]);
  });

  test.each(cases)('$rule refuses tree $index', async ({ rule, files }) => {
    expect(await rulesBroken(files)).toContain(rule);
  });

  test('every rule has a tree that breaks it', () => {
    expect(Object.keys(broken).sort()).toEqual(configuration.forbidden.map(({ name }) => name).sort());
  });

  test('the command exits with an error and prints what to do instead', () => {
    const folder = createFolder({ 'src/core/a.ts': fs, 'package.json': '{}', 'tsconfig.json': '{}' });
    const config = join(repository, '.dependency-cruiser.mjs');
    const { output, status } = runTool(
      'depcruise',
      ['--config', config, '--output-type', 'err-long', '.'],
      folder.path,
    );
    folder.remove();
    expect(status).not.toBe(0);
    expect(output.replace(/\s+/g, ' ')).toContain(
      'describe what is needed as a port and return an effect for an adapter',
    );
  });

  test('every rule says what to do instead', () => {
    expect(configuration.forbidden.filter(({ comment }) => !comment.includes(':'))).toEqual([]);
  });
});
