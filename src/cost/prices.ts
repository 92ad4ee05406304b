import { parse } from 'yaml';

/** What an object store charges. Invariant: every price is a number of the currency, at least 0. */
export interface Prices {
  /** Where they are from and what they are of, for the reader of a table. */
  readonly name: string;
  readonly currency: string;
  /** Of 1,000 requests. */
  readonly putPerThousand: number;
  readonly listPerThousand: number;
  readonly getPerThousand: number;
  readonly deletePerThousand: number;
  /** Of 1,073,741,824 bytes for a month. */
  readonly storagePerGigabyteMonth: number;
}

/**
 * Amazon's public prices of S3 Standard in us-east-1, first 50 TB. What larger stores get cheaper is left out, and so is what leaves the
 * region; what stays in it costs nothing beside the requests.
 */
export const pricesDefault: Prices = {
  name: 'Amazon S3 Standard, us-east-1, public prices of November 2026 (https://aws.amazon.com/s3/pricing/)',
  currency: 'USD',
  putPerThousand: 0.005,
  listPerThousand: 0.005,
  getPerThousand: 0.0004,
  deletePerThousand: 0,
  storagePerGigabyteMonth: 0.023,
};

const numbers = [
  'putPerThousand',
  'listPerThousand',
  'getPerThousand',
  'deletePerThousand',
  'storagePerGigabyteMonth',
] as const satisfies readonly (keyof Prices)[];
const texts = ['name', 'currency'] as const satisfies readonly (keyof Prices)[];

/** From YAML or JSON; a text says what is wrong. Nothing is taken from the defaults: a price that was forgotten must not be Amazon's. */
export function parsePrices(text: string): Prices | string {
  let given: unknown;
  try {
    given = parse(text);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return 'it is no list of names with prices';
  const fields = given as Readonly<Record<string, unknown>>;
  const known: readonly string[] = [...texts, ...numbers];
  const unknown = Object.keys(fields).find((name) => !known.includes(name));
  if (unknown !== undefined) return `${unknown} is no price; there are ${known.join(', ')}`;
  for (const name of texts) if (typeof fields[name] !== 'string') return `${name} is missing, or is no text`;
  for (const name of numbers) {
    const price = fields[name];
    if (typeof price !== 'number' || !Number.isFinite(price) || price < 0) return `${name} is missing, or is no price`;
  }
  return fields as unknown as Prices;
}
