import { describe, expect, it } from 'vitest';
import { busyRun, lostWriteRun } from '../../../test/support/simulated-run.ts';
import { toPerfettoJson } from './perfetto.ts';

interface TraceEvent {
  readonly ph: string;
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  readonly ts: number;
  readonly dur: number;
  readonly cat?: string;
  readonly args: { readonly name?: string; readonly named?: boolean; readonly revision?: number };
}

const read = (text: string): readonly TraceEvent[] => (JSON.parse(text) as { traceEvents: TraceEvent[] }).traceEvents;

describe('toPerfettoJson', () => {
  it('names a process for each group of lanes and a thread for each event', () => {
    const events = read(toPerfettoJson(lostWriteRun()));
    const processes = events.filter(({ name }) => name === 'process_name').map(({ args }) => args.name);
    expect(processes).toEqual(['epochs', 'revisions', 'nodes', 'faults', 'clients', 'watches', 'store']);
    const threads = new Set(events.filter(({ name }) => name === 'thread_name').map(({ pid, tid }) => `${pid}/${tid}`));
    for (const { ph, pid, tid } of events) if (ph !== 'M') expect(threads).toContain(`${pid}/${tid}`);
  });

  it('lets no two calls of a thread overlap', () => {
    const slices = read(toPerfettoJson(busyRun(500))).filter(
      ({ ph, cat }) => ph === 'X' && cat!.startsWith('clients,'),
    );
    const until = new Map<number, number>();
    expect(slices).toHaveLength(500);
    for (const { tid, ts, dur } of slices.toSorted((left, right) => left.ts - right.ts)) {
      expect(ts).toBeGreaterThanOrEqual(until.get(tid) ?? 0);
      until.set(tid, ts + dur);
    }
  });

  it('counts revisions and marks what the verdict names', () => {
    const events = read(toPerfettoJson(lostWriteRun()));
    expect(events.filter(({ ph }) => ph === 'C').map(({ args }) => args.revision)).toEqual([2, 2, 3, 2]);
    expect(events.filter(({ args }) => args.named === true).map(({ name }) => name)).toContain('put a → r3');
  });
});
