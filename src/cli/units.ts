/** Durations and sizes as people write them. A duration always has a unit: a bare number is a mistake waiting to happen. */

const millisecondsPerUnit: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };
const durationPart = /(\d+(?:\.\d+)?)(ms|s|m|h)/gy;

const bytesPerUnit: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  kb: 1_000,
  mb: 1_000_000,
  gb: 1_000_000_000,
  kib: 1_024,
  mib: 1_048_576,
  gib: 1_073_741_824,
};

/** Milliseconds, or undefined when the text is no duration. `1m30s` and `1.5s` are. */
export function parseDuration(text: string): number | undefined {
  let milliseconds = 0;
  let end = 0;
  for (const [part, amount, unit] of text.matchAll(durationPart)) {
    milliseconds += Number(amount) * millisecondsPerUnit[unit!]!;
    end += part.length;
  }
  if (end === 0 || end !== text.length) return undefined;
  return Math.round(milliseconds);
}

export function formatDuration(milliseconds: number): string {
  for (const unit of ['h', 'm', 's']) {
    const amount = milliseconds / millisecondsPerUnit[unit]!;
    if (amount >= 1 && Number.isInteger(amount * 10)) return `${amount}${unit}`;
  }
  return `${milliseconds}ms`;
}

/** Bytes, or undefined when the text is no size. */
export function parseSize(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?) ?([kmg]?i?b)?$/i.exec(text);
  if (match === null) return undefined;
  const factor = bytesPerUnit[(match[2] ?? '').toLowerCase()];
  return factor === undefined ? undefined : Math.round(Number(match[1]) * factor);
}

export function formatSize(bytes: number): string {
  for (const unit of ['GiB', 'MiB', 'KiB']) {
    const amount = bytes / bytesPerUnit[unit.toLowerCase()]!;
    if (amount >= 1) return `${Number(amount.toFixed(1))} ${unit}`;
  }
  return `${bytes} B`;
}
