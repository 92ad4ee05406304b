import type { CallOperation } from '../../src/core/types/effect.ts';
import type { CallResult } from '../../src/core/types/event.ts';

/**
 * Where faults take hold. Each rule sees what is about to happen and changes the plan for it; a plan that no rule touches is the world
 * without faults. Rules are asked in the order in which they stand in the scenario.
 */
export type StoreOperation = Extract<CallOperation, { readonly kind: `object-${string}` }>;
export type LocalOperationCall = Exclude<CallOperation, StoreOperation>;

export interface StoreCall {
  readonly node: number;
  readonly operation: StoreOperation;
  /** `put KEY`, `get KEY`, `list PREFIX`, `delete FIRST-KEY`. */
  readonly target: string;
  /** Which call of this target by this node, over the whole run, from 1. */
  readonly nth: number;
  readonly sentMs: number;
}

export interface StorePlan {
  /** The request never reaches the store. */
  loseRequest: boolean;
  /** The answer never reaches the node. */
  loseAnswer: boolean;
  /** Answered by the store, without doing anything. */
  refusal: StoreRefusal | undefined;
  extraRequestMs: number;
  extraAnswerMs: number;
  /** The request reaches the store a second time, so much later. */
  duplicateMs: number | undefined;
  /** Which of the two answers the node gets. */
  answerOfDuplicate: boolean;
  /** Answered at once as if done, and done so much later. */
  answerBeforeMs: number | undefined;
  ignoreCondition: boolean;
  /** What the wire or the store makes of the true answer. */
  changeResult: ((result: CallResult) => CallResult) | undefined;
}

export interface StoreRefusal {
  /** `refused` says that it certainly was not done, `unknown` does not say, `conflict` is a 409. */
  readonly kind: 'refused' | 'unknown' | 'conflict';
  readonly code: string;
  readonly permanent: boolean;
  /** Done nevertheless. */
  readonly applied: boolean;
}

export type StoreRule = (call: StoreCall, plan: StorePlan) => void;

/** `store`, `node-0`, … or `client-…`. */
export type Endpoint = string;

export interface Passage {
  readonly from: Endpoint;
  readonly to: Endpoint;
  readonly kind: 'call' | 'answer' | 'stream' | 'message';
  /** What it is, for keyed chance: the same in every run in which it happens. */
  readonly key: number;
  readonly count: number;
}

export interface PassagePlan {
  lost: boolean;
  extraMs: number;
  /** A second copy arrives so much later. */
  duplicateMs: number | undefined;
}

export type LinkRule = (passage: Passage, plan: PassagePlan) => void;

export interface LocalCall {
  readonly node: number;
  readonly operation: LocalOperationCall;
  /** `disk-append FILE`, `disk-read FILE`, `disk-list`, `disk-remove FILE`, `local-write`, `local-get`, `local-scan`, … */
  readonly target: string;
}

export interface LocalPlan {
  extraMs: number;
  /** Ends in `local-failed` with these words. */
  failure: string | undefined;
  /** Done although it failed. */
  appliedAlthoughFailed: boolean;
  /** The sync failed: the bytes can be read, and are never safe. */
  syncFailed: boolean;
  /** Says that it synced, and did not. */
  syncLied: boolean;
  staleRead: boolean;
}

export type LocalRule = (call: LocalCall, plan: LocalPlan) => void;

/** Runs just after the `nth` effect of that incarnation was begun; what follows in the same step is lost if it crashes the node. */
export interface EffectRule {
  readonly node: number;
  readonly incarnation: number;
  readonly nth: number;
  readonly act: () => void;
}

export interface Hooks {
  readonly store: StoreRule[];
  readonly link: LinkRule[];
  readonly local: LocalRule[];
  readonly effect: EffectRule[];
}

export function createHooks(): Hooks {
  return { store: [], link: [], local: [], effect: [] };
}
