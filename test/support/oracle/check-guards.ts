import type { Operation } from '../history/types.ts';
import type { Replay } from './replay.ts';

/** Compare-and-set: each write that was applied found just what it asked for, so the writes of one key form a chain. */
export function checkGuards(operations: readonly Operation[], replay: Replay): readonly string[] {
  const violations: string[] = [];
  const successors = new Map<string, string>();
  for (const operation of operations) {
    if (operation.kind !== 'write' || operation.guard === undefined) continue;
    const value = operation.writes.find((write) => write.value !== undefined)?.value ?? '';
    for (const revision of replay.revisionsOfValue(value)) {
      const { key, modRevision } = operation.guard;
      const before = replay.at(key, revision - 1)?.modRevision ?? 0;
      if (before !== modRevision) {
        violations.push(
          `guards: ${operation.id} wrote revision ${revision} on ${key} at ${modRevision}, which was at ${before}`,
        );
      }
      const link = `${key} at ${modRevision}`;
      const other = successors.get(link);
      if (other !== undefined && modRevision > 0) {
        violations.push(`guards: ${operation.id} and ${other} both follow ${link}`);
      }
      successors.set(link, operation.id);
    }
  }
  return violations;
}
