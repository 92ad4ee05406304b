import type { DurabilityRule } from '../types/log.ts';

export interface FrameDurability {
  /** Its segment is in its slot, and so are all before it. */
  readonly inSlot: boolean;
  /** fsynced on this node's disk, and so are all before it. */
  readonly onDisk: boolean;
}

/**
 * When what a frame holds may be acknowledged (protocol, "What durable means"). Under `object` the slot decides. Under `local` the disk
 * does, but only while nothing acknowledged has waited for its slot longer than the upload interval: losing this disk must not lose
 * more than that.
 *
 * @param oldestWaitingMs how long the oldest acknowledged record that is in no slot has waited; 0 when there is none
 */
export function mayAcknowledge(
  rule: DurabilityRule,
  frame: FrameDurability,
  oldestWaitingMs: number,
  uploadIntervalMs: number,
): boolean {
  if (frame.inSlot) return true;
  if (rule === 'object') return false;
  return frame.onDisk && oldestWaitingMs <= uploadIntervalMs;
}
