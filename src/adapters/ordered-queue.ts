/**
 * Work on one file or one database, applied in call order, one piece at a time.
 *
 * - Items submitted while a run is under way wait and are applied together in the next one: one sync serves them all.
 * - A run never grows past `runWeightMax` (a single heavier item is a run of its own), so a burst stays bounded.
 * - `exclusively` takes its place in the same order and has the resource to itself.
 * - A failed run rejects each of its items and nobody else; whoever applies runs decides what later ones may still do.
 */
export interface OrderedQueue<Item> {
  submit(item: Item): Promise<void>;
  exclusively<Result>(work: () => Promise<Result>): Promise<Result>;
  readonly busy: boolean;
}

interface SubmittedItem<Item> {
  readonly kind: 'item';
  readonly item: Item;
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
}

interface ExclusiveWork {
  readonly kind: 'exclusive';
  readonly run: () => Promise<void>;
}

export function createOrderedQueue<Item>(
  applyRun: (items: readonly Item[]) => Promise<void>,
  weightOf: (item: Item) => number,
  runWeightMax: number,
): OrderedQueue<Item> {
  let waiting: (SubmittedItem<Item> | ExclusiveWork)[] = [];
  let pumping = false;

  async function applyTogether(run: readonly SubmittedItem<Item>[]): Promise<void> {
    try {
      await applyRun(run.map((submitted) => submitted.item));
    } catch (error) {
      for (const submitted of run) submitted.reject(error);
      return;
    }
    for (const submitted of run) submitted.resolve();
  }

  async function pump(): Promise<void> {
    if (pumping) return;
    pumping = true;
    while (waiting.length > 0) {
      const taken = waiting;
      waiting = [];
      await applyAll(taken);
    }
    pumping = false;
  }

  async function applyAll(taken: readonly (SubmittedItem<Item> | ExclusiveWork)[]): Promise<void> {
    let run: SubmittedItem<Item>[] = [];
    let runWeight = 0;
    for (const work of taken) {
      const weight = work.kind === 'item' ? weightOf(work.item) : 0;
      if (run.length > 0 && (work.kind === 'exclusive' || runWeight + weight > runWeightMax)) {
        await applyTogether(run);
        run = [];
        runWeight = 0;
      }
      if (work.kind === 'exclusive') {
        await work.run();
        continue;
      }
      run.push(work);
      runWeight += weight;
    }
    if (run.length > 0) await applyTogether(run);
  }

  return {
    submit(item) {
      return new Promise((resolve, reject) => {
        waiting.push({ kind: 'item', item, resolve, reject });
        void pump();
      });
    },
    exclusively<Result>(work: () => Promise<Result>) {
      return new Promise<Result>((resolve, reject) => {
        waiting.push({ kind: 'exclusive', run: () => work().then(resolve, reject) });
        void pump();
      });
    },
    get busy() {
      return pumping || waiting.length > 0;
    },
  };
}
