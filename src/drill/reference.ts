import type { Core } from '../core/core.ts';
import { stateHashAt } from '../core/tool/state-hash.ts';
import type { Task } from '../core/task.ts';
import { DrillFailure } from './failure.ts';

/** What the recovered state is held against. */
export interface Reference {
  readonly kind: 'server' | 'log';
  /** 0: at the newest revision. Of the log, only a revision can be asked for. Rejects when `signal` is aborted. */
  hashAt(revision: number, signal: AbortSignal): Promise<ReferenceHash>;
}

export type ReferenceHash =
  | {
      readonly kind: 'hash';
      readonly hash: number;
      readonly revision: number;
      /** 0: none. */
      readonly compactRevision: number;
      /** Undefined: compacted before they could be counted. */
      readonly keys: number | undefined;
    }
  | { readonly kind: 'compacted' };

/** From the oldest checkpoint on, as far as there is another way than the recovery's, which begins with the newest. */
export function logReference(
  run: <Result>(task: (core: Core) => Task<Result>, signal: AbortSignal) => Promise<Result>,
): Reference {
  return {
    kind: 'log',
    async hashAt(revision, signal) {
      const request = { revision, compactRevision: undefined, order: 'oldest-first' } as const;
      const found = await run((core) => stateHashAt(core, request), signal);
      switch (found.kind) {
        case 'hash':
          return { ...found, revision: found.hashRevision };
        case 'compacted':
        case 'compacted-since':
          return { kind: 'compacted' };
        default:
          throw new DrillFailure('not-recovered', `the log ends at revision ${found.revision}, below ${revision}`);
      }
    },
  };
}
