import type { Instant } from '../ports/clock.ts';
import type { Digest } from '../ports/digest.ts';
import type { MachineConfiguration } from './configuration.ts';
import type { Effect, LogFields } from './types/effect.ts';

/** What every part of the machine may use: the time of the event at hand, and the way out for effects. */
export interface Core {
  readonly configuration: MachineConfiguration;
  readonly digest: Digest;
  /** Where the database at hand is in the store of its family. A node that finds a successor goes on there. */
  home: string;
  /** Time of the event that is being stepped. */
  at: Instant;
  /** From the `start` event: the only source of chance. */
  seed: Uint8Array;
  draws: number;
  /** What an operator should know now, by topic; shown in the status. */
  readonly problems: Map<string, string>;
  /** Highest epoch met in the log or the manifest: a claim goes beyond it, whatever `control` says. */
  epochMet: number;
  /** Keys of objects found damaged, missing or condemned: nothing new may rest on them. */
  readonly unusableObjects: Set<string>;
  /** Why the local store must not be used again as it is; undefined: nothing is known against it. */
  localDistrust: string | undefined;
  emit(effect: Effect): void;
}

export function createCore(configuration: MachineConfiguration, emit: (effect: Effect) => void): Core {
  return {
    configuration,
    digest: configuration.digest,
    home: configuration.home,
    at: { monotonicMs: 0, wallMs: 0 },
    seed: new Uint8Array(0),
    draws: 0,
    problems: new Map(),
    epochMet: 0,
    unusableObjects: new Set(),
    localDistrust: undefined,
    emit,
  };
}

export function log(
  core: Core,
  level: 'debug' | 'info' | 'warn' | 'error',
  message: string,
  fields: LogFields = {},
): void {
  core.emit({ kind: 'log', level, message, fields });
}

/** Sixteen bytes that nobody else has: derived from the seed, never drawn twice. */
export function drawId(core: Core): Uint8Array {
  core.draws += 1;
  const count = new Uint8Array(8);
  for (let index = 0, left = core.draws; index < 8; index++, left = Math.floor(left / 256)) count[index] = left % 256;
  return core.digest.sha256(core.seed, count).slice(0, 16);
}
