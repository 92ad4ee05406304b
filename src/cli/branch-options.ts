/** What commands that make branches are told: a name, and a cut. */
import { isBranchName } from '../core/format/keys.ts';
import type { Cut } from '../core/types/log.ts';
import { usageError } from './cli-error.ts';
import type { CommandContext } from './command-context.ts';
import { parseMoment, parseRevision } from './cut-option.ts';

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
  if (typeof atTime === 'string') return parseMoment('--at-time', atTime, Date.now());
  return typeof atRevision === 'string' ? parseRevision('--at-revision', atRevision) : undefined;
}
