import type * as original from '../../src/core/auth/auth-ground.ts';
import type { Mutant } from '../search/mutant.ts';

export * from '../../src/core/auth/auth-ground.ts';

export const mutant: Mutant = {
  name: 'auth-by-what-is-durable',
  replaces: 'src/core/auth/auth-ground.ts',
  breaks: 'authorization',
  description: 'A write is allowed by what is durable, although it comes after a change in the log that forbids it.',
};

export const groundOfHead: typeof original.groundOfHead = (_head, durable) => durable;
