import { createCheckpointRequests } from '../checkpoint/checkpoint-requests.ts';
import { createScrubbing } from '../compact/scrubbing.ts';
import type { Core } from '../core.ts';
import { createHashing } from '../hash/answer-hashes.ts';
import { createLeaseClock } from '../lease/lease-clock.ts';
import type { RecoveredDatabase } from '../recover/recover.ts';
import type { Reign } from '../reign/reign.ts';
import { createSnapshots } from '../snapshot/take-snapshots.ts';
import type { Scope } from '../task.ts';
import { checkpointFailed } from '../types/error.ts';
import { createEdgeValues } from '../values/edge-values.ts';
import { createValueSource } from '../values/value-source.ts';
import { createPendingAnswers } from '../write/acknowledge.ts';
import { createPipeline } from '../write/pipeline.ts';
import { release } from './answer-when-durable.ts';
import { createAnswers } from './answers.ts';
import { createChecking } from './checking.ts';
import { committed, filled } from './commit.ts';
import { dispatch } from './dispatch.ts';
import { durableAtStart } from './durable-state.ts';
import { createKeeping } from './keeping.ts';
import { checkpointResponseOf } from './keeping-status.ts';
import type { Leader } from './leader.ts';
import { createLeaseGate } from './lease-gate.ts';
import { createLoadingRequests } from './loading-requests.ts';
import { createWatches } from './watches.ts';

/** Puts the parts together; nothing of them goes on by itself yet, but the loading of values. */
export function createLeader(
  core: Core,
  scope: Scope,
  reign: Reign,
  database: RecoveredDatabase,
  deposed: (reason: string) => void,
): Leader {
  const { recovered, opened, held } = database;
  const { state } = recovered;
  const { databaseId, logInflightMax } = held.manifest;
  const { epoch, nonce } = reign;
  const durable = durableAtStart(recovered);
  const leases = createLeaseClock();
  const answers = createAnswers(core, epoch);
  const values = createValueSource(core, scope, recovered);
  const scrubbing = createScrubbing(core, scope, recovered, () => {
    for (const answer of leader.compacting.splice(0)) release(leader, answer);
  });
  const keeping = createKeeping(core, reign, database, values, scrubbing, deposed);

  const leader: Leader = {
    core,
    scope,
    reign,
    database,
    state,
    durable,
    pipeline: createPipeline(
      core,
      scope,
      reign,
      { identity: { databaseId, epoch, nonce }, ...opened, logInflightMax },
      {
        acknowledged: (frame) => committed(leader, frame),
        filled: (segment, frames) => filled(leader, segment, frames),
        deposed,
      },
    ),
    leases,
    values,
    watches: createWatches(core, scope, epoch, state, durable),
    scrubbing,
    keeping,
    checking: createChecking(core, reign, database, values),
    answers,
    pending: createPendingAnswers(),
    compacting: [],
    leaseGate: createLeaseGate(core, reign, leases, answers),
    loading: createLoadingRequests(scope, values, answers, (asked, known) => dispatch(leader, asked, known)),
    checkpointRequests: createCheckpointRequests(keeping.checkpoints, (id, outcome) => {
      if (typeof outcome === 'string') answers.fail(id, checkpointFailed(outcome));
      else answers.succeed(id, checkpointResponseOf(outcome), durable.revision);
    }),
    hashes: createHashing(core, state, values, {
      durable,
      scrubWaits: () => scrubbing.waitsFor('hashing'),
      scrubbed: scrubbing.doneSignal,
      began: () => scrubbing.hold('hashing'),
      ended: () => scrubbing.letGo('hashing'),
      answer: (id, response) => answers.succeed(id, response, durable.revision),
      fail: answers.fail,
    }),
    snapshots: createSnapshots(core, scope, state, leases, {
      durable,
      scrubWaits: () => scrubbing.waitsFor('snapshotting'),
      scrubbed: scrubbing.doneSignal,
      began: () => scrubbing.hold('snapshotting'),
      ended: () => scrubbing.letGo('snapshotting'),
      answer: (id, response) => answers.succeed(id, response, response.revision),
    }),
    edgeValues: createEdgeValues(core, scope, values),
    refusal: undefined,
  };
  return leader;
}
