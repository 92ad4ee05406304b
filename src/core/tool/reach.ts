import type { Cut } from '../types/log.ts';
import type { StartOrder } from './starts.ts';

/** From where to where somebody reads. */
export interface Reach {
  /** The reading begins where the content at this cut can still be told. */
  readonly from: Cut;
  /** Where it ends; not before `from`. */
  readonly to: Cut;
  readonly order: StartOrder;
}

export function upTo(cut: Cut): Reach {
  return { from: cut, to: cut, order: 'newest-first' };
}
