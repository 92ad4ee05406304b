import type { Observer } from '../types/observer.ts';

export function createBlackBox(): Observer {
  return { name: 'black-box' };
}
