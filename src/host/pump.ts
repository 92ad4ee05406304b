/**
 * Feeds events to a machine one at a time: what a step asks for is all performed before the next event is looked at, and an event that this
 * brings about at once waits its turn. The machine is never entered twice.
 */
export function createPump<Event, Effect>(
  step: (event: Event) => readonly Effect[],
  perform: (effect: Effect) => void,
): (event: Event) => void {
  const queue: Event[] = [];
  let stepping = false;
  return (event) => {
    queue.push(event);
    if (stepping) return;
    stepping = true;
    try {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
        for (const effect of step(next)) perform(effect);
      }
    } finally {
      stepping = false;
    }
  };
}
