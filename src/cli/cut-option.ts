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
  const moment = momentCut(option, given, nowMs);
  if (moment !== undefined) return moment;
  throw usageError(`${option}: ${JSON.stringify(given)} is neither a revision nor a time`, `give 1042, ${timeForms}`);
}

/** Of an option that takes nothing else. */
export function parseRevision(option: string, given: string): Cut {
  const text = given.trim();
  if (isRevision(text)) return { kind: 'revision', revision: Number(text) };
  const hint = `give a whole number from 1 on, of at most ${revisionDigitsMax} digits; --at-time takes a time`;
  throw usageError(`${option}: ${JSON.stringify(given)} is no revision`, hint);
}

export function parseMoment(option: string, given: string, nowMs: number): Cut {
  const moment = momentCut(option, given, nowMs);
  if (moment !== undefined) return moment;
  throw usageError(`${option}: ${JSON.stringify(given)} is no time`, `give ${timeForms}`);
}

const timeForms = '2026-03-01T12:00:00Z (with Z or an offset), or how long ago: -90m, -24h, -7d';

function momentCut(option: string, given: string, nowMs: number): Cut | undefined {
  const text = given.trim();
  const wallMs = text.startsWith('-') ? agoMs(text.slice(1), nowMs) : momentMs(text);
  if (wallMs === undefined) return undefined;
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

function isRevision(text: string): boolean {
  return /^\d+$/.test(text) && text.length <= revisionDigitsMax && Number(text) >= 1;
}

function revisionCut(option: string, text: string): Cut {
  const revision = Number(text);
  if (!isRevision(text)) {
    throw usageError(
      `${option}: ${text} is no revision`,
      `revisions begin with 1, and have at most ${revisionDigitsMax} digits`,
    );
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
