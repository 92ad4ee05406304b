import type { FaultContext } from './faults/fault-kind.ts';
import { foreverMs } from './generate-world.ts';
import type { Action, BranchCut, Knobs, Operation, ToolCourse } from './types/scenario.ts';
import type { Draw } from './world/random.ts';
import { workloads } from './workload/index.ts';

/**
 * Branches in a generated scenario: made while the database is written to and collected, by operators who are paused and killed, of the database or of
 * each other; run, written to, collected, deleted, and made again under the same name. Those that are still there are run once more in the end.
 *
 * Invariant: each branch has streams of its own, so that one that is removed leaves the others as they were.
 */
const share = 0.4;
const names = ['amber', 'birch', 'cedar'] as const;

type Draws = (purpose: string) => Draw;

interface Course {
  readonly draw: Draws;
  readonly context: FaultContext;
  readonly knobs: Knobs;
  readonly name: string;
  readonly of: string;
  readonly atMs: number;
}

export function branchesOf(draw: Draws, context: FaultContext, knobs: Knobs): readonly Operation[] {
  if (!draw('branches').chance(share)) return [];
  const count = draw('branches/count').pick([1, 1, 2, 3]);
  let atMs = 0;
  return names.slice(0, count).flatMap((name, index) => {
    const own = (purpose: string) => draw(`branch/${name}/${purpose}`);
    atMs = index > 0 && own('at').chance(0.4) ? atMs + own('at').below(1_000) : startOf(own('at'), context);
    const of = index > 0 && own('of').chance(0.5) ? names[own('of').below(index)]! : '';
    return branch({ draw: own, context, knobs, name, of, atMs });
  });
}

function startOf(draw: Draw, { activeMs }: FaultContext): number {
  return Math.floor(activeMs * (0.1 + 0.6 * (draw.below(1_000) / 1_000)));
}

function branch(course: Course): readonly Operation[] {
  const { draw, context, knobs, name } = course;
  const healMs = knobs.heal?.atMs ?? context.activeMs;
  const made = creations(course);
  const collected = collections(course);
  const runs = lives(course);
  const deleted = deletions(course);
  const healed = knobs.heal?.nodes ?? [0];
  const last: readonly Operation[] = [
    operation(`${name}-run-last`, draw('last').pick(healed), healMs + 500, {
      kind: 'branch-run',
      name,
      forMs: knobs.endMs - healMs,
      killEveryMs: 0,
      restartMs: 0,
      disk: 'empty',
    }),
    ...[0, 1, 2].map((number): Operation => {
      const id = `${name}-last-${number + 1}`;
      const request =
        number === 1
          ? ({ kind: 'put', key: 'kv/last', value: id } as const)
          : ({ kind: 'range', key: '\0', rangeEnd: '\0' } as const);
      // It is asked of the last node by its place among all that run the branch.
      const node = runs.filter(({ action }) => action.kind === 'branch-run').length % context.nodes;
      const askMs = healMs + 500 + (knobs.endMs - healMs) / 2 + number * 1_000;
      return { id, client: `${name}-last`, node, atMs: askMs, action: { kind: 'request', request }, branch: name };
    }),
  ];
  return [...made, ...collected, ...runs, ...deleted, ...parentDeletions(course), ...last];
}

function operation(id: string, node: number, atMs: number, action: Action): Operation {
  return { id, client: `operator-${id}`, node, atMs, action };
}

function creations({ draw, context, name, of, atMs }: Course): readonly Operation[] {
  const own = draw('create');
  const cut = cutOf(own, context);
  const first = operation(`${name}-create`, own.below(context.nodes), atMs, {
    kind: 'branch-create',
    name,
    of,
    cut,
    ...courseOf(draw('create/course')),
  });
  // A second operator with the same idea, at once or when the first has most likely died over it.
  const again = draw('create/again');
  if (!again.chance(0.4)) return [first];
  const againMs = atMs + again.pick([0, again.below(500), again.below(context.activeMs / 2)]);
  return [
    first,
    operation(`${name}-create-again`, again.below(context.nodes), againMs, {
      kind: 'branch-create',
      name,
      of: again.chance(0.8) ? of : '',
      cut: again.chance(0.5) ? cut : cutOf(again, context),
      ...courseOf(draw('create/again/course')),
    }),
  ];
}

function cutOf(draw: Draw, { activeMs }: FaultContext): BranchCut {
  switch (draw.below(5)) {
    case 0:
    case 1:
      return { kind: 'end' };
    case 2:
    case 3:
      return { kind: 'revision', back: draw.pick([0, 0, 1, 2, 3, 5, 20, -1]) };
    default:
      return { kind: 'moment', backMs: draw.pick([0, 100, 500, 2_000, draw.below(activeMs)]) };
  }
}

function courseOf(draw: Draw): ToolCourse {
  return {
    clockOffsetMs: draw.pick([0, 0, 0, -2_000, 5_000]),
    pauseAfterCalls: draw.chance(0.4) ? draw.between(1, 14) : 0,
    pauseMs: draw.pick([50, 500, 5_000, 20_000]),
    killAfterCalls: draw.chance(0.15) ? draw.between(1, 16) : 0,
  };
}

