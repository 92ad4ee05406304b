/** Requests that wait for a test's word, and the question whether anything is still at work. */
export interface Parking {
  park(ruleId: number): Promise<void>;
  release(ruleId?: number): void;
  whenParked(count: number): Promise<void>;
  track(work: Promise<void>): Promise<void>;
  whenIdle(): Promise<void>;
}

export function createParking(): Parking {
  let parked: { readonly ruleId: number; readonly go: () => void }[] = [];
  let working = 0;
  let watchers: { readonly holds: () => boolean; readonly tell: () => void }[] = [];
  const changed = () => {
    const fulfilled = watchers.filter(({ holds }) => holds());
    watchers = watchers.filter((watcher) => !fulfilled.includes(watcher));
    for (const { tell } of fulfilled) tell();
  };
  const when = (holds: () => boolean) =>
    new Promise<void>((tell) => {
      watchers.push({ holds, tell });
      changed();
    });
  return {
    park: (ruleId) =>
      new Promise((go) => {
        parked.push({ ruleId, go });
        changed();
      }),
    release(ruleId) {
      const released = parked.filter((request) => ruleId === undefined || request.ruleId === ruleId);
      parked = parked.filter((request) => !released.includes(request));
      for (const { go } of released) go();
    },
    whenParked: (count) => when(() => parked.length >= count),
    async track(work) {
      working += 1;
      try {
        await work;
      } finally {
        working -= 1;
        changed();
      }
    },
    whenIdle: () => when(() => working === 0),
  };
}
