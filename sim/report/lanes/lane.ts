import type { RunResult } from '../../types/result.ts';
import type { JoinedHistory, Suspects } from '../joined.ts';

/**
 * A run as lanes on one time axis: plain data, for the page and for the trace viewer. Bars that overlap lie in rows of their lane.
 */
export interface Timeline {
  readonly endMs: number;
  /** When the verdict fell, if it names a moment. */
  readonly verdictMs: number | undefined;
  readonly lanes: readonly Lane[];
}

export type LaneGroup = 'epochs' | 'revisions' | 'nodes' | 'faults' | 'clients' | 'watches' | 'store';

export interface Lane {
  readonly group: LaneGroup;
  readonly label: string;
  readonly rows: number;
  readonly items: readonly Item[];
}

export interface Item {
  readonly row: number;
  readonly shape: 'bar' | 'mark' | 'point';
  /** How it is drawn; see the page's legend. */
  readonly tone: string;
  readonly fromMs: number;
  /** Of a mark or a point: the same. */
  readonly toMs: number;
  /** For a bar; short. */
  readonly label: string;
  /** One sentence, then what else there is to know. */
  readonly lines: readonly string[];
  readonly node: number | undefined;
  /** Clients' keys and the store's, as people read them. */
  readonly keys: readonly string[];
  /** The verdict names it. */
  readonly named: boolean;
  /** Of a point: its height. */
  readonly revision?: number;
}

export interface LaneSource {
  readonly result: RunResult;
  readonly joined: JoinedHistory;
  readonly suspects: Suspects;
}
