/**
 * One round: a number of streams, each sending its next call when the last was answered.
 *
 * - Calls that began in time are waited for, and their latency counts, or slow calls would be missing from it. The rate is of
 *   those answered in time.
 * - One failed call fails the round: a server is not fast at what it does not do.
 * - After puts the server's revision must have grown by exactly the calls made.
 */
import { percentile } from '../statistics.ts';
import { openConnection, type Connection } from './connection.ts';
import { messagesOf, operationPaths, type Messages, type Operation } from './messages.ts';

export interface RoundOrder {
  readonly port: number;
  readonly operation: Operation;
  readonly streams: number;
  /** Undefined: once for each key instead, in order. */
  readonly milliseconds: number | undefined;
}

export interface RoundResult {
  readonly calls: number;
  readonly callsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Share of one core that this generator used: near 1, it was the limit and not the server. */
  readonly generatorCpu: number;
}

export const connectionStreamsMax = 100;
const drainMsMax = 30_000;

const messagesByOperation = new Map<Operation, Messages>();

export async function runRound(order: RoundOrder): Promise<RoundResult> {
  const { port, operation, streams } = order;
  const before = await revisionOf(port);
  const connections = await openConnections(port, operation, Math.ceil(streams / connectionStreamsMax));
  try {
    const result = await drive(order, connections);
    const written = (await revisionOf(port)) - before;
    if (operation === 'put' && written !== result.calls) {
      throw new Error(`${result.calls} puts were answered, but the revision grew by ${written}`);
    }
    return result;
  } finally {
    for (const connection of connections) connection.close();
  }
}

/** Of one call of its own: also how it is found out that a server is ready. */
export async function revisionOf(port: number): Promise<number> {
  const { requests, revision } = preparedMessages('get');
  const connection = await openConnection(port, operationPaths.get);
  try {
    return await new Promise<number>((resolve, reject) => {
      const message = requests[0]!;
      connection.send({ message, answered: (answer) => resolve(revision(answer)), failed: reject });
      connection.flush();
    });
  } finally {
    connection.close();
  }
}

function preparedMessages(operation: Operation): Messages {
  const prepared = messagesByOperation.get(operation) ?? messagesOf(operation);
  messagesByOperation.set(operation, prepared);
  return prepared;
}

async function openConnections(port: number, operation: Operation, count: number): Promise<readonly Connection[]> {
  const opening = Array.from({ length: count }, () => openConnection(port, operationPaths[operation]));
  return Promise.all(opening);
}

function drive(order: RoundOrder, connections: readonly Connection[]): Promise<RoundResult> {
  const { operation, streams, milliseconds } = order;
  const { requests, problem } = preparedMessages(operation);
  const latencies = createSamples();
  const cpu = process.cpuUsage();
  const started = performance.now();
  const deadline = milliseconds === undefined ? Infinity : started + milliseconds;
  let sent = 0;
  let inTime = 0;
  let busy = 0;
  let cpuMs: number | undefined;

  return new Promise((resolve, reject) => {
    const overdue = setTimeout(
      () => reject(new Error(`${busy} of ${streams} streams still wait for an answer`)),
      (milliseconds ?? 0) + drainMsMax,
    );
    overdue.unref();

    const nextIndex = () => {
      if (milliseconds === undefined) return sent < requests.length ? sent : undefined;
      return performance.now() < deadline ? Math.floor(Math.random() * requests.length) : undefined;
    };

    function startStream(connection: Connection): void {
      let index = 0;
      let at = 0;
      const sendNext = () => {
        const next = nextIndex();
        if (next === undefined) return finishStream();
        index = next;
        sent++;
        at = performance.now();
        connection.send({ message: requests[next]!, answered, failed: reject });
      };
      const answered = (answer: Buffer) => {
        const now = performance.now();
        latencies.add(now - at);
        if (now <= deadline) inTime++;
        const wrong = problem(index, answer);
        if (wrong === undefined) sendNext();
        else reject(new Error(wrong));
      };
      busy++;
      sendNext();
    }

    function finishStream(): void {
      cpuMs ??= cpuMsSince(cpu);
      busy--;
      if (busy > 0) return;
      clearTimeout(overdue);
      const elapsedMs = Math.min(performance.now(), deadline) - started;
      const sorted = latencies.sorted();
      resolve({
        calls: sent,
        callsPerSecond: (inTime * 1000) / elapsedMs,
        p50Ms: percentile(sorted, 50),
        p99Ms: percentile(sorted, 99),
        generatorCpu: cpuMs / elapsedMs,
      });
    }

    for (let stream = 0; stream < streams; stream++) startStream(connections[stream % connections.length]!);
    for (const connection of connections) connection.flush();
  });
}

function cpuMsSince(earlier: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(earlier);
  return (user + system) / 1000;
}

function createSamples() {
  let samples = new Float64Array(1 << 16);
  let count = 0;
  return {
    add(sample: number): void {
      if (count === samples.length) {
        const larger = new Float64Array(samples.length * 2);
        larger.set(samples);
        samples = larger;
      }
      samples[count++] = sample;
    },
    sorted: () => samples.subarray(0, count).sort(),
  };
}
