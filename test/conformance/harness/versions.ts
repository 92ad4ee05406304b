/** A version counts against the one of its own line; where its line is not named, against all. */
export function isBeforeAll(version: string, others: readonly string[]): boolean {
  const line = version.replace(/\d+$/, '');
  const sameLine = others.filter((other) => other.startsWith(line));
  return (sameLine.length > 0 ? sameLine : others).every((other) => isBefore(version, other));
}

export function isBefore(version: string, other: string): boolean {
  const [left, right] = [version, other].map((text) => text.split('.').map(Number));
  const index = left!.findIndex((number, position) => number !== right![position]);
  return index >= 0 && left![index]! < right![index]!;
}
