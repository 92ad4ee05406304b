import type { StatusResponse } from '../../core/types/response.ts';
import type { Resolved } from '../../host/database.ts';
import type { UsageReport } from '../../host/store-usage/usage.ts';
import type { HealthCounts } from './health.ts';

/** How a metric is declared: by what its value is of all that was seen when somebody asks. */
export type Status = Resolved<StatusResponse>;
export type Labels = Readonly<Record<string, string>>;

export interface Seen {
  readonly status: Status;
  readonly usage: UsageReport;
  readonly health: HealthCounts;
}

export type AddGauge = (name: string, help: string, value: (seen: Seen) => number | undefined) => void;
export type AddLabeled = (
  name: string,
  help: string,
  labelNames: readonly string[],
  values: (seen: Seen) => Iterable<readonly [Labels, number]>,
) => void;
