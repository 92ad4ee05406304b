import type { HistoryEvent } from '../../types/history.ts';
import { nameOfHome } from './home-of-key.ts';

/** What tools from outside set about, by the number under which they change the store, and what they have said of branches. */
export type Work = Extract<HistoryEvent, { readonly kind: 'branch-create-start' | 'branch-delete-start' }>;

export interface Operators {
  /** A text says what is wrong with it. */
  history(event: HistoryEvent): string | undefined;
  /** Undefined: a node's change, or a collector's. */
  of(writer: number | undefined): Work | undefined;
  /** The operation of a tool that collects. */
  collectOf(writer: number): string | undefined;
  /** The branch at that home was acknowledged, and nobody has set about deleting what is called so. */
  isExpected(home: string): boolean;
}

export function createOperators(): Operators {
  const works = new Map<number, Work>();
  const collects = new Map<number, string>();
  const acknowledged = new Set<string>();
  const deleting = new Set<string>();
  function made(home: string): string | undefined {
    const name = nameOfHome(home);
    const other = [...acknowledged].find((each) => nameOfHome(each) === name);
    acknowledged.add(home);
    if (other === undefined || deleting.has(name)) return undefined;
    return `${other} and ${home} were both acknowledged as the branch called ${name}`;
  }

  return {
    history(event) {
      switch (event.kind) {
        case 'collect-start':
          collects.set(event.writer, event.operation);
          return undefined;
        case 'branch-create-start':
          works.set(event.writer, event);
          return undefined;
        case 'branch-delete-start':
          works.set(event.writer, event);
          deleting.add(event.name);
          return undefined;
        case 'restore-end':
        case 'branch-end':
          return event.home === undefined ? undefined : made(event.home);
        default:
          return undefined;
      }
    },
    of: (writer) => (writer === undefined ? undefined : works.get(writer)),
    collectOf: (writer) => collects.get(writer),
    isExpected: (home) => acknowledged.has(home) && !deleting.has(nameOfHome(home)),
  };
}
