import type { CheckpointReference } from '../../types/log.ts';

/** What `t4 verify` found. */

export const objectKinds = [
  'control',
  'manifest',
  'segment',
  'archive',
  'checkpoint',
  'page',
  'chunk',
  'condemned',
] as const;
export type VerifiedKind = (typeof objectKinds)[number];

export interface ObjectCount {
  objects: number;
  bytes: number;
}

/**
 * `missing`, `damaged`: the object itself. `mismatch`: it is whole, but not what names it says. `content`: it is whole, and holds another
 * content than the log comes to.
 */
export type ProblemKind = 'missing' | 'damaged' | 'mismatch' | 'content';

export interface Problem {
  readonly key: string;
  readonly kind: ProblemKind;
  /** One sentence. */
  readonly what: string;
  readonly scope: Scope;
}

/** What a problem stands in the way of. */
export type Scope =
  | { readonly kind: 'control' | 'manifest' | 'condemned' | 'doomed' | 'base' }
  /** Keys of the checkpoints that cannot do without it. */
  | { readonly kind: 'checkpoints'; readonly checkpoints: Set<string> }
  | {
      readonly kind: 'slots';
      readonly firstSlot: number;
      lastSlot: number;
      /** Last revision that is proved before it; undefined: the chain was broken already. */
      readonly revisionBefore: number | undefined;
    };

export interface Finding {
  readonly key: string;
  readonly kind: ProblemKind;
  readonly what: string;
  readonly cost: string;
}

export interface VerifiedCheckpoint {
  readonly reference: CheckpointReference;
  /** False: something of it is missing or damaged. */
  readonly usable: boolean;
  /** Whether its content was held against what the log comes to. */
  readonly compared: boolean;
}

export interface Verification {
  readonly databaseId: Uint8Array | undefined;
  readonly home: string;
  /** Home of what it goes on for since a rollback: what was abandoned there is not looked at, but for what this one began as. */
  readonly predecessor: string | undefined;
  readonly counts: Readonly<Record<VerifiedKind, ObjectCount>>;
  readonly checkpoints: readonly VerifiedCheckpoint[];
  /** Slots that were read: from here … */
  readonly firstSlot: number;
  /** … to here. */
  readonly lastSlot: number;
  readonly deadSegments: number;
  /** Of the last record that is proved. */
  readonly revision: number;
  readonly findings: readonly Finding[];
}
