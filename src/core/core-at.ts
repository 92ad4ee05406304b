import type { Core } from './core.ts';

/** The same core, looking at another database of the family: time and chance are shared; the home, and the epochs met there, are its own. */
export function coreAt(core: Core, home: string): Core {
  return {
    ...core,
    home,
    epochMet: 0,
    get at() {
      return core.at;
    },
    get seed() {
      return core.seed;
    },
    get draws() {
      return core.draws;
    },
    set draws(draws) {
      core.draws = draws;
    },
  };
}
