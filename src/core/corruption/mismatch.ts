import type { Referenced } from '../store/read-reference.ts';

/** Something in the object store that a start now would need, and that is not what this node knows it to be. */
export interface Mismatch {
  readonly key: string;
  /** `content`: the object is whole, and holds another state than this node does. */
  readonly kind: 'missing' | 'damaged' | 'mismatch' | 'content';
  /** One sentence, which begins with the key. */
  readonly what: string;
  /** What it stands in the way of, as long as the manifest needs that. */
  readonly scope: Scope;
}

export type Scope =
  | { readonly kind: 'manifest' }
  /** By its key. */
  | { readonly kind: 'checkpoint'; readonly checkpoint: string }
  | { readonly kind: 'slot'; readonly slot: number };

/** Undefined: the object is there, whole, and what its reference says. */
export function mismatchOf(read: Referenced<unknown>, scope: Scope): Mismatch | undefined {
  return read.kind === 'ok' ? undefined : { key: read.key, kind: read.kind, what: read.reason, scope };
}
