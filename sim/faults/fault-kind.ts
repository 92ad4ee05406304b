import type { CallOperation } from '../../src/core/types/effect.ts';
import type { Guarantee } from '../oracle/violation.ts';
import type { Fault, Json, Scenario, Window } from '../types/scenario.ts';
import type { Draw } from '../world/random.ts';
import type { NodeHost } from '../world/node-host.ts';
import type { World } from '../world/world.ts';

/**
 * One kind of fault: a file of its own in this folder, and a line in `index.ts`.
 *
 * Invariants:
 * - What it hits is decided by the fault's address alone: node, target and count, or node and time.
 * - Whatever it still draws, it draws from a stream keyed by its id.
 */
export interface FaultKind {
  readonly kind: string;
  readonly port: 'network' | 'clock' | 'process' | 'disk' | 'object-store';
  /** What it does, in a sentence. */
  readonly does: string;
  /** Where it was seen in the real world. */
  readonly seen: string;
  /** How one is named. */
  readonly address: string;
  /** How one gets smaller. */
  readonly shrinks: string;
  /**
   * What the system owes under it.
   * - `masked`: everything, as if it were not there, once it is over.
   * - `detected`: nothing wrong is ever served, but a node may refuse to go on until somebody mends it.
   * - `beyond`: it breaks what the protocol builds on: no more than `keeps` is owed. Generated in a small share of the runs, one such kind in each.
   */
  promise(fault: Fault, scenario: Pick<Scenario, 'topology'>): Promised;
  /** What still holds where it is `beyond`, besides that the system never fails by an assertion of its own. Left out: nothing. */
  readonly keeps?: readonly Guarantee[];
  /** What a node has to do for it to take effect: without that kind of call the fault has no occasion. */
  readonly occasion?: CallOperation['kind'];
  /** Kinds without which it hardly ever takes effect. */
  readonly along?: readonly string[];
  /** Kinds that together with this one break what the protocol builds on, though each alone does not. */
  readonly notWith?: readonly string[];
  /** The same of two faults of this kind. */
  notBeside?(one: Fault, other: Fault): boolean;
  /** Afterwards a disk may not hold what it said that it holds. */
  readonly diskForgets?: true;
  /** How likely it is to be among a run's faults, where that is another chance than that of all kinds; undefined: it is not. */
  likely?(context: FaultContext): number | undefined;
  /** Parameters for one more of these, without id and kind. */
  generate(draw: Draw, context: FaultContext): FaultParameters;
  /** Simpler ones, the simplest first; none: only removing it is left. */
  shrink(fault: Fault): readonly Fault[];
  /** Takes its place in the world, before anything happens. */
  arm(fault: Fault, stage: FaultStage): void;
}

export type Promised = 'masked' | 'detected' | 'beyond';

export interface FaultContext {
  readonly nodes: number;
  readonly settings: Scenario['topology']['settings'];
  /** Faults begin and end within this time. */
  readonly activeMs: number;
}

export interface FaultParameters {
  readonly node?: number;
  readonly target?: string;
  readonly nth?: number;
  readonly window?: Window;
  readonly [parameter: string]: Json | Window | undefined;
}

/** The world as a fault sees it. */
export interface FaultStage {
  readonly world: World;
  readonly nodes: readonly NodeHost[];
  /** Chance of this fault's own. */
  draw(fault: Fault, purpose: string): Draw;
  /** Does something at a time, unless the node is healed by then. */
  atMs(fault: Fault, atMs: number, act: () => void): void;
}
