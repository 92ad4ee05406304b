import { readdirSync } from 'node:fs';
import type { Mutant } from './mutant.ts';
import type { PlantedMutant } from './mutant-hook.ts';

/** The bug zoo: every file of `sim/mutants` is a mutant. */

const folder = new URL('../mutants/', import.meta.url);
/** `.ts` in the sources, `.js` in the package. */
const ending = import.meta.url.slice(import.meta.url.lastIndexOf('.'));

export function mutantNames(): readonly string[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith(ending) && !file.endsWith(`.d${ending}`) && !file.endsWith(`.test${ending}`))
    .map((file) => file.slice(0, -ending.length))
    .sort();
}

/** Loads the mutant, and with it the unchanged core: to read what it is, not to run it. */
export async function loadMutant(name: string): Promise<Mutant> {
  const loaded = (await import(mutantUrl(name))) as { readonly mutant?: Mutant };
  if (loaded.mutant === undefined)
    throw new TypeError(`sim/mutants/${name} does not say what it is: export const mutant`);
  return loaded.mutant;
}

export async function listMutants(): Promise<readonly Mutant[]> {
  return Promise.all(mutantNames().map(loadMutant));
}

export function plantedMutant(mutant: Mutant): PlantedMutant {
  const original = new URL(`../../${mutant.replaces}`, import.meta.url).href;
  return { mutantUrl: mutantUrl(mutant.name), originalUrl: original.slice(0, -'.ts'.length) + ending };
}

function mutantUrl(name: string): string {
  return new URL(`${name}${ending}`, folder).href;
}
