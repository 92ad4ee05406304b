import { enqueue, hasRoom, reserve } from './buffer.ts';
import { headerOf, type HubState } from './hub-state.ts';
import { mayReport } from './may-report.ts';
import { noWatchId, progressResponse } from './responses.ts';
import type { Watcher, WatchStreamState } from './watcher.ts';

/**
 * Progress: "everything up to this revision has been sent". Said only by a watcher that is synced and has begun, behind its own events
 * in the same buffer, with the hub's revision: it can never be ahead of them.
 */

/** One answer for the whole stream, or none: the client asks again. */
export function answerProgressRequest(hub: HubState, stream: WatchStreamState): void {
  if (stream.watchers.size === 0) return;
  for (const watcher of stream.watchers.values()) if (!mayReport(watcher, hub.revision)) return;
  if (hasRoom(stream.buffer, 1, 0)) sendProgress(hub, stream, noWatchId);
}

/** The watcher takes part in its stream's reports from the next one on. */
export function joinReports(hub: HubState, watcher: Watcher, nowMs: number): void {
  const { progress } = watcher.stream;
  progress.watchers.add(watcher);
  skipMissed(watcher.stream, nowMs);
  hub.earliestReportMs = Math.min(hub.earliestReportMs ?? progress.dueMs, progress.dueMs);
}

export function reportDue(hub: HubState, nowMs: number): void {
  if (hub.earliestReportMs === undefined || nowMs < hub.earliestReportMs) return;
  hub.earliestReportMs = undefined;
  for (const stream of hub.streams.values()) {
    const { progress } = stream;
    if (progress.watchers.size === 0) continue;
    if (progress.dueMs <= nowMs) {
      for (const watcher of progress.watchers) {
        if (watcher.idle) progress.owed.add(watcher);
        watcher.idle = true;
      }
      skipMissed(stream, nowMs);
      payReports(hub, stream);
    }
    hub.earliestReportMs = Math.min(hub.earliestReportMs ?? progress.dueMs, progress.dueMs);
  }
}

/** What did not fit when it fell due is sent as room comes free; a watcher with news needs no report. */
export function payReports(hub: HubState, stream: WatchStreamState): void {
  for (const watcher of stream.progress.owed) {
    if (!hasRoom(stream.buffer, 1, 0)) return;
    stream.progress.owed.delete(watcher);
    if (mayReport(watcher, hub.revision)) sendProgress(hub, stream, watcher.id);
  }
}

function sendProgress(hub: HubState, stream: WatchStreamState, watchId: bigint): void {
  reserve(stream.buffer, 1, 0);
  enqueue(stream.buffer, 0);
  hub.sink.response(stream.stream, progressResponse(headerOf(hub), watchId));
}

function skipMissed(stream: WatchStreamState, nowMs: number): void {
  const { progress } = stream;
  if (progress.dueMs > nowMs) return;
  progress.dueMs += (Math.floor((nowMs - progress.dueMs) / progress.intervalMs) + 1) * progress.intervalMs;
}
