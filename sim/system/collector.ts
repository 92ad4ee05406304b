import { collectOnce, type Collection } from '../../src/core/collect/collect-once.ts';
import { createTool, type ToolEffect } from '../../src/core/tool/run-tool.ts';
import { noCompression } from '../../src/core/format/no-compression.ts';
import { retentionOf } from './retention.ts';
import type { CollectorOptions, NodeMachine, SystemEffect } from '../types/system.ts';

/** `t4 gc` as a machine of its own: the very task that the command runs. */
const storePatienceMs = 30_000;

export function createCollector({ settings, digest, action }: CollectorOptions): NodeMachine {
  const tool = createTool(
    {
      digest,
      compression: noCompression,
      home: '',
      memberId: 1n,
      name: 'collector',
      clientUrls: [],
      ...settings,
      retention: undefined,
      storePatienceMs,
    },
    (core) =>
      collectOnce(core, {
        retention: retentionOf(action),
        graceMs: action.graceMs,
        youngMs: action.graceMs,
        dryRun: action.dryRun,
      }),
  );
  return {
    step(event) {
      if (event.kind !== 'start' && event.kind !== 'timer' && event.kind !== 'result') {
        throw new Error(`assertion: a tool is not told of a ${event.kind}`);
      }
      return tool.step(event).flatMap(effectsOf);
    },
  };
}

function effectsOf(effect: ToolEffect<Collection>): readonly SystemEffect[] {
  switch (effect.kind) {
    case 'finished':
      return [
        { kind: 'log', level: 'info', message: JSON.stringify(effect.result) },
        { kind: 'stopped', failure: undefined, internal: false },
      ];
    case 'failed':
      return [{ kind: 'stopped', failure: `${effect.reason}: ${effect.message}`, internal: effect.reason === 'bug' }];
    default:
      return [effect];
  }
}
