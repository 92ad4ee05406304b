/** What one setting is. Values arrive as text from the command line and the environment; a config file's become text first. */
import { formatAddress, parseAddress, type ListenAddress } from './listen-address.ts';
import type { Retention } from '../core/types/retention.ts';
import { parseTokenOption, type TokenOption } from '../server/auth/token-option.ts';
import { parseRetention, retentionPlaceholder } from './retention-text.ts';
import { formatDuration, formatSize, parseDuration, parseSize } from './units.ts';

export type CommandName =
  | 'run'
  | 'inspect'
  | 'status'
  | 'checkpoint'
  | 'cost'
  | 'cat'
  | 'history'
  | 'diff'
  | 'gc'
  | 'verify'
  | 'drill'
  | 'branch create'
  | 'branch list'
  | 'branch delete'
  | 'restore'
  | 'import'
  | 'export';

export interface SettingKind<Value> {
  /** Stands for the value in help: `DURATION`. */
  readonly placeholder: string;
  /** Several values: the option may be repeated, text is split at commas, a config file may hold a list. */
  readonly many: boolean;
  /** Given without a value, as `--name` or `--no-name`. */
  readonly flag: boolean;
  parse(texts: readonly string[]): ParsedSetting<Value>;
}

export type ParsedSetting<Value> =
  | { readonly kind: 'ok'; readonly value: Value }
  /** Completes the sentence "--name: …". */
  | { readonly kind: 'invalid'; readonly message: string };

export interface Setting<Value> {
  readonly kind: SettingKind<Value>;
  readonly group: string;
  readonly commands: readonly CommandName[];
  /** One sentence or two, ending in a full stop. */
  readonly help: string;
  /** As a person would write it. Undefined: there is none, or `defaultNote` tells what happens. */
  readonly default: string | undefined;
  readonly defaultNote?: string;
  /** Never shown, and never taken from the command line. */
  readonly secret: boolean;
}

export function text(placeholder: string, check: (text: string) => string | undefined = () => undefined) {
  return single<string>(placeholder, (given) => {
    const problem = check(given);
    return problem === undefined ? valid(given) : invalid(problem);
  });
}

/** Several texts, each of which `check` may have something against. */
export function texts(placeholder: string, check: (text: string) => string | undefined = () => undefined) {
  return several<string>(
    placeholder,
    (given) => {
      const problem = check(given);
      return problem === undefined ? valid(given) : invalid(problem);
    },
    (given) => given,
  );
}

export function tokenProvider(): SettingKind<TokenOption> {
  return single('PROVIDER[,NAME=VALUE…]', (given) => parseTokenOption(given, parseDuration));
}

export function choice<const Word extends string>(words: readonly Word[]): SettingKind<Word> {
  return single(words.join('|'), (given) => {
    const word = words.find((candidate) => candidate === given);
    return word === undefined ? invalid(`${quoted(given)} is none of ${words.join(', ')}`) : valid(word);
  });
}

export function duration(min: string, max: string): SettingKind<number> {
  return bounded('DURATION', parseDuration, formatDuration, [min, max], 'a duration such as 500ms, 3s or 10m');
}

export function size(min: string, max: string): SettingKind<number> {
  return bounded('SIZE', parseSize, formatSize, [min, max], 'a size such as 512KiB or 1.5MiB');
}

export function retention(): SettingKind<Retention> {
  return single(retentionPlaceholder, (given) => {
    const parsed = parseRetention(given);
    if (parsed !== undefined) return valid(parsed);
    return invalid(`${quoted(given)} is no duration such as 24h, no size such as 10GiB, and not "forever"`);
  });
}

export function integer(min: number, max: number): SettingKind<number> {
  const parse = (given: string): number | undefined => (/^\d{1,15}$/.test(given) ? Number(given) : undefined);
  return bounded('N', parse, String, [String(min), String(max)], 'a whole number');
}

export function flag(): SettingKind<boolean> {
  const kind = single<boolean>('true|false', (given) => {
    if (given === 'true' || given === 'false') return valid(given === 'true');
    return invalid(`${quoted(given)} is neither true nor false`);
  });
  return { ...kind, flag: true };
}

/** Of a server to ask, with the scheme that says whether it has TLS. */
export function nodeAddress(): SettingKind<NodeAddress> {
  return single('HOST:PORT', (given) => {
    const parsed = parseOneAddress(given.replace(/^https:/, 'http:'));
    if (parsed.kind === 'invalid') return parsed;
    return valid({ ...parsed.value, isSecure: given.startsWith('https:') });
  });
}

export interface NodeAddress extends ListenAddress {
  readonly isSecure: boolean;
}

export function addresses(): SettingKind<readonly ListenAddress[]> {
  return several('HOST:PORT', parseOneAddress, formatAddress);
}

export function urls(): SettingKind<readonly string[]> {
  return several('URL', parseOneUrl, (url) => url);
}

function parseOneAddress(given: string): ParsedSetting<ListenAddress> {
  const parsed = parseAddress(given);
  return parsed === undefined
    ? invalid(`${quoted(given)} is not HOST:PORT, as in 127.0.0.1:2379 or [::1]:2379`)
    : valid(parsed);
}

function parseOneUrl(given: string): ParsedSetting<string> {
  const url = URL.canParse(given) ? new URL(given) : undefined;
  const fits =
    url !== undefined && /^https?:$/.test(url.protocol) && url.pathname === '/' && url.search + url.hash === '';
  if (!fits) return invalid(`${quoted(given)} is not a URL of the form http://HOST:PORT`);
  if (url.username + url.password !== '') return invalid('a client URL takes no user and no password');
  return valid(given.replace(/\/$/, ''));
}

function single<Value>(placeholder: string, parse: (text: string) => ParsedSetting<Value>): SettingKind<Value> {
  return {
    placeholder,
    many: false,
    flag: false,
    parse: ([first, second]) => {
      if (first === undefined) return invalid('needs a value');
      return second === undefined ? parse(first) : invalid('takes one value and was given several');
    },
  };
}

function several<Value>(
  placeholder: string,
  parse: (text: string) => ParsedSetting<Value>,
  format: (value: Value) => string,
): SettingKind<readonly Value[]> {
  return {
    placeholder: `${placeholder}[,…]`,
    many: true,
    flag: false,
    parse: (texts) => {
      const values: Value[] = [];
      const seen = new Set<string>();
      for (const part of texts.flatMap((given) => given.split(','))) {
        const parsed = parse(part.trim());
        if (parsed.kind === 'invalid') return parsed;
        const written = format(parsed.value);
        if (seen.has(written)) return invalid(`${written} is given twice`);
        seen.add(written);
        values.push(parsed.value);
      }
      return values.length === 0 ? invalid('needs a value') : valid(values);
    },
  };
}

function bounded(
  placeholder: string,
  parse: (text: string) => number | undefined,
  format: (value: number) => string,
  [min, max]: readonly [string, string],
  expected: string,
): SettingKind<number> {
  const lowest = parse(min)!;
  const highest = parse(max)!;
  return single(placeholder, (given) => {
    const value = parse(given);
    if (value === undefined) return invalid(`${quoted(given)} is not ${expected}`);
    if (value >= lowest && value <= highest) return valid(value);
    return invalid(`${format(value)} is not between ${min} and ${max}`);
  });
}

function valid<Value>(value: Value): ParsedSetting<Value> {
  return { kind: 'ok', value };
}

function invalid(message: string): { readonly kind: 'invalid'; readonly message: string } {
  return { kind: 'invalid', message };
}

function quoted(given: string): string {
  return JSON.stringify(given);
}
