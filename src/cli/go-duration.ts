/** Durations as Go reads them (`time.ParseDuration`), which etcd's flags do: `1h30m`, `-1.5h`, `.5s`, `100µs`, and a bare `0`. */

const millisecondsPerUnit: Readonly<Record<string, number>> = {
  ns: 0.000_001,
  us: 0.001,
  µs: 0.001,
  μs: 0.001,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
};
const part = /(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h)/y;

/** Milliseconds, with a fraction where there is one; undefined: it is no duration. */
export function parseGoDuration(text: string): number | undefined {
  const [sign, rest] = /^[+-]/.test(text) ? [text[0], text.slice(1)] : ['+', text];
  if (rest === '0') return 0;
  if (rest === '') return undefined;
  let milliseconds = 0;
  part.lastIndex = 0;
  for (let end = 0; end < rest.length; end = part.lastIndex) {
    const match = part.exec(rest);
    if (match === null) return undefined;
    milliseconds += Number(match[1]) * millisecondsPerUnit[match[2]!]!;
  }
  return sign === '-' ? -milliseconds : milliseconds;
}