/** Of the parent just then, and of the branch later. */
function collections({ draw, context, name, of, atMs }: Course): readonly Operation[] {
  const own = draw('collect');
  if (!own.chance(0.7)) return [];
  const count = own.between(1, 8);
  return Array.from({ length: count }, (_, index) => {
    const isOwn = own.chance(0.4);
    const branch = isOwn ? name : of;
    const startMs = Math.max(0, atMs + own.between(-1_000, 1_500) + (isOwn ? own.below(context.activeMs / 2) : 0));
    return operation(`${name}-collect-${index + 1}`, own.below(context.nodes), startMs, {
      kind: 'collect',
      ...(branch === '' ? {} : { branch }),
      retentionMs: own.pick([0, 0, 1_000, foreverMs]),
      graceMs: own.pick([0, 0, 0, 500]),
      dryRun: false,
      ...courseOf(draw(`collect/${index + 1}/course`)),
    });
  });
}

function lives({ draw, context, knobs, name, atMs }: Course): readonly Operation[] {
  const own = draw('run');
  const count = own.pick([0, 1, 1, 1, 2]);
  const healMs = knobs.heal?.atMs ?? context.activeMs;
  const fromMs = atMs + own.below(500);
  const forMs = Math.max(2_000, Math.floor((healMs - fromMs) * (0.3 + 0.7 * (own.below(100) / 100))));
  const runs = Array.from({ length: count }, (_, index) =>
    operation(`${name}-run-${index + 1}`, own.below(context.nodes), fromMs + index * own.below(1_000), {
      kind: 'branch-run',
      name,
      forMs,
      killEveryMs: own.chance(0.4) ? own.between(1_000, 8_000) : 0,
      restartMs: own.pick([0, 500, 3_000]),
      disk: own.pick(['kept', 'kept', 'empty']),
    }),
  );
  if (count === 0) return runs;
  return [...runs, ...traffic(draw, context, name, fromMs, Math.min(forMs, Math.max(2_000, healMs - fromMs)))];
}

const trafficKinds = ['key-value', 'key-value', 'compare-and-swap', 'bulk', 'kubernetes', 'compaction'] as const;
const operationsMax = 40;

/** On the very keys that the parent's clients use. */
function traffic(
  draw: Draws,
  { nodes }: FaultContext,
  name: string,
  fromMs: number,
  forMs: number,
): readonly Operation[] {
  const own = draw('traffic');
  const kinds = [...new Set([own.pick(trafficKinds), own.pick(trafficKinds)])];
  const operations = own.between(8, operationsMax);
  const readings = Array.from({ length: 3 }, (_, index): Operation => {
    const request = { kind: 'range', key: '\0', rangeEnd: '\0' } as const;
    const atMs = fromMs + own.below(forMs);
    const id = `${name}-all-${index + 1}`;
    return { id, client: `${name}-reader`, node: own.below(nodes), atMs, action: { kind: 'request', request } };
  });
  const written = workloads
    .filter((workload) => kinds.some((kind) => kind === workload.name))
    .flatMap((workload) =>
      workload
        .generate((purpose) => draw(`traffic/${workload.name}/${purpose}`), {
          nodes,
          activeMs: forMs,
          operations,
          firstLease: 500_000,
          under: `${name}-`,
        })
        // Not every workload puts it in front of what only reads.
        .map((each) => ({
          ...each,
          id: each.id.startsWith(`${name}-`) ? each.id : `${name}-${each.id}`,
          atMs: fromMs + each.atMs,
        })),
    );
  return [...readings, ...written].map((each) => ({ ...each, branch: name }));
}

/** By an operator who does not know that a branch has been made of it. */
function parentDeletions({ draw, context, name, of, atMs }: Course): readonly Operation[] {
  const own = draw('delete/parent');
  if (of === '' || !own.chance(0.4)) return [];
  return [
    operation(`${name}-delete-parent`, own.below(context.nodes), atMs + own.between(500, 5_000), {
      kind: 'branch-delete',
      name: of,
      force: own.chance(0.2),
      ...courseOf(draw('delete/parent/course')),
    }),
  ];
}

/** Deleted while it runs, while others branch off, or twice at once; and perhaps the name is given again. */
function deletions({ draw, context, name, atMs }: Course): readonly Operation[] {
  const own = draw('delete');
  if (!own.chance(0.45)) return [];
  const deleteMs = atMs + own.pick([own.below(1_000), own.below(context.activeMs / 2), own.below(context.activeMs)]);
  const operations = Array.from({ length: own.pick([1, 1, 2]) }, (_, index) =>
    operation(`${name}-delete-${index + 1}`, own.below(context.nodes), deleteMs + index * own.below(500), {
      kind: 'branch-delete',
      name,
      force: own.chance(0.4),
      ...courseOf(draw(`delete/${index + 1}/course`)),
    }),
  );
  if (!own.chance(0.4)) return operations;
  const action: Action = {
    kind: 'branch-create',
    name,
    of: '',
    cut: cutOf(own, context),
    ...courseOf(draw('delete/create/course')),
  };
  const anewMs = deleteMs + own.below(3_000);
  return [...operations, operation(`${name}-create-anew`, own.below(context.nodes), anewMs, action)];
}
