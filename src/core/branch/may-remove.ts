import type { Manifest } from '../types/log.ts';

/** The rules of removing a branch that has branches itself: it is refused; by force it is done, and everything stays for them. */

export function mayRemove({ pins, removed }: Manifest, force: boolean): boolean {
  return force || removed || pins.length === 0;
}

/** Whether what is below its home may be deleted, once it is removed. */
export function isNeededByNone({ pins }: Manifest): boolean {
  return pins.length === 0;
}
