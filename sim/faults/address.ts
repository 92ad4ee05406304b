import { ScenarioError } from '../scenario-error.ts';
import type { Fault, Json, Window } from '../types/scenario.ts';
import type { Draw } from '../world/random.ts';
import type { FaultContext } from './fault-kind.ts';

/** What faults have in common: how they are addressed, drawn and made smaller. */

/** Says of each call that comes by whether it is the one that the fault hits. `*` at the end of a target stands for anything. */
export function matcherOf(fault: Fault): (node: number, target: string, nowMs: number) => boolean {
  const { node, target, nth, window } = fault;
  let met = 0;
  return (atNode, atTarget, nowMs) => {
    if (node !== undefined && node !== atNode) return false;
    if (target !== undefined && !matches(target, atTarget)) return false;
    if (window !== undefined && (nowMs < window.fromMs || nowMs >= window.toMs)) return false;
    met += 1;
    return nth === undefined || met === nth;
  };
}

function matches(pattern: string, target: string): boolean {
  return pattern.endsWith('*') ? target.startsWith(pattern.slice(0, -1)) : target === pattern;
}

export function isIn(window: Window | undefined, nowMs: number): boolean {
  return window === undefined || (nowMs >= window.fromMs && nowMs < window.toMs);
}

export function windowOf(fault: Fault): Window {
  if (fault.window === undefined) throw missing(fault, 'window');
  return fault.window;
}

export function nodeOf(fault: Fault): number {
  if (fault.node === undefined) throw missing(fault, 'node');
  return fault.node;
}

export function numberOf(fault: Fault, parameter: string): number {
  const value = fault[parameter];
  if (typeof value !== 'number') throw missing(fault, parameter);
  return value;
}

export function textOf(fault: Fault, parameter: string): string {
  const value = fault[parameter];
  if (typeof value !== 'string') throw missing(fault, parameter);
  return value;
}

export function flagOf(fault: Fault, parameter: string): boolean {
  return fault[parameter] === true;
}

function missing(fault: Fault, parameter: string): ScenarioError {
  return new ScenarioError(`fault ${fault.id} (${fault.kind}) lacks ${parameter}`);
}

/** It may last beyond the time of faults: where nothing heals it, it is still there at the end. */
export function drawWindow(draw: Draw, context: FaultContext, lengthMsMax: number): Window {
  const fromMs = draw.below(context.activeMs);
  return { fromMs, toMs: fromMs + draw.between(1, lengthMsMax) };
}

export function drawNode(draw: Draw, context: FaultContext): number {
  return draw.below(context.nodes);
}

/** A PUT that matters: any, of `control`, of the manifest, of a checkpoint, or of a slot by its number. */
export function drawPut(draw: Draw): { readonly target: string; readonly nth: number } {
  switch (draw.below(6)) {
    case 0:
      return { target: 'put *', nth: draw.between(1, 40) };
    case 1:
      return { target: 'put control', nth: draw.between(1, 20) };
    case 2:
      return { target: 'put manifest', nth: draw.between(1, 4) };
    case 3:
      return {
        target: draw.pick(['put chunks/*', 'put checkpoints/*', 'put pages/*', 'put condemned/*']),
        nth: draw.between(1, 3),
      };
    case 4:
      return { target: 'put log/*', nth: draw.between(1, 30) };
    default:
      return { target: `put log/${String(draw.between(1, 40)).padStart(20, '0')}`, nth: 1 };
  }
}

export function drawGet(draw: Draw): { readonly target: string; readonly nth: number } {
  const target = draw.pick([
    'get *',
    'get control',
    'get manifest',
    'get log/*',
    'get chunks/*',
    'get checkpoints/*',
    'get pages/*',
  ]);
  return { target, nth: draw.between(1, 12) };
}

export function drawCall(draw: Draw): { readonly target: string; readonly nth: number } {
  const kind = draw.below(8);
  if (kind < 4) return drawPut(draw);
  if (kind < 7) return drawGet(draw);
  return { target: 'list *', nth: draw.between(1, 3) };
}

const windowMsLeast = 50;

/** The same fault for half as long, at either end. */
export function shrinkWindow(fault: Fault): readonly Fault[] {
  const { window } = fault;
  if (window === undefined || window.toMs - window.fromMs <= windowMsLeast) return [];
  const middleMs = Math.floor((window.fromMs + window.toMs) / 2);
  return [
    { ...fault, window: { fromMs: window.fromMs, toMs: middleMs } },
    { ...fault, window: { fromMs: middleMs, toMs: window.toMs } },
  ];
}

/** The same fault with a smaller number in that place. */
export function shrinkNumber(fault: Fault, parameter: string, least: number): readonly Fault[] {
  const value = fault[parameter];
  if (typeof value !== 'number' || value <= least) return [];
  const candidates = [...new Set([least, Math.floor((value + least) / 2), value - 1])];
  return candidates.filter((smaller) => smaller < value).map((smaller) => withParameter(fault, parameter, smaller));
}

export function withParameter(fault: Fault, parameter: string, value: Json): Fault {
  return { ...fault, [parameter]: value };
}
