/** What etcd's own `Validate` refuses, in its words; and what it would take and T4 cannot be. */
import { parseAddress } from '../listen-address.ts';
import { EtcdUsageError } from './etcd-error.ts';
import { parseFeatureGates, type FeatureGate } from './feature-gates.ts';
import { isDefault } from './flag-value.ts';
import { etcdFlags } from './flags.ts';

/** Every flag, given or not, by name. */
export type EtcdValues = (name: string) => string;

const electionMsMax = 50_000;

export function checkValues(values: EtcdValues, isGiven: (name: string) => boolean, isShared: boolean): void {
  for (const name of ['listen-client-urls', 'listen-peer-urls', 'listen-metrics-urls'])
    checkBindUrls(urlsOf(values(name)));
  for (const name of ['initial-advertise-peer-urls', 'advertise-client-urls'])
    checkHostUrls(name, urlsOf(values(name)));
  if (!['new', 'existing'].includes(values('initial-cluster-state')))
    throw refusal(`unexpected clusterState ${JSON.stringify(values('initial-cluster-state'))}`);
  checkTimes(Number(values('heartbeat-interval')), Number(values('election-timeout')));
  if (isGiven('listen-client-urls') && !isGiven('advertise-client-urls'))
    throw refusal('--advertise-client-urls is required when --listen-client-urls is set explicitly');
  const mode = values('auto-compaction-mode');
  if (mode !== 'periodic' && mode !== 'revision') throw refusal(`unknown auto-compaction-mode ${JSON.stringify(mode)}`);
  checkGates(values, isGiven);
  checkCluster(values, isShared);
  checkRefused(values, isGiven);
}

export function urlsOf(text: string): readonly URL[] {
  if (text === '') return [];
  return text.split(',').map((part) => {
    const given = part.trim();
    if (/^unixs?:/.test(given)) throw refusal(`${given}: Unix sockets are not served here`, 'give http://HOST:PORT');
    if (!/^https?:\/\//.test(given)) throw refusal(`URL scheme must be http, https, unix, or unixs: ${given}`);
    if (parseAddress(given.replace(/^https:/, 'http:')) === undefined)
      throw refusal(`URL address does not have the form "host:port": ${given}`);
    if (given.endsWith('/')) throw refusal(`URL must not contain a path: ${given}`);
    return new URL(given);
  });
}

function checkBindUrls(urls: readonly URL[]): void {
  for (const url of urls) {
    const isIp = /^\[.*\]$/.test(url.hostname) || /^\d{1,3}(\.\d{1,3}){3}$/.test(url.hostname);
    if (!isIp && url.hostname !== 'localhost')
      throw refusal(`expected IP in URL for binding (${url.href.replace(/\/$/, '')})`);
  }
}

function checkHostUrls(name: string, urls: readonly URL[]): void {
  for (const url of urls) if (url.hostname === '') throw refusal(`--${name} must be "host:port"`);
}

function checkTimes(heartbeatMs: number, electionMs: number): void {
  if (heartbeatMs === 0) throw refusal('--heartbeat-interval must be >0 (set to 0ms)');
  if (electionMs === 0) throw refusal('--election-timeout must be >0 (set to 0ms)');
  if (5 * heartbeatMs > electionMs) {
    throw refusal(
      `--election-timeout[${electionMs}ms] should be at least as 5 times as --heartbeat-interval[${heartbeatMs}ms]`,
    );
  }
  if (electionMs > electionMsMax)
    throw refusal(`--election-timeout[${electionMs}ms] is too long, and should be set less than ${electionMsMax}ms`);
}

/** A gate, and the flag that was there before it. */
function checkGates(values: EtcdValues, isGiven: (name: string) => boolean): void {
  const gates = parseFeatureGates(values('feature-gates'));
  for (const [flag, gate] of formerGates) {
    const value = gates.get(gate);
    if (value === undefined || !isGiven(flag)) continue;
    const gateText = `--feature-gates=${gate}=${value}`;
    throw refusal(
      `cannot specify both flags: --${flag}=${values(flag)} and ${gateText} at the same time, please just use ${gateText}`,
    );
  }
}

const formerGates: ReadonlyMap<string, FeatureGate> = new Map([
  ['experimental-initial-corrupt-check', 'InitialCorruptCheck'],
  ['experimental-compact-hash-check-enabled', 'CompactHashCheck'],
]);

/** Members that share nothing would each be a database of their own, and every one of them would answer. */
function checkCluster(values: EtcdValues, isShared: boolean): void {
  const members = new Set(
    values('initial-cluster')
      .split(',')
      .filter((part) => part !== '')
      .map((part) => part.split('=', 1)[0]!.trim()),
  );
  if (members.size > 0 && !members.has(values('name')))
    throw refusal(`couldn't find local name ${JSON.stringify(values('name'))} in the initial cluster configuration`);
  const share =
    'give every one of them the same object store: --store s3://BUCKET/PREFIX; then each finds the others there';
  if (isShared) return;
  if (members.size > 1)
    throw refusal(`--initial-cluster names ${members.size} members, and nothing says what they share`, share);
  if (values('initial-cluster-state') === 'existing')
    throw refusal('--initial-cluster-state existing joins others, and nothing says what they share', share);
}

function checkRefused(values: EtcdValues, isGiven: (name: string) => boolean): void {
  for (const flag of etcdFlags) {
    if (flag.here.kind !== 'refused' || !isGiven(flag.name)) continue;
    const given = values(flag.name);
    if (isDefault(flag, given) || given === '') continue;
    throw refusal(`--${flag.name} ${JSON.stringify(given)} cannot be had here: ${flag.note}`);
  }
}

function refusal(message: string, hint?: string): EtcdUsageError {
  return new EtcdUsageError(1, message, hint);
}
