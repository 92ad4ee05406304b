/** What `t4 run` refuses before it touches anything, each with the reason. */
import { usageError } from './cli-error.ts';
import { formatAddress, isLoopback, isWildcard, parseAddress, type ListenAddress } from './listen-address.ts';
import { placeOf, type Settings } from './resolve-settings.ts';
import { isEncrypted } from './security-settings.ts';
import { storeTargetOf, type StoreTarget } from './store-settings.ts';

export function storeToRunOn(settings: Settings): StoreTarget {
  const target = storeTargetOf(settings);
  if (target !== undefined) return target;
  throw usageError(
    'no object store is named: it is where the data lives, so there is no default',
    '--store s3://BUCKET/PREFIX for S3, --store file:./t4-data/store for a folder of this machine, --store memory: for a trial',
  );
}

export function checkListen(settings: Settings): readonly ListenAddress[] {
  const { listen, 'allow-insecure-listen': allowed } = settings.values;
  const open = listen.find((address) => !isLoopback(address.host));
  if (open === undefined || allowed || isEncrypted(settings)) return listen;
  throw usageError(
    `${placeOf('listen', settings.sources.get('listen'))}: ${formatAddress(open)} can be reached from other machines, and nothing is encrypted`,
    'give --cert-file and --key-file, or --auto-tls; or listen on 127.0.0.1; or give --allow-insecure-listen where the network around it can be trusted',
  );
}

/** Where metrics and health are served; empty: nowhere. */
export function checkListenMetrics(settings: Settings): readonly ListenAddress[] {
  const { listen, 'listen-metrics-urls': urls = [], 'allow-insecure-listen': allowed } = settings.values;
  const place = placeOf('listen-metrics-urls', settings.sources.get('listen-metrics-urls'));
  return urls.map((url) => {
    const address = parseAddress(url);
    if (address === undefined)
      throw usageError(
        `${place}: ${url} is no http://HOST:PORT`,
        'metrics are served without TLS here, and with it on the clients’ port',
      );
    const { host, port } = address;
    if (!isLoopback(host) && !allowed) {
      throw usageError(
        `${place}: ${url} can be reached from other machines, and metrics are served there without encryption to whoever asks`,
        'serve them on 127.0.0.1, or give --allow-insecure-listen where the network around it can be trusted',
      );
    }
    if (port !== 0 && listen.some((other) => other.host === host && other.port === port)) {
      throw usageError(`${place}: ${url} is the address for clients`, 'give metrics another port');
    }
    return address;
  });
}

/** `listen` with its real ports. */
export function clientUrlsOf(settings: Settings, listen: readonly ListenAddress[]): readonly string[] {
  const given = settings.values['advertise-client-urls'];
  if (given !== undefined) return given;
  const scheme = isEncrypted(settings) ? 'https' : 'http';
  const wildcard = listen.find((address) => isWildcard(address.host));
  if (wildcard === undefined) return listen.map((address) => `${scheme}://${formatAddress(address)}`);
  throw usageError(
    `--listen ${formatAddress(wildcard)} does not tell under which address clients reach this node`,
    `give --advertise-client-urls ${scheme}://HOST:PORT`,
  );
}

/** An operator's word for one start: left in a file or an environment it would take every takeover for a lost disk. */
export function acceptsLocalLoss(settings: Settings): boolean {
  if (!settings.values['accept-local-loss']) return false;
  const source = settings.sources.get('accept-local-loss');
  if (source === 'flag') return true;
  throw usageError(
    `${placeOf('accept-local-loss', source)}: this is said for one start, on the command line alone`,
    't4 run … --accept-local-loss, once, and then without it',
  );
}
