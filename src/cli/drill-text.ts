import type { DrillReport } from '../drill/report.ts';
import { recoveryPhases, requestsIn } from '../drill/totals.ts';
import { formatSize } from './units.ts';

const verdicts: Readonly<Record<DrillReport['outcome'], string>> = {
  ok: 'the recovered state is the same',
  mismatch: 'MISMATCH',
  'not-recovered': 'NOT RECOVERED',
  'too-slow': 'TOO SLOW',
  unknown: 'nothing is known',
};

export function drillText(report: DrillReport): string {
  const { outcome, reason, seconds, requests, keys, versions, revision, hash, warnings, branch, cost } = report;
  const other = report.comparedWith === 'server' ? `the server on ${report.endpoint}` : 'what its log comes to';
  const rows: [string, string][] = [
    ['database', report.home === '' ? report.store : `${report.store} ${report.home}`],
    ['compared', revision === null ? `with ${other}: not done` : `with ${other}, at revision ${revision}`],
  ];
  if (hash.recovered !== null) rows.push(['hash', hexText(hash.recovered)]);
  if (keys.recovered !== null) rows.push(['keys', `${keys.recovered}, of all revisions ${versions} versions`]);
  if (seconds.ready !== null) rows.push(['ready', `after ${secondsText(seconds.ready)}${costText(['ready'])}`]);
  if (seconds.full !== null) rows.push(['full', `after ${secondsText(seconds.full)}${costText(recoveryPhases)}`]);
  rows.push(['took', `${secondsText(seconds.total)} in all${costText()}`]);
  rows.push([
    'cost',
    `${moneyText(cost.total)} ${cost.currency}, ${moneyText(cost.recovery)} of it the recovery: ${cost.prices}`,
  ]);
  if (branch !== null && !branch.removed) rows.push(['left', `branch ${branch.name}: t4 branch delete removes it`]);
  for (const warning of warnings) rows.push(['warning', warning]);
  rows.push(['result', reason === null ? verdicts[outcome] : `${verdicts[outcome]}: ${reason}`]);
  return rows.map(([name, value]) => `${name.padEnd(10)}${value}\n`).join('');

  function costText(phases?: readonly string[]): string {
    const { requests: count, bytes } = requestsIn(requests, phases);
    return `, ${count} requests, ${formatSize(bytes)}`;
  }
}

function moneyText(amount: number): string {
  return amount.toFixed(6);
}

function hexText(hash: number): string {
  return hash.toString(16).padStart(8, '0');
}

function secondsText(seconds: number): string {
  return `${seconds.toFixed(seconds < 10 ? 2 : 0)} s`;
}
