import { configurationDefaults } from '../../core/configuration.ts';
import { choice, duration, flag, integer, retention, size, text } from '../setting.ts';
import { formatDuration, formatSize } from '../units.ts';
import { optional, required } from './describe.ts';

const shared = { group: 'Tuning', commands: ['run'] } as const;

/** How the log, checkpoints, the collector and compactions go. */
export const tuningSettings = {
  'log-inflight-max': required(integer(1, 64), {
    ...shared,
    help: 'Segments of the commit log on their way to the store at once. Fixed when the database is made; afterwards a node can only go lower.',
    default: String(configurationDefaults.logInflightMax),
  }),
  'upload-interval': required(duration('10ms', '10m'), {
    ...shared,
    help: 'With durability local: a write is in the object store at most this much later.',
    default: formatDuration(configurationDefaults.uploadIntervalMs),
  }),
  'checkpoint-segments': required(integer(1, 1_000_000), {
    ...shared,
    help: 'Write a checkpoint after this many segments of the log: fewer make a start faster and the store busier.',
    default: String(configurationDefaults.checkpointSegments),
  }),
  'checkpoint-interval': required(duration('0s', '24h'), {
    ...shared,
    help: 'Write a checkpoint this long after the last one if something was written since; 0s leaves it to the segments.',
    default: formatDuration(configurationDefaults.checkpointIntervalMs),
  }),
  retention: optional(retention(), {
    ...shared,
    help: 'What is kept for time travel and branches: checkpoints and the log of so long (24h), so much of them (10GiB), or all (forever); the newest two checkpoints stay in any case. Kept in the database: a node that leads writes it there, and t4 gc uses it too.',
    defaultNote: 'what the database was told last; 24h for a new one',
  }),
  'collect-interval': required(duration('0s', '24h'), {
    ...shared,
    help: 'The leader looks this often for what nothing needs any more; 0s leaves it to t4 gc.',
    default: formatDuration(configurationDefaults.collectIntervalMs),
  }),
  'collect-grace': required(duration('0s', '876000h'), {
    ...shared,
    help: 'What nothing needs any more is deleted this much later: whoever was reading it has that long.',
    default: formatDuration(configurationDefaults.collectGraceMs),
  }),
  'corrupt-check-time': required(duration('0s', '8760h'), {
    ...shared,
    help: 'The leader holds what it serves against the object store this often, and raises the alarm CORRUPT where they differ: then nothing is changed before somebody takes it back. Reads the newest checkpoint and the log after it, a request for each object. 0s: never.',
    default: formatDuration(configurationDefaults.corruptCheckMs),
  }),
  'initial-corrupt-check': required(flag(), {
    ...shared,
    help: 'The same once before this node serves anything, each time that it has won the lead.',
    default: 'false',
  }),
  'auto-compaction-mode': required(choice(['periodic', 'revision']), {
    ...shared,
    help: 'What --auto-compaction-retention counts: periodic, a time; revision, revisions.',
    default: 'periodic',
  }),
  'auto-compaction-retention': required(text('DURATION|N'), {
    ...shared,
    help: 'The leader compacts what is older than this by itself: a time such as 10m or 72h, or a bare number of hours; in mode revision a number of revisions, every five minutes. 0: nothing. What is kept for time travel is --retention.',
    default: '0',
  }),
  'quota-backend-bytes': required(size('0B', '1024GiB'), {
    ...shared,
    help: 'When keys and values of all that is not compacted come to more than this, the alarm NOSPACE is raised: then nothing can be put before somebody takes it back. 0: no such bound.',
    default: '0B',
  }),
  'max-txn-ops': required(integer(1, 1_000_000), {
    ...shared,
    help: 'Operations in the longest list of a transaction; more are refused with "etcdserver: too many operations in txn request".',
    default: String(configurationDefaults.txnOperationsMax),
  }),
  'value-cache-size': required(size('1MiB', '64GiB'), {
    ...shared,
    help: 'Memory for values that were written or read lately; the rest is read from the data folder.',
    default: formatSize(configurationDefaults.valueCacheBytes).replace(' ', ''),
  }),
} as const;
