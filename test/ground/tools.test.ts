/** The tools are those that the project names, whatever the machine has; what is installed runs no script unasked. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { repository, runTool } from './run-tool.ts';

interface Manifest {
  readonly allowScripts: Readonly<Record<string, boolean>>;
}
interface Lock {
  readonly packages: Readonly<
    Record<
      string,
      {
        readonly version?: string;
        readonly resolved?: string;
        readonly hasInstallScript?: boolean;
        readonly dev?: boolean;
        readonly engines?: { readonly node?: string };
      }
    >
  >;
}

const readJson = (name: string): unknown => JSON.parse(readFileSync(join(repository, name), 'utf8'));
const manifest = readJson('package.json') as Manifest;
const packages = Object.entries((readJson('package-lock.json') as Lock).packages);

test('tests run under the Node that the project pins', () => {
  expect(process.versions.node).toMatch(/^24\./);
  expect(runTool('node', ['--version'], repository).output.trim()).toBe(process.version);
});

test('the compiler is TypeScript 7', () => {
  expect(runTool('tsc', ['--version'], repository).output).toMatch(/^Version 7\./);
});

test('each package with an install script is on the list, allowed or refused', () => {
  const scripted = packages.filter(([, { hasInstallScript }]) => hasInstallScript === true);
  const names = scripted.map(([path]) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length));
  expect(Object.keys(manifest.allowScripts).sort()).toEqual(names.sort());
});

test('the lock names a version of each package, and no registry', () => {
  expect(packages.filter(([path, { version }]) => path !== '' && version === undefined)).toEqual([]);
  expect(packages.filter(([, { resolved }]) => resolved?.startsWith('http') ?? false)).toEqual([]);
});

/** Nothing that npm would warn of under the oldest Node it may run under; the tools themselves run under the pinned one. */
test('no development tool in the lock wants a newer Node than devEngines allows (npm run relax-lock)', () => {
  const newer = packages.filter(([, { dev, engines }]) => dev === true && /^\D*2[1-9]/.test(engines?.node ?? ''));
  expect(newer).toEqual([]);
});
