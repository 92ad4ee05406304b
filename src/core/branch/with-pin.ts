import { compareBytes, equalBytes } from '../types/bytes.ts';
import type { Pin } from '../types/log.ts';

/**
 * The pins with one more. An attempt whose outcome was never known, or was told wrongly and overtaken by somebody else's change, may have put it
 * there before: what is needed now takes its place.
 */
export function withPin(pins: readonly Pin[], pin: Pin): readonly Pin[] {
  const others = pins.filter(({ id }) => !equalBytes(id, pin.id));
  return [...others, pin].sort((left, right) => compareBytes(left.id, right.id));
}
