import { createBranch } from '../../src/core/branch/create-branch.ts';
import { deleteBranch } from '../../src/core/branch/delete-branch.ts';
import { collectLines } from '../../src/core/collect/collect-lines.ts';
import type { Core } from '../../src/core/core.ts';
import { coreAt } from '../../src/core/core-at.ts';
import { noCompression } from '../../src/core/format/no-compression.ts';
import { txnOperationsMax } from '../../src/core/limits.ts';
import { followSuccessors } from '../../src/core/restore/follow-successors.ts';
import { rollBack } from '../../src/core/restore/roll-back.ts';
import { createTool as createCoreTool, type ToolEffect } from '../../src/core/tool/run-tool.ts';
import type { Task } from '../../src/core/task.ts';
import { retentionOf } from './retention.ts';
import type { NodeMachine, SystemEffect, ToolOptions, ToolWork } from '../types/system.ts';

/** `t4 gc`, `t4 branch` and `t4 restore` as machines of their own: the very tasks that the commands run. */
const storePatienceMs = 30_000;

export function createTool({ settings, digest, home, work }: ToolOptions): NodeMachine {
  const tool = createCoreTool(
    {
      digest,
      compression: noCompression,
      home,
      memberId: 1n,
      name: 'tool',
      clientUrls: [],
      ...settings,
      retention: undefined,
      autoCompaction: undefined,
      txnOperationsMax,
      quotaBackendBytes: 0,
      storePatienceMs,
    },
    (core) => perform(core, work),
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

/** What there is to say, as JSON. */
function* perform(core: Core, work: ToolWork): Task<string> {
  switch (work.kind) {
    case 'collect': {
      const { graceMs, dryRun } = work;
      const retention = retentionOf(work);
      const inUse = coreAt(core, yield* followSuccessors(core));
      return JSON.stringify(yield* collectLines(inUse, { retention, graceMs, youngMs: graceMs, dryRun }));
    }
    case 'branch-create': {
      const created = yield* createBranch(coreAt(core, yield* followSuccessors(core)), work.name, work.cut);
      if (created.kind === 'created') return JSON.stringify({ kind: created.kind, home: created.manifest.home });
      return JSON.stringify({ kind: created.kind });
    }
    case 'branch-delete':
      return JSON.stringify(yield* deleteBranch(core, work.name, work.force));
    case 'restore': {
      const rolled = yield* rollBack(core, work.cut);
      if (rolled.kind !== 'rolled-back') return JSON.stringify({ kind: rolled.kind });
      const { kind, home, lastRevision, skippedRevision } = rolled;
      return JSON.stringify({ kind, home, lastRevision, skippedRevision });
    }
  }
}

function effectsOf(effect: ToolEffect<string>): readonly SystemEffect[] {
  switch (effect.kind) {
    case 'finished':
      return [
        { kind: 'log', level: 'info', message: effect.result },
        { kind: 'stopped', failure: undefined, internal: false },
      ];
    case 'failed':
      return [{ kind: 'stopped', failure: `${effect.reason}: ${effect.message}`, internal: effect.reason === 'bug' }];
    default:
      return [effect];
  }
}
