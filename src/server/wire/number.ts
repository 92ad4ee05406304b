/** Nothing real is this large: revisions, limits and seconds beyond it mean the same as it. */
const saturation = 2 ** 53;

export function numberOf(value: bigint): number {
  const number = Number(value);
  if (number > saturation) return saturation;
  if (number < -saturation) return -saturation;
  return number;
}
