import type { AddGauge, AddLabeled, Seen, Status } from './metric.ts';

/** Checkpoints, what is kept, and what is collected. */
export function keepingMetrics(gauge: AddGauge, counters: AddLabeled): void {
  const kept =
    (value: (keeping: NonNullable<Status['keeping']>) => number | undefined) =>
    ({ status: { keeping } }: Seen): number | undefined =>
      keeping && value(keeping);
  gauge(
    't4_log_floor_slot',
    'First slot of the log that is certain to be kept.',
    kept(({ logFloor }) => logFloor),
  );
  gauge(
    't4_checkpoints',
    'Checkpoints that the manifest names.',
    kept(({ checkpoints }) => checkpoints),
  );
  gauge(
    't4_checkpoint_slot',
    'Slot of the newest checkpoint.',
    kept(({ newest }) => newest?.slot),
  );
  gauge(
    't4_checkpoint_revision',
    'Revision of the newest checkpoint.',
    kept(({ newest }) => newest?.revision),
  );
  gauge(
    't4_checkpoint_timestamp_seconds',
    'Time of the newest record in the newest checkpoint.',
    kept(({ newest }) => newest && newest.wallMs / 1_000),
  );
  gauge(
    't4_checkpoint_bytes',
    'All that the newest checkpoint names.',
    kept(({ newest }) => newest?.treeBytes),
  );
  gauge(
    't4_history_bytes',
    'What is kept from the oldest checkpoint to the newest, beyond that.',
    kept(({ oldest, newest }) => oldest && newest && newest.historyBytes - oldest.historyBytes),
  );
  gauge(
    't4_checkpoint_writing',
    'Whether a checkpoint is being written.',
    kept(({ writing }) => Number(writing !== undefined)),
  );
  gauge(
    't4_collector_waiting_objects',
    'Objects that are condemned and not deleted yet.',
    kept(({ collected }) => collected.objectsWaiting),
  );
  const checked =
    (value: (checked: NonNullable<Status['checked']>) => number) =>
    ({ status }: Seen): number | undefined =>
      status.checked && value(status.checked);
  gauge(
    't4_corruption_check_mismatches',
    'Objects that the last check of this leader found not to be what it serves.',
    checked(({ mismatches }) => mismatches),
  );
  counters(
    't4_corruption_checks_total',
    'How often this leader has held what it serves against the object store since it leads.',
    [],
    ({ status }) => (status.keeping === undefined ? [] : [[{}, status.checked?.checks ?? 0]]),
  );
  const collected = [
    ['rounds', 'Collections by this leader since it leads.'],
    ['objectsCondemned', 'Objects that it condemned.'],
    ['bytesCondemned', 'Bytes of the objects that it condemned.'],
    ['objectsDeleted', 'Objects that it deleted.'],
    ['slotsDeleted', 'Slots of the log that it deleted.'],
  ] as const;
  for (const [field, help] of collected) {
    const name = field.replace(/[A-Z]/, (letter) => `_${letter.toLowerCase()}`);
    counters(`t4_collector_${name}_total`, help, [], ({ status: { keeping } }) =>
      keeping === undefined ? [] : [[{}, keeping.collected[field]]],
    );
  }
}
