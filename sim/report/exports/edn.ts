/** Values as EDN, Clojure's data notation: what Jepsen's histories are written in. */
export type Edn =
  null | boolean | number | string | Keyword | readonly Edn[] | { readonly [field: string]: Edn | undefined };

/** Narrower than EDN's, and the same for every reader. */
export const keywordPattern = /^[A-Za-z][A-Za-z0-9*+!_?<>=.-]*$/;

export class Keyword {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

export function keyword(name: string): Keyword {
  return new Keyword(name);
}

/** Fields of an object become keywords, or strings where the name can be none; fields that are undefined are left out. */
export function ednOf(value: Edn): string {
  if (value === null) return 'nil';
  if (typeof value === 'number') return numberOf(value);
  if (typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return textOf(value);
  if (value instanceof Keyword) return `:${value.name}`;
  if (isList(value)) return `[${value.map(ednOf).join(' ')}]`;
  const fields: string[] = [];
  for (const [name, field] of Object.entries(value))
    if (field !== undefined) fields.push(`${nameOf(name)} ${ednOf(field)}`);
  return `{${fields.join(', ')}}`;
}

function isList(value: Edn): value is readonly Edn[] {
  return Array.isArray(value);
}

function nameOf(name: string): string {
  return keywordPattern.test(name) ? `:${name}` : textOf(name);
}

function numberOf(value: number): string {
  if (!Number.isFinite(value)) throw new RangeError(`EDN: no notation for ${value}`);
  return String(value);
}

function textOf(text: string): string {
  const escaped = text.replace(/["\\]/g, (char) => `\\${char}`);
  return `"${escaped.replace(/[^\x20-\x7e]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)}"`;
}
