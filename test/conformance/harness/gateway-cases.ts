import type { GatewayRequest } from './gateway-client.ts';

export interface GatewayCase {
  readonly name: string;
  readonly requests: readonly GatewayRequest[];
  /** Releases by their beginning, `` for all, and why this server answers otherwise than they do. */
  readonly differs?: Readonly<Record<string, string>>;
}

export const key = 'YQ==';
const put = { path: '/v3/kv/put', body: { key, value: 'Yg==' } };
const range = (body: object): GatewayRequest => ({ path: '/v3/kv/range', body: { key, ...body } });
/** Words about JSON are each library's own. */
const garbled = (path: string, body: string): GatewayRequest => ({ path, body, isWordless: true });
const lease = { path: '/v3/lease/grant', body: { ID: '7587862072907233301', TTL: '100' } };

const v1 = 'grpc-gateway v1: its JSON is less lenient, and its HTTP statuses are older';

export const gatewayCases: readonly GatewayCase[] = [
  {
    name: 'a key put, read and deleted',
    requests: [put, range({}), { path: '/v3/kv/deleterange', body: { key, prev_kv: true } }, range({})],
  },
  { name: 'the older name of the path', requests: [put, { path: '/v3beta/kv/range', body: { key } }] },
  { name: 'a name that is gone', requests: [{ path: '/v3alpha/kv/range', body: { key } }] },
  {
    name: 'a prefix with a limit, in both ways of writing',
    requests: [
      put,
      { path: '/v3/kv/put', body: { key: 'Yg==' } },
      range({ range_end: 'ZA==', limit: '1' }),
      range({ rangeEnd: 'ZA==', limit: 1 }),
    ],
  },
  {
    name: 'an order by name and by number',
    requests: [put, range({ sort_order: 'DESCEND', sort_target: 'KEY' }), range({ sortOrder: 2, sortTarget: 0 })],
  },
  {
    name: 'an order that nobody knows, by number',
    requests: [range({ sort_order: 77 })],
    differs: { '3.4': 'from 3.6 on it is refused' },
  },
  {
    name: 'an order that nobody knows, by name',
    requests: [put, range({ sort_order: 'NOPE' })],
    differs: { '3.4': v1 },
  },
  { name: 'what nobody knows is passed over', requests: [put, range({ nothing: { x: [1, {}] }, KEY: 1 })] },
  { name: 'nothing for null', requests: [put, range({ limit: null, revision: null })] },
  {
    name: 'bytes in base64 for addresses, and without their end',
    requests: [
      { path: '/v3/kv/put', body: { key: '_w', value: '-_8' } },
      { path: '/v3/kv/range', body: { key: '_w==' } },
    ],
    differs: { '3.4': v1 },
  },
  {
    name: 'numbers of 64 bits as text and as number',
    requests: [
      lease,
      { path: '/v3/lease/timetolive', body: '{"ID":7587862072907233301,"keys":true}' },
      { path: '/v3/lease/revoke', body: { ID: lease.body.ID } },
    ],
  },
  {
    name: 'a number with a point, and with an exponent',
    requests: [
      put,
      { path: '/v3/kv/range', body: `{"key":"${key}","limit":1e0}` },
      { path: '/v3/kv/range', body: `{"key":"${key}","limit":1.0}` },
    ],
    differs: { '3.4': v1 },
  },
  {
    name: 'a number in text with a point',
    requests: [put, range({ limit: '1.0' })].map((request) => ({ ...request, isWordless: true })),
    differs: { '3.6': 'a text is read as whole digits here' },
  },
  {
    name: 'only the first object is read',
    requests: [put, { path: '/v3/kv/range', body: `  {"key":"${key}"} {"key":"Yg=="} x` }],
  },
  {
    name: 'the same name twice',
    requests: [put, garbled('/v3/kv/range', `{"key":"Yg==","key":"${key}"}`)],
    differs: { '3.6': 'the last one counts here, as in 3.4' },
  },
  { name: 'no body', requests: [{ path: '/v3/kv/range', body: '' }] },
  ...[
    'xx',
    '[]',
    '"x"',
    '5',
    '{',
    '{"key":',
    '{"key":"YQ=="',
    '{"key":"%%"}',
    '{"key":5}',
    '{"key":{}}',
    '{"limit":"x"}',
    '{"limit":1.5}',
    '{"limit":"99999999999999999999"}',
    '{"count_only":"true"}',
    '{"sort_order":{}}',
  ].map((body): GatewayCase => ({ name: `no message: ${body}`, requests: [garbled('/v3/kv/range', body)] })),
  {
    name: 'null for a message',
    requests: [garbled('/v3/kv/range', 'null')],
  },
  {
    name: 'two of what can be one',
    requests: [garbled('/v3/kv/txn', `{"compare":[{"key":"${key}","version":"1","value":"YQ=="}]}`)],
    differs: { '3.4': 'v1 takes the last' },
  },
  {
    name: 'a transaction with both branches',
    requests: [
      put,
      {
        path: '/v3/kv/txn',
        body: {
          compare: [{ target: 'VALUE', key, value: 'Yg==', result: 'EQUAL' }],
          success: [{ request_put: { key: 'Yw==', value: 'ZA==' } }, { requestRange: { key: 'Yw==' } }],
          failure: [{ request_delete_range: { key } }],
        },
      },
      {
        path: '/v3/kv/txn',
        body: {
          compare: [{ target: 1, key, create_revision: '0', result: 3 }],
          failure: [{ request_txn: { success: [{ request_delete_range: { key, prev_kv: true } }] } }],
        },
      },
    ],
  },
  {
    name: 'errors by their kind',
    requests: [
      { path: '/v3/kv/range', body: {} },
      range({ revision: '99999' }),
      { path: '/v3/lease/revoke', body: { ID: '1' } },
      { path: '/v3/kv/compaction', body: { revision: '99999' } },
      { path: '/v3/kv/put', body: { key, lease: '5' } },
      { path: '/v3/lease/grant', body: { TTL: '99999999999' } },
    ],
  },
  {
    name: 'a lease that is there already',
    requests: [lease, lease],
    differs: { '3.4': 'v1 answers a failed precondition with 412' },
  },
  {
    name: 'a compaction, and what is gone with it',
    requests: [
      put,
      put,
      { path: '/v3/kv/compaction', body: { revision: '2', physical: true }, isWordless: true },
      range({ revision: '1' }),
    ],
  },
  {
    name: 'leases by both of their paths',
    requests: [
      lease,
      { path: '/v3/lease/leases', body: {} },
      { path: '/v3/kv/lease/leases', body: {} },
      { path: '/v3/kv/lease/timetolive', body: { ID: lease.body.ID } },
      { path: '/v3/kv/lease/revoke', body: { ID: lease.body.ID } },
      { path: '/v3/lease/timetolive', body: { ID: lease.body.ID } },
    ],
  },
  {
    name: 'a lock held by a lease, and let go',
    requests: [
      lease,
      { path: '/v3/lock/lock', body: { name: 'bG9jaw==', lease: lease.body.ID } },
      { path: '/v3/kv/range', body: { key: 'bG9jay82OTRkN2E5MDNhNDIwYTE1' } },
    ],
  },
  {
    name: 'an election',
    requests: [
      lease,
      { path: '/v3/election/campaign', body: { name: 'ZQ==', value: 'dg==', lease: lease.body.ID } },
      { path: '/v3/election/leader', body: { name: 'ZQ==' } },
      { path: '/v3/election/leader', body: { name: 'bm9uZQ==' } },
    ],
  },
  {
    name: 'keep-alives, one and several',
    requests: [
      lease,
      { path: '/v3/lease/keepalive', body: { ID: lease.body.ID } },
      { path: '/v3/lease/keepalive', body: `{"ID":"${lease.body.ID}"}{"ID":"5"}` },
      { path: '/v3/lease/keepalive', body: '' },
    ],
  },
  {
    name: 'a keep-alive that is none',
    requests: [garbled('/v3/lease/keepalive', 'xx')],
    differs: { '3.4': 'v1 takes it for a fault of the server', '3.6': 'v2 takes it for the end' },
  },
  {
    name: 'a watch over the past',
    requests: [put, put, { path: '/v3/watch', body: { create_request: { key, start_revision: '1' } }, linesMax: 2 }],
  },
  {
    name: 'a watch of several, in one body',
    requests: [
      put,
      {
        path: '/v3/watch',
        body: `{"create_request":{"key":"${key}"}}\n{"create_request":{"key":"Yg==","watch_id":"7"}} {"cancel_request":{"watch_id":7}}`,
        linesMax: 3,
      },
    ],
  },
  {
    name: 'a watch that is refused',
    requests: [{ path: '/v3/watch', body: { create_request: { key: 'Yg==', range_end: key } }, linesMax: 1 }],
  },
  {
    name: 'an observer of an election',
    requests: [
      lease,
      { path: '/v3/election/campaign', body: { name: 'ZQ==', value: 'dg==', lease: lease.body.ID } },
      { path: '/v3/election/observe', body: { name: 'ZQ==' }, linesMax: 1 },
    ],
  },
  {
    name: 'paths that are not there',
    requests: [
      { path: '/v3/kv/nothing', body: {} },
      { path: '/v3/', body: {} },
      { path: '/v3/kv/range/', body: { key } },
    ],
    differs: { '3.4': 'v1 says so in plain text' },
  },
  {
    name: 'other methods than POST',
    requests: ['GET', 'PUT', 'DELETE'].map((method) => ({ method, path: '/v3/kv/range' })),
    differs: { '3.4': 'v1 answers 405' },
  },
  { name: 'a question behind the path', requests: [put, { path: '/v3/kv/range?x=1', body: { key } }] },
  {
    name: 'whatever the type of the body',
    requests: [put, { path: '/v3/kv/range', body: { key }, headers: { 'content-type': 'text/plain' } }],
  },
  {
    name: 'where there is nothing',
    requests: [
      { method: 'GET', path: '/nothing' },
      { method: 'POST', path: '/nothing', body: '' },
    ],
  },
  {
    name: 'health',
    requests: [
      { method: 'GET', path: '/health' },
      { method: 'GET', path: '/health?serializable=true&exclude=NOSPACE' },
      { method: 'POST', path: '/health', body: '' },
    ],
    differs: { '3.4': 'it gives no reason' },
  },
  {
    name: 'health, check by check',
    requests: [
      '/livez',
      '/livez?verbose',
      '/livez/serializable_read',
      '/readyz',
      '/readyz/linearizable_read?verbose',
      '/readyz/data_corruption',
      '/readyz/nothing',
      '/readyz?exclude=data_corruption&exclude=serializable_read&exclude=non_learner&verbose',
    ].map((path) => ({ method: 'GET', path })),
    differs: { '3.4': 'it has none' },
  },
  {
    name: 'whoever only asks for heads',
    requests: [{ method: 'HEAD', path: '/health' }],
    differs: { '': 'etcd answers GET alone; a probe may ask for the head here' },
  },
];
