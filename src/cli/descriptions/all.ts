import type { CommandDescription } from './command-description.ts';
import { branchCreateDescription, branchDeleteDescription, branchListDescription } from './branch.ts';
import { catDescription } from './cat.ts';
import { checkpointDescription } from './checkpoint.ts';
import { costDescription } from './cost.ts';
import { diffDescription } from './diff.ts';
import { drillDescription } from './drill.ts';
import { exportDescription } from './export.ts';
import { gcDescription } from './gc.ts';
import { historyDescription } from './history.ts';
import { importDescription } from './import.ts';
import { inspectDescription } from './inspect.ts';
import { restoreDescription } from './restore.ts';
import { runDescription } from './run.ts';
import { statusDescription } from './status.ts';
import { verifyDescription } from './verify.ts';

/** In the order in which help lists them. What a command does is in `../NAME.ts`, loaded when it is asked for. */
export const commandDescriptions: readonly CommandDescription[] = [
  runDescription,
  inspectDescription,
  statusDescription,
  checkpointDescription,
  costDescription,
  catDescription,
  historyDescription,
  diffDescription,
  gcDescription,
  verifyDescription,
  drillDescription,
  branchCreateDescription,
  branchListDescription,
  branchDeleteDescription,
  restoreDescription,
  importDescription,
  exportDescription,
];

/** What holds commands of two words together: `branch create` is one of the group `branch`. */
export const groupSummaries: Readonly<Record<string, string>> = {
  branch: 'make, list and delete branches: databases that begin as another one was, and copy nothing',
};
