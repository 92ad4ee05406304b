import type { Verdict } from '../types/result.ts';

export type Failure = Exclude<Verdict, { readonly kind: 'ok' }>;

export function isFailure(verdict: Verdict): verdict is Failure {
  return verdict.kind !== 'ok';
}

/**
 * What makes two failures the same bug, while a scenario is made smaller: the broken guarantee, or the words of the crash without their
 * numbers. Undefined: no failure.
 */
export function failureKey(verdict: Verdict): string | undefined {
  switch (verdict.kind) {
    case 'ok':
      return undefined;
    case 'safety':
    case 'liveness':
      return `${verdict.kind}: ${verdict.guarantee}`;
    case 'crash':
      return `crash: ${withoutNumbers(verdict.explanation)}`;
    case 'unknown':
      return `unknown: ${withoutNumbers(verdict.explanation)}`;
  }
}

/** The guarantee, for people. */
export function failureTitle(verdict: Failure): string {
  if (verdict.kind === 'safety' || verdict.kind === 'liveness') return verdict.guarantee;
  return verdict.kind === 'crash' ? 'no assertion fails' : 'every run has a verdict';
}

function withoutNumbers(text: string): string {
  return text.replaceAll(/\b[0-9a-f]{16,}\b/g, '#').replaceAll(/\d+/g, '#');
}
