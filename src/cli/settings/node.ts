import { configurationDefaults } from '../../core/configuration.ts';
import { choice, duration, flag, text } from '../setting.ts';
import { formatDuration } from '../units.ts';
import { optional, required } from './describe.ts';
import { pathProblem, nodeIdProblem } from './text-problems.ts';

const shared = { group: 'Node', commands: ['run'] } as const;

/** What the node is, and what it promises. */
export const nodeSettings = {
  'data-dir': required(text('FOLDER', pathProblem), {
    ...shared,
    help: 'Folder of this node alone: its identity, its log and its cache. Made when missing. With durability object nothing is lost when it is deleted.',
    default: './t4-data',
  }),
  'node-id': optional(text('NAME', nodeIdProblem), {
    ...shared,
    help: 'Name of this node for people: in member lists, logs and status.',
    defaultNote: 'node- and the first digits of the identity that the data folder keeps',
  }),
  durability: required(choice(['object', 'local']), {
    ...shared,
    help: 'What an acknowledged write survives. object: it is in the object store, so the loss of every disk. local: it is on this disk, so a crash; if the disk is lost, the last --upload-interval of writes is lost too.',
    default: configurationDefaults.durability,
  }),
  'accept-local-loss': required(flag(), {
    ...shared,
    help: 'For one start, on the command line alone: go on from the object store although writes were last acknowledged from a disk that is lost (durability local). What was not in the object store yet is gone.',
    default: 'false',
  }),
  'lease-ttl': required(duration('500ms', '10m'), {
    ...shared,
    help: 'How long a leader may lead without renewing its lease in the store. Another node takes over no sooner than this after the leader was last heard of.',
    default: formatDuration(configurationDefaults.leaseMs),
  }),
  'member-interval': required(duration('0s', '1h'), {
    ...shared,
    help: 'A node that stands by says so in the store this often, so that member lists have it; it is taken for gone when nothing was heard of it for three times as long. 0s: it says nothing, and is in no list.',
    default: formatDuration(configurationDefaults.memberIntervalMs),
  }),
} as const;
