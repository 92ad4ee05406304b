import type { Verdict } from '../types/result.ts';

/** The verdict in one sentence, the broken guarantee in it. */
export function verdictText(verdict: Verdict): string {
  switch (verdict.kind) {
    case 'ok':
      return 'No guarantee was broken.';
    case 'safety':
    case 'liveness':
      return `${verdictTitle(verdict)}: ${sentence(verdict.explanation)}`;
    case 'crash': {
      const node = verdict.node === undefined ? 'The system' : `Node ${verdict.node}`;
      return `${node} crashed by a bug of its own: ${sentence(verdict.explanation)}`;
    }
    case 'unknown':
      return `Nothing is proved, which does not pass: ${sentence(verdict.explanation)}`;
  }
}

export function verdictTitle(verdict: Verdict): string {
  if (verdict.kind === 'safety') return `Broken guarantee “${verdict.guarantee}”`;
  if (verdict.kind === 'liveness') return `Broken promise of progress “${verdict.guarantee}”`;
  if (verdict.kind === 'crash') return 'Crash of the system under test';
  return verdict.kind === 'ok' ? 'No finding' : 'Unknown';
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
