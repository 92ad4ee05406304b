/** From `--store`, or `--s3-bucket` and the settings around it, to one location. */
import { checkS3Location, parseStoreUrl, type S3Location, type StoreLocation } from '../adapters/store-url.ts';
import type { S3Credentials } from '../adapters/s3/client.ts';
import { usageError } from './cli-error.ts';
import { placeOf, type Settings, type Source } from './resolve-settings.ts';
import type { SettingName } from './settings.ts';

export interface StoreTarget {
  readonly location: StoreLocation;
  readonly credentials: S3Credentials | undefined;
}

const strength: Readonly<Record<Source, number>> = { flag: 3, environment: 2, file: 1, default: 0 };
const s3Names = [
  's3-prefix',
  's3-endpoint',
  's3-region',
  's3-profile',
  's3-access-key-id',
  's3-secret-access-key',
  's3-force-path-style',
] as const satisfies readonly SettingName[];

/** Undefined: no store is named anywhere. */
export function storeTargetOf(settings: Settings): StoreTarget | undefined {
  const { values, sources } = settings;
  const chosen = chosenName(settings);
  if (chosen === undefined) {
    for (const name of s3Names) refuseWithout(name, '--s3-bucket', settings);
    return undefined;
  }
  if (chosen === 's3-bucket') {
    const location = s3Location(
      { kind: 's3', bucket: values['s3-bucket']!, prefix: values['s3-prefix'] ?? '' },
      settings,
    );
    return { location, credentials: credentialsOf(settings) };
  }
  const parsed = parseStoreUrl(values.store!);
  if (parsed.kind === 'invalid') throw usageError(`${placeOf('store', sources.get('store'))}: ${parsed.message}`);
  if (parsed.location.kind === 's3') {
    refuseWithout('s3-prefix', '--s3-bucket (the prefix of --store is part of its URL)', settings);
    return { location: s3Location(parsed.location, settings), credentials: credentialsOf(settings) };
  }
  for (const name of s3Names) refuseWithout(name, 'an S3 store', settings);
  return { location: parsed.location, credentials: undefined };
}

/** The one that was said in the stronger place; both in one place contradict each other. */
function chosenName({ values, sources }: Settings): 'store' | 's3-bucket' | undefined {
  if (values.store === undefined) return values['s3-bucket'] === undefined ? undefined : 's3-bucket';
  if (values['s3-bucket'] === undefined) return 'store';
  const storeSource = sources.get('store')!;
  const bucketSource = sources.get('s3-bucket')!;
  if (storeSource !== bucketSource) return strength[storeSource] > strength[bucketSource] ? 'store' : 's3-bucket';
  const places = `${placeOf('store', storeSource)} and ${placeOf('s3-bucket', bucketSource)}`;
  throw usageError(`${places} name two stores`, 'give one of them');
}

/** Only what was said as strongly as the store itself: a bucket of the environment's must not break `--store file:…`. */
function refuseWithout(name: SettingName, what: string, { sources }: Settings): void {
  const source = sources.get(name) ?? 'default';
  if (source === 'default' || strengthOf(name, sources) < strengthOf('store', sources)) return;
  throw usageError(`${placeOf(name, source)} means nothing without ${what}`);
}

function strengthOf(name: SettingName, sources: Settings['sources']): number {
  return strength[sources.get(name) ?? 'default'];
}

function s3Location(base: S3Location, settings: Settings): S3Location {
  const { values, sources } = settings;
  const location: S3Location = {
    ...base,
    ...merged('endpoint', 's3-endpoint', base.endpoint, values['s3-endpoint'], settings),
    ...merged('region', 's3-region', base.region, values['s3-region'], settings),
    ...merged('profile', 's3-profile', base.profile, values['s3-profile'], settings),
  };
  const pathStyle = sources.get('s3-force-path-style') === 'default' ? undefined : values['s3-force-path-style'];
  const result: S3Location = {
    ...location,
    ...merged('forcePathStyle', 's3-force-path-style', base.forcePathStyle, pathStyle, settings),
  };
  const checked = checkS3Location(result);
  if (checked.kind === 'invalid') throw usageError(`the S3 store: ${checked.message}`);
  return result;
}

function merged<Name extends string, Value>(
  field: Name,
  setting: SettingName,
  inUrl: Value | undefined,
  inSetting: Value | undefined,
  { sources }: Settings,
): { readonly [key in Name]?: Value } {
  if (inSetting === undefined) return {};
  if (inUrl !== undefined && inUrl !== inSetting) {
    const difference = strengthOf(setting, sources) - strengthOf('store', sources);
    if (difference < 0) return {};
    if (difference > 0) return { [field]: inSetting } as { readonly [key in Name]?: Value };
    const place = placeOf(setting, sources.get(setting));
    throw usageError(
      `${place} says ${String(inSetting)}, the URL of the store says ${String(inUrl)}`,
      'give one of them',
    );
  }
  return { [field]: inSetting } as { readonly [key in Name]?: Value };
}

function credentialsOf({ values, sources }: Settings): S3Credentials | undefined {
  const accessKeyId = values['s3-access-key-id'];
  const secretAccessKey = values['s3-secret-access-key'];
  if (accessKeyId === undefined && secretAccessKey === undefined) return undefined;
  if (accessKeyId === undefined || secretAccessKey === undefined) {
    const given = accessKeyId === undefined ? 's3-secret-access-key' : 's3-access-key-id';
    const missing = accessKeyId === undefined ? 's3-access-key-id' : 's3-secret-access-key';
    throw usageError(`${placeOf(given, sources.get(given))} needs ${missing} beside it`);
  }
  if (values['s3-profile'] !== undefined) {
    throw usageError('an access key and a profile are two sources of credentials', 'give one of them');
  }
  return { accessKeyId, secretAccessKey };
}
