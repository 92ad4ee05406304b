/** `--at`, `--from`, `--to`: a revision, a moment, or how long ago. */
import type { Cut } from '../core/types/log.ts';
import { usageError } from './cli-error.ts';
import { parseDuration } from './units.ts';

const revisionDigitsMax = 15;
const dayMs = 86_400_000;
/** With a zone: a time without one means something else on every machine. */
const moment = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})$/;

export function parseCut(option: string, given: string, nowMs: number): Cut {
  const text = given.trim();
  if (/^\d+$/.test(text)) return revisionCut(option, text);
  const wallMs = text.startsWith('-') ? agoMs(text.slice(1), nowMs) : momentMs(text);
  if (wallMs === undefined) {
    throw usageError(
      `${option}: ${JSON.stringify(given)} is neither a revision nor a time`,
      'give 1042, 2026-03-01T12:00:00Z (with Z or an offset), or how long ago: -90m, -24h, -7d',
    );
  }
  if (wallMs > nowMs) throw usageError(`${option}: ${given} is in the future`);
  return { kind: 'moment', wallMs };
}

export function cutWords(cut: Cut): string {
  switch (cut.kind) {
    case 'end':
      return 'the end';
    case 'sequence':
      return `sequence ${cut.sequence}`;
    case 'revision':
      return `revision ${cut.revision}`;
    case 'moment':
      return new Date(cut.wallMs).toISOString();
  }
}

function revisionCut(option: string, text: string): Cut {
  const revision = Number(text);
  if (text.length > revisionDigitsMax || revision < 1) {
    throw usageError(`${option}: ${text} is no revision`, 'revisions begin with 1');
  }
  return { kind: 'revision', revision };
}

function agoMs(text: string, nowMs: number): number | undefined {
  const days = /^(\d{1,5})d$/.exec(text)?.[1];
  const ago = days === undefined ? parseDuration(text) : Number(days) * dayMs;
  return ago === undefined ? undefined : Math.max(0, nowMs - ago);
}

function momentMs(text: string): number | undefined {
  if (!moment.test(text)) return undefined;
  const wallMs = Date.parse(text);
  return Number.isNaN(wallMs) || wallMs < 0 ? undefined : wallMs;
}
