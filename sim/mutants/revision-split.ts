import * as original from '../../src/core/watch/hub-state.ts';
import { reserve } from '../../src/core/watch/buffer.ts';
import type { Mutant } from '../search/mutant.ts';

export * from '../../src/core/watch/hub-state.ts';

export const mutant: Mutant = {
  name: 'revision-split',
  replaces: 'src/core/watch/hub-state.ts',
  breaks: 'watch atomicity',
  description: 'The events of one revision go in two messages.',
};

export const sendEvents: typeof original.sendEvents = (hub, watcher, batch) => {
  const first = batch.events[0];
  const rest = batch.events.slice(1);
  if (first === undefined || rest.length === 0) {
    original.sendEvents(hub, watcher, batch);
    return;
  }
  reserve(watcher.stream.buffer, 1, 0);
  original.sendEvents(hub, watcher, { ...batch, events: [first], bytes: 0 });
  original.sendEvents(hub, watcher, { ...batch, events: rest });
};
