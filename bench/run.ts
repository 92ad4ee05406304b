/**
 * The schedule: every operation with every number of streams; warm-up of each server, then rounds that alternate.
 *
 * - The first round of each server is thrown away.
 * - Between two rounds the machine is left alone for a moment, so that what one server puts off does not fall on the other.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Generator } from './generator-process.ts';
import type { Operation } from './generator/messages.ts';
import type { RoundResult } from './generator/round.ts';
import type { BenchOptions } from './options.ts';
import { cpuMsOf } from './processes.ts';
import { roundOrder } from './statistics.ts';
import type { Contender, RunningServer } from './servers.ts';

export interface MeasuredRound extends RoundResult {
  /** Processor time of the server for each call; undefined where the system does not tell. */
  readonly serverCpuMicroseconds: number | undefined;
}

export interface Measurement {
  readonly operation: Operation;
  readonly streams: number;
  /** In the order of the rounds: those with the same place ran next to each other. */
  readonly rounds: Readonly<Partial<Record<Contender, readonly MeasuredRound[]>>>;
}

const warmUpSecondsMax = 1;
const pauseMs = 300;
const loadStreams = 100;

export async function loadKeys(servers: readonly RunningServer[], generator: Generator): Promise<void> {
  for (const server of servers) await measure(server, generator, 'put', loadStreams, undefined);
}

export async function measureAll(
  options: BenchOptions,
  servers: readonly RunningServer[],
  generator: Generator,
  progress: (line: string) => void,
): Promise<readonly Measurement[]> {
  const measurements: Measurement[] = [];
  for (const operation of options.operations) {
    for (const streams of options.streams) {
      const rounds = new Map<Contender, MeasuredRound[]>(servers.map(({ name }) => [name, []]));
      for (let round = -1; round < options.rounds; round++) {
        const seconds = round < 0 ? Math.min(options.seconds, warmUpSecondsMax) : options.seconds;
        for (const server of roundOrder(servers, Math.max(round, 0))) {
          const measured = await measure(server, generator, operation, streams, seconds * 1000);
          if (round >= 0) rounds.get(server.name)?.push(measured);
        }
        if (round < 0) continue;
        const rates = servers.map(
          ({ name }) => `${name} ${Math.round(rounds.get(name)?.at(-1)?.callsPerSecond ?? 0)}/s`,
        );
        progress(`${operation}, ${streams} streams, round ${round + 1} of ${options.rounds}: ${rates.join(', ')}`);
      }
      measurements.push({ operation, streams, rounds: Object.fromEntries(rounds) });
    }
  }
  return measurements;
}

async function measure(
  { name, port, pid, ended }: RunningServer,
  generator: Generator,
  operation: Operation,
  streams: number,
  milliseconds: number | undefined,
): Promise<MeasuredRound> {
  const before = await cpuMsOf(pid);
  const round = generator.round({ port, operation, streams, milliseconds }).catch((error: unknown) => {
    throw new Error(
      `${name}, ${operation}, ${streams} streams: ${error instanceof Error ? error.message : String(error)}`,
    );
  });
  const result = await Promise.race([round, ended]);
  const after = await cpuMsOf(pid);
  await sleep(pauseMs);
  const known = before !== undefined && after !== undefined;
  return { ...result, serverCpuMicroseconds: known ? ((after - before) * 1000) / result.calls : undefined };
}
