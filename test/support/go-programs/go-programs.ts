import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { goBuild } from './go-build.ts';
import { type GoModule, nameOfBuild, versionOfModule } from './go-module.ts';
import { withLock } from './with-lock.ts';

/** Paths of a release's programs, built on this machine. */
export type GoPrograms<Program extends string> = Readonly<Record<Program, string>> & {
  /** `3.6.16` */
  readonly version: string;
};

export type Built<Program extends string> =
  { readonly tools: GoPrograms<Program> } | { readonly tools: undefined; readonly absence: string };

export interface BuildPlace {
  /** Of every release, each in a folder of its own. */
  readonly cache: string;
  readonly go: string;
}

/** Where builds of a module are kept, and the Go of the machine. */
export function buildPlace(folder: string): BuildPlace {
  return { cache: join(import.meta.dirname, '../../../node_modules/.cache', folder), go: 'go' };
}

/**
 * The programs, built when nobody did so before, which takes minutes; the others who ask meanwhile wait. A build that failed is
 * not tried again before `forgetFailure`: each who asks would wait for it.
 */
export function buildPrograms<Program extends string>(
  module: GoModule<Program>,
  place: BuildPlace,
): Promise<Built<Program>> {
  const folder = folderOf(module, place);
  return withLock(`${folder}.lock`, async () => {
    const there = await findPrograms(module, place);
    if (there !== undefined) return { tools: there };
    const failure = await textOf(`${folder}.failed`);
    if (failure !== undefined) return absent(module, `${failure}\n(\`${module.command}\` tries again)`);
    return build(module, place, folder);
  });
}

/** The programs where they are built already. */
export async function findPrograms<Program extends string>(
  module: GoModule<Program>,
  place: BuildPlace,
): Promise<GoPrograms<Program> | undefined> {
  const folder = folderOf(module, place);
  const version = await textOf(join(folder, versionFile));
  if (version === undefined) return undefined;
  const paths = Object.keys(module.packages).map((program) => [program, join(folder, program)]);
  return { ...(Object.fromEntries(paths) as Record<Program, string>), version };
}

/** What failed before may do now. */
export async function forgetFailure(module: GoModule<string>, place: BuildPlace): Promise<void> {
  await rm(`${folderOf(module, place)}.failed`, { force: true });
}

async function build<Program extends string>(
  module: GoModule<Program>,
  place: BuildPlace,
  folder: string,
): Promise<Built<Program>> {
  await mkdir(dirname(folder), { recursive: true });
  const workshop = await mkdtemp(`${folder}.`);
  const version = versionOfModule(module);
  const { variables = {}, ...options } = optionsOf(module, version);
  try {
    for (const [program, goPackage] of Object.entries<string>(module.packages)) {
      const output = join(workshop, program);
      await goBuild({ go: place.go, moduleFolder: module.folder, goPackage, output, variables, ...options });
    }
    await writeFile(join(workshop, versionFile), version);
    await rename(workshop, folder);
  } catch (error) {
    await rm(workshop, { recursive: true, force: true });
    const words = error instanceof Error ? error.message : String(error);
    await writeFile(`${folder}.failed`, words);
    return absent(module, words);
  }
  return { tools: (await findPrograms(module, place))! };
}

/** Written last: a folder with it is whole. */
const versionFile = 'version';

function optionsOf({ variables, buildTimeoutMs }: GoModule<string>, version: string) {
  return {
    ...(variables === undefined ? {} : { variables: variables(version) }),
    ...(buildTimeoutMs === undefined ? {} : { timeoutMs: buildTimeoutMs }),
  };
}

function folderOf(module: GoModule<string>, { cache }: BuildPlace): string {
  return join(cache, nameOfBuild(module));
}

async function textOf(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch(() => undefined);
}

function absent(module: GoModule<string>, words: string): { readonly tools: undefined; readonly absence: string } {
  return { tools: undefined, absence: `no ${module.name}: ${words}` };
}
