import { alarms } from './alarms.ts';
import { bulk } from './bulk.ts';
import { compaction } from './compaction.ts';
import { compareAndSwap } from './compare-and-swap.ts';
import { keyValue } from './key-value.ts';
import { kubernetes } from './kubernetes.ts';
import { leaseHolders } from './lease-holders.ts';
import { lockUsers } from './lock-users.ts';
import { secured } from './secured.ts';
import { watchers } from './watchers.ts';
import type { Workload } from './workload.ts';

/** Every kind of traffic there is. One more: its file, and its line here. */
export const workloads: readonly Workload[] = [
  keyValue,
  compareAndSwap,
  kubernetes,
  watchers,
  leaseHolders,
  lockUsers,
  compaction,
  bulk,
  secured,
  alarms,
];
