import type { NodeLog } from '../host/node.ts';
import type { ToolOptions } from '../host/run-tool.ts';
import type { Reference } from './reference.ts';
import type { Limits } from './verdict.ts';

export interface DrillOptions extends Pick<
  ToolOptions,
  'store' | 'home' | 'clock' | 'random' | 'digest' | 'compression'
> {
  /** Undefined: what the log comes to. */
  readonly server: Reference | undefined;
  readonly endpoint: string | undefined;
  /** Undefined: the newest. */
  readonly revision: number | undefined;
  /** Where the node's folder is made, and removed. */
  readonly folder: string;
  readonly limits: Limits;
  /** After so long without a result the database counts as not recovered. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly log: NodeLog;
  /** One sentence about how far it is. */
  tell(text: string): void;
}
