/** What commands that make branches are told: a name, and a cut. */
import { isBranchName } from '../core/format/keys.ts';
import type { Cut } from '../core/types/log.ts';
import { usageError } from './cli-error.ts';
import type { CommandContext } from './command-context.ts';
import { parseCut } from './cut-option.ts';

export function branchNameGiven(name: string | undefined): string {
  if (name !== undefined && isBranchName(name)) return name;
  throw usageError(
    `${JSON.stringify(name ?? '')} is no name of a branch`,
    'a letter or digit first, then a-z, 0-9, dot, underscore and hyphen, at most 64 characters',
  );
}

/** Undefined: none is given. */
export function cutGiven({ options }: CommandContext): Cut | undefined {
  const { atRevision, atTime } = options;
  if (typeof atRevision === 'string' && typeof atTime === 'string') {
    throw usageError('--at-revision and --at-time name two places', 'give one of them');
  }
  const [option, given, kind] =
    typeof atTime === 'string'
      ? (['--at-time', atTime, 'moment'] as const)
      : (['--at-revision', atRevision, 'revision'] as const);
  if (typeof given !== 'string') return undefined;
  const cut = parseCut(option, given, Date.now());
  if (cut.kind === kind) return cut;
  throw usageError(`${option}: ${given} is ${kind === 'moment' ? 'no time' : 'no revision'}`);
}
