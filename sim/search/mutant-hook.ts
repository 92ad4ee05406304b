import * as nodeModule from 'node:module';

/** Older releases of Node than 22.15 can run the simulator, but plant nothing. */
export const canPlantMutants = 'registerHooks' in nodeModule;

/** Where a mutant stands, and the file whose place it takes. */
export interface PlantedMutant {
  readonly mutantUrl: string;
  readonly originalUrl: string;
}

/**
 * From now on whoever imports the original gets the mutant, in this thread; the mutant itself gets the original. To be called before anything
 * of the core is loaded.
 */
export function plantMutant({ mutantUrl, originalUrl }: PlantedMutant): void {
  nodeModule.registerHooks({
    resolve(specifier, context, nextResolve) {
      const resolved = nextResolve(specifier, context);
      if (resolved.url !== originalUrl || context.parentURL === mutantUrl) return resolved;
      return { ...resolved, url: mutantUrl };
    },
  });
}
