import type { Guarantee } from '../oracle/violation.ts';

/**
 * A planted bug: one file of `sim/mutants` that takes the place of one file of the core, for a whole process or worker.
 *
 * Invariants:
 * - It exports everything that the original exports, and besides a constant `mutant` of this type. What it does not break it hands on.
 * - The core knows nothing of it: the module loader puts it in the original's place (`mutant-hook.ts`).
 */
export interface Mutant {
  /** As its file's name, without the ending. */
  readonly name: string;
  readonly replaces: `src/core/${string}.ts`;
  /** The guarantee that it breaks first of all. */
  readonly breaks: Guarantee;
  /** What the bug is, in a sentence. */
  readonly description: string;
}
