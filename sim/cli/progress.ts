import type { CampaignProgress } from '../search/campaign.ts';
import type { RunTotals } from '../search/job.ts';
import type { Output } from './output.ts';

const terminalEveryMs = 250;
const logEveryMs = 10_000;

/** Tells how a campaign goes on: over itself on a terminal, now and then in a log. */
export function createProgress(output: Output): { tell(progress: CampaignProgress): void; end(): void } {
  const everyMs = output.isTerminal ? terminalEveryMs : logEveryMs;
  let toldMs = 0;
  let open = false;
  return {
    tell(progress) {
      if (progress.elapsedMs - toldMs < everyMs) return;
      toldMs = progress.elapsedMs;
      open = output.isTerminal;
      output.error(output.isTerminal ? `\r\u001b[K${progressText(progress)}` : `${progressText(progress)}\n`);
    },
    end() {
      if (open) output.error('\n');
      open = false;
    },
  };
}

function progressText({ totals, elapsedMs, findings }: CampaignProgress): string {
  return `${totals.runs} seeds, ${speedText(totals, elapsedMs)}, ${findings} findings`;
}

/** Seeds and events a second, and hours that went by inside for each hour outside. */
export function speedText(totals: RunTotals, elapsedMs: number): string {
  const seconds = Math.max(elapsedMs, 1) / 1_000;
  const perSecond = (count: number): string => rounded(count / seconds);
  const hours = rounded(totals.virtualMs / Math.max(elapsedMs, 1));
  return `${perSecond(totals.runs)} seeds/s, ${perSecond(totals.events)} events/s, ${hours} simulated hours an hour`;
}

/** Of one core: what the runs alone took. */
export function coreSpeedText(totals: RunTotals): string {
  const ms = Math.max(totals.cpuMs, 1);
  return `${rounded(totals.virtualMs / ms)} simulated hours a core-hour, ${rounded((totals.events * 1_000) / ms)} events a core-second`;
}

function rounded(value: number): string {
  return value >= 100 ? String(Math.round(value)) : value.toPrecision(2);
}
