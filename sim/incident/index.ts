import { branchDeletedBesideItsBranch } from './branch-deleted-beside-its-branch.ts';
import { branchingUnderCollection } from './branching-under-collection.ts';
import { checkedUnderCollection } from './checked-under-collection.ts';
import { clockSetBack } from './clock-set-back.ts';
import { deletedBetweenCheckpoints } from './deleted-between-checkpoints.ts';
import { driftingClocks } from './drifting-clocks.ts';
import type { Incident } from './incident.ts';
import { latePuts } from './late-puts.ts';
import { leaderAsleep } from './leader-asleep.ts';
import { pausedWriter } from './paused-writer.ts';
import { renewalAnsweredLate } from './renewal-answered-late.ts';
import { rollbackBesideADeafLeader } from './rollback-beside-a-deaf-leader.ts';

/** Every incident there is. One more: its file, and its line here; nobody else has to know. */
export const incidents: readonly Incident[] = [
  branchDeletedBesideItsBranch,
  branchingUnderCollection,
  checkedUnderCollection,
  clockSetBack,
  deletedBetweenCheckpoints,
  driftingClocks,
  latePuts,
  leaderAsleep,
  pausedWriter,
  renewalAnsweredLate,
  rollbackBesideADeafLeader,
];
