/** The config file: YAML, of which JSON is a part. One flat map from setting names to values. */
import { readFile } from 'node:fs/promises';
import { parseDocument } from 'yaml';
import { usageError } from './cli-error.ts';

/** Values as they would stand on the command line, by the name that the file gives them; names are not checked here. */
export type ConfigFile = ReadonlyMap<string, readonly string[]>;

export async function readConfigFile(path: string): Promise<ConfigFile> {
  const content = await readFile(path, 'utf8').catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error);
    throw usageError(`cannot read the config file ${path}: ${reason}`);
  });
  return parseConfigFile(content, path);
}

export function parseConfigFile(content: string, path: string): ConfigFile {
  const document = parseDocument(content, { prettyErrors: true });
  const problem = document.errors[0] ?? document.warnings[0];
  if (problem !== undefined) throw usageError(`${path} is not valid YAML or JSON: ${firstLineOf(problem.message)}`);
  const root: unknown = document.toJS();
  const values = new Map<string, readonly string[]>();
  if (root === null || root === undefined) return values;
  if (typeof root !== 'object' || Array.isArray(root)) {
    throw usageError(`${path} must hold settings, one a line`, 'for example: data-dir: /var/lib/t4');
  }
  for (const [name, value] of Object.entries(root)) values.set(name, textsOf(value, name, path));
  return values;
}

function textsOf(value: unknown, name: string, path: string): readonly string[] {
  if (Array.isArray(value)) return value.map((entry) => textOf(entry, name, path));
  return [textOf(value, name, path)];
}

function textOf(value: unknown, name: string, path: string): string {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw usageError(`${name} in ${path}: must be text, a number, true, false or a list of these`);
}

function firstLineOf(message: string): string {
  return message.split('\n', 1)[0]!.replace(/:$/, '');
}
