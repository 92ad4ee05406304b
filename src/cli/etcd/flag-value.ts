import { parseGoDuration } from '../go-duration.ts';
import type { EtcdFlag } from './flag.ts';

/** A value as Go's flags read it: the text in one form, or undefined where Go would not take it. */
export function readFlagValue({ value }: Pick<EtcdFlag, 'value'>, text: string): string | undefined {
  switch (value) {
    case 'bool':
      return booleans.get(text);
    case 'int':
      return wholeNumber(text, /^[+-]?\d{1,18}$/);
    case 'uint':
      return wholeNumber(text, /^\d{1,18}$/);
    case 'duration':
      return parseGoDuration(text) === undefined ? undefined : text;
    case 'text':
    case 'urls':
    case 'list':
      return text;
  }
}

const booleans = new Map([
  ...['1', 't', 'T', 'true', 'TRUE', 'True'].map((text) => [text, 'true'] as const),
  ...['0', 'f', 'F', 'false', 'FALSE', 'False'].map((text) => [text, 'false'] as const),
]);

function wholeNumber(text: string, decimal: RegExp): string | undefined {
  if (decimal.test(text)) return String(BigInt(text.replace(/^\+/, '')));
  return /^0[xob][0-9a-f]{1,15}$/i.test(text) && !Number.isNaN(Number(text)) ? String(BigInt(text)) : undefined;
}

/** Whether it says what is said already: a default that is given changes nothing. */
export function isDefault(flag: EtcdFlag, text: string): boolean {
  if (flag.value !== 'duration') return text === flag.default;
  return parseGoDuration(text) === parseGoDuration(flag.default);
}
