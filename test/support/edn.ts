/**
 * A reader of EDN, from its definition (https://github.com/edn-format/edn) and from nothing that writes it: keywords become `:name`
 * strings inside a wrapper, maps become `Map`s. Only what histories hold: no tags, sets, characters or symbols.
 */
export type EdnValue = null | boolean | number | string | EdnKeyword | EdnValue[] | Map<string, EdnValue>;

export class EdnKeyword {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

export function readEdn(text: string): EdnValue[] {
  let offset = 0;
  const values: EdnValue[] = [];
  for (skip(); offset < text.length; skip()) values.push(value());
  return values;

  function skip(): void {
    while (offset < text.length && /[\s,]/.test(text[offset]!)) offset += 1;
  }

  function value(): EdnValue {
    const char = text[offset]!;
    if (char === '{') return map();
    if (char === '[') return list(']');
    if (char === '"') return string();
    const token = /^[^\s,"{}[\]()]+/.exec(text.slice(offset, offset + 200))?.[0];
    if (token === undefined) throw new SyntaxError(`EDN: ${JSON.stringify(char)} at ${offset}`);
    offset += token.length;
    return atom(token);
  }

  function atom(token: string): EdnValue {
    if (token === 'nil') return null;
    if (token === 'true' || token === 'false') return token === 'true';
    if (/^:[A-Za-z*+!_?<>=.-][\w*+!?<>=.#:-]*$/.test(token)) return new EdnKeyword(token.slice(1));
    if (/^[+-]?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(token)) return Number(token);
    throw new SyntaxError(`EDN: ${JSON.stringify(token)} before ${offset}`);
  }

  function list(end: string): EdnValue[] {
    const items: EdnValue[] = [];
    offset += 1;
    for (skip(); text[offset] !== end; skip()) {
      if (offset >= text.length) throw new SyntaxError(`EDN: no ${end}`);
      items.push(value());
    }
    offset += 1;
    return items;
  }

  function map(): Map<string, EdnValue> {
    const items = list('}');
    if (items.length % 2 === 1) throw new SyntaxError('EDN: a key without a value');
    const read = new Map<string, EdnValue>();
    for (let index = 0; index < items.length; index += 2) {
      const key = items[index];
      const name = key instanceof EdnKeyword ? key.name : key;
      if (typeof name !== 'string') throw new SyntaxError('EDN: a key that is neither keyword nor string');
      if (read.has(name)) throw new SyntaxError(`EDN: key ${name} twice`);
      read.set(name, items[index + 1]!);
    }
    return read;
  }

  function string(): string {
    let read = '';
    for (offset += 1; text[offset] !== '"'; offset += 1) {
      if (offset >= text.length) throw new SyntaxError('EDN: a string without its end');
      if (text[offset] !== '\\') {
        read += text[offset]!;
        continue;
      }
      offset += 1;
      const escape = text[offset]!;
      if (escape === 'u') {
        read += String.fromCharCode(Number.parseInt(text.slice(offset + 1, offset + 5), 16));
        offset += 4;
      } else if ('"\\'.includes(escape)) read += escape;
      else throw new SyntaxError(`EDN: escape \\${escape}`);
    }
    offset += 1;
    return read;
  }
}
