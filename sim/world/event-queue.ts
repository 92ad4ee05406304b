/**
 * What is to happen, by virtual time. Invariant: events of the same time come in the order in which they were put in, so that a run
 * never depends on the shape of the heap.
 */
export interface EventQueue<Item> {
  push(atMs: number, item: Item): void;
  /** Undefined: empty. */
  nextMs(): number | undefined;
  pop(): Item;
  readonly size: number;
}

export function createEventQueue<Item>(): EventQueue<Item> {
  const times: number[] = [];
  const orders: number[] = [];
  const items: Item[] = [];
  let pushed = 0;

  function before(left: number, right: number): boolean {
    return times[left]! < times[right]! || (times[left] === times[right] && orders[left]! < orders[right]!);
  }

  function swap(left: number, right: number): void {
    const time = times[left]!;
    const order = orders[left]!;
    const item = items[left]!;
    times[left] = times[right]!;
    orders[left] = orders[right]!;
    items[left] = items[right]!;
    times[right] = time;
    orders[right] = order;
    items[right] = item;
  }

  return {
    push(atMs, item) {
      let place = items.length;
      times.push(atMs);
      orders.push(pushed++);
      items.push(item);
      while (place > 0) {
        const parent = (place - 1) >>> 1;
        if (!before(place, parent)) return;
        swap(place, parent);
        place = parent;
      }
    },
    nextMs: () => times[0],
    pop() {
      const first = items[0];
      if (first === undefined) throw new Error('assertion: the queue of events is not empty');
      const last = items.length - 1;
      swap(0, last);
      times.pop();
      orders.pop();
      items.pop();
      for (let place = 0; ;) {
        const left = 2 * place + 1;
        if (left >= last) return first;
        const right = left + 1;
        const least = right < last && before(right, left) ? right : left;
        if (!before(least, place)) return first;
        swap(least, place);
        place = least;
      }
    },
    get size() {
      return items.length;
    },
  };
}
