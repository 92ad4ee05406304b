import type { Fault } from '../types/scenario.ts';
import { objectKeyText } from './bytes-text.ts';

/** What a report tells that the run itself cannot know. */
export interface ReportContext {
  /** The command that runs this very scenario again. */
  readonly replayCommand: string;
  /** Of the source that ran. */
  readonly commit: string;
  readonly nodeVersion: string;
  /**
   * The id of the one fault without which the run passes. `none`: there is no such single fault. Left out: nobody looked.
   */
  readonly culprit?: { readonly kind: 'fault'; readonly fault: string } | { readonly kind: 'none' };
}

/** A fault of the scenario: its name, its kind unless the name says it, and its address. */
export function faultText(fault: Fault): string {
  const address = faultAddress(fault);
  const kind = fault.id.startsWith(fault.kind) ? '' : ` (${fault.kind})`;
  return `fault ${fault.id}${kind}${address === '' ? '' : ` ${address}`}`;
}

function faultAddress(fault: Fault): string {
  const parts: string[] = [];
  if (fault.target !== undefined) parts.push(`on ${objectKeyText(fault.target)}`);
  if (fault.nth !== undefined) parts.push(`no. ${fault.nth}`);
  if (fault.node !== undefined) parts.push(`at node ${fault.node}`);
  if (fault.window !== undefined)
    parts.push(`from ${secondsText(fault.window.fromMs)} to ${secondsText(fault.window.toMs)}`);
  return parts.join(' ');
}

export function culpritText(context: ReportContext, faults: readonly Fault[]): string | undefined {
  const { culprit } = context;
  if (culprit === undefined) return undefined;
  if (culprit.kind === 'none') return 'No single fault explains it: it fails with any one of them taken away.';
  const fault = faults.find((candidate) => candidate.id === culprit.fault);
  return `Without ${fault === undefined ? `fault ${culprit.fault}` : faultText(fault)} it passes.`;
}

export function secondsText(ms: number): string {
  return `${(ms / 1_000).toFixed(3)} s`;
}

/** `1 event`, `3,200 events`. */
export function countText(count: number, noun: string): string {
  const digits = String(count).replace(/\B(?=(\d{3})+$)/g, ',');
  return `${digits} ${noun}${count === 1 ? '' : 's'}`;
}
