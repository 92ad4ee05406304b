import type { Core } from '../core.ts';
import { parkedRequestsMax } from '../limits.ts';
import type { Scope } from '../task.ts';
import type { EventBody } from '../types/event.ts';
import type { ValueSource } from './value-source.ts';

export type ValuesWanted = Extract<EventBody, { readonly kind: 'values-wanted' }>;

/** Values for the edge, which has not found them in the local store. */
export interface EdgeValues {
  ask(wanted: ValuesWanted): void;
  /** Nothing comes any more. */
  end(): void;
}

export function createEdgeValues(core: Core, scope: Scope, values: ValueSource): EdgeValues {
  const asking = new Set<number>();

  return {
    ask({ id, versions, isPatient }) {
      if (asking.size >= parkedRequestsMax) {
        core.emit({ kind: 'values', id, values: undefined });
        return;
      }
      asking.add(id);
      scope.spawn(isPatient ? values.read(versions) : values.readInTime(versions), (read) => {
        if (!asking.delete(id)) return;
        const isWhole = read !== undefined && versions.every((version) => read.has(version));
        core.emit({ kind: 'values', id, values: isWhole ? read : undefined });
      });
    },
    end() {
      for (const id of asking) core.emit({ kind: 'values', id, values: undefined });
      asking.clear();
    },
  };
}
