import { readdirSync } from 'node:fs';
import type { AddGauge, AddLabeled } from './metric.ts';

/** This process, by the names that Prometheus' clients agree on. */
export function processMetrics(gauge: AddGauge, counters: AddLabeled): void {
  gauge('process_resident_memory_bytes', 'Memory that the process takes.', () => process.memoryUsage.rss());
  gauge('process_start_time_seconds', 'When the process began.', () => startedSeconds);
  gauge('process_open_fds', 'Files and sockets that are open.', openFiles);
  counters('process_cpu_seconds_total', 'Time on processors.', [], () => {
    const { user, system } = process.cpuUsage();
    return [[{}, (user + system) / microsecondsPerSecond]];
  });
  gauge('nodejs_heap_size_used_bytes', 'Memory of objects.', () => process.memoryUsage().heapUsed);
  gauge('nodejs_external_memory_bytes', 'Memory of buffers.', () => process.memoryUsage().external);
}

const microsecondsPerSecond = 1_000_000;
const startedSeconds = Math.round(performance.timeOrigin / 1_000);

/** Linux alone tells. */
function openFiles(): number | undefined {
  try {
    return readdirSync('/proc/self/fd').length;
  } catch {
    return undefined;
  }
}
