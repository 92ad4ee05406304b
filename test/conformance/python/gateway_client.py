"""python3-etcd3gw, which speaks the JSON gateway, against the server of the arguments: a line for each thing that happened."""

import sys
import threading

from etcd3gw.client import Etcd3Client

HOST, PORT = sys.argv[1], int(sys.argv[2])


def connect():
    return Etcd3Client(host=HOST, port=PORT, api_path='/v3/', timeout=20)


def say(what, *facts):
    print(what, *(repr(fact) for fact in facts), flush=True)


def refused(what, act):
    try:
        say(what, act())
    except Exception as error:
        say(what, type(error).__name__, str(error)[:200])


def facts(item):
    value, metadata = item
    relative = [int(metadata[name]) - base for name in ('create_revision', 'mod_revision')]
    return metadata['key'], value, *relative, metadata['version'], sorted(metadata)


client = connect()
base = int(client.status()['header']['revision'])

# Keys and values.
say('put', client.put('k/a', '1'), client.put('k/b', b'2'), client.put('k/c', 'ü'), client.put('other', ''))
say('get', client.get('k/a'), client.get('none'), client.get('other'))
say('with metadata', [facts(item) for item in client.get('k/a', metadata=True)])
say('prefix', [facts(item) for item in client.get_prefix('k/')])
for order in ('ascend', 'descend'):
    for target in ('key', 'version', 'create', 'mod', 'value'):
        say('sorted', order, target, [item[1]['key'] for item in client.get_prefix('k/', order, target)])
say('limit', client.get('k/a', metadata=True, range_end='awAw', limit=2) is not None)
say('all', [metadata['key'] for _, metadata in client.get_all()])
say('create', client.create('new', '1'), client.create('new', '2'))
say('replace', client.replace('new', '1', '3'), client.replace('new', '1', '4'), client.get('new'))
say('delete', client.delete('new'), client.delete('new'), client.delete_prefix('k/'), client.delete_prefix('k/'))
refused('no key', lambda: client.put('', 'x'))
refused('no such revision', lambda: client.get('a', revision=10**12))

# Transactions.
transaction = client.transaction({
    'compare': [{'key': 'dA==', 'result': 'EQUAL', 'target': 'VERSION', 'version': 0}],
    'success': [{'request_put': {'key': 'dA==', 'value': 'MQ=='}}, {'request_range': {'key': 'dA=='}}],
    'failure': [{'request_delete_range': {'key': 'dA=='}}],
})
say('transaction', transaction['succeeded'], [sorted(response) for response in transaction['responses']])

# Watches.
iterator, cancel = client.watch_prefix('w/', prev_kv=True)
client.put('w/a', '1')
client.put('w/a', '2')
client.delete('w/a')
for _, event in zip(range(3), iterator):
    say('event', event.get('type', 'PUT'), event['kv']['key'], event['kv'].get('value'), 'prev_kv' in event)
cancel()
iterator, cancel = client.watch('w/a', start_revision=base + 1)
for _, event in zip(range(2), iterator):
    say('history', event['kv'].get('value'), event['kv']['version'])
cancel()
timer = threading.Timer(0.5, lambda: connect().put('w/once', 'x'))
timer.start()
say('once', client.watch_once('w/once', timeout=20)['kv']['value'])

# Leases.
lease = client.lease(600)
say('lease', 590 < lease.ttl() <= 600, lease.keys(), lease.refresh())
client.put('l/a', '1', lease)
say('created with it', client.create('l/b', '1', lease))
say('keys of the lease', sorted(lease.keys()))
say('revoked', lease.revoke(), client.get('l/a'), lease.ttl())
refused('lease that is not there', lambda: lease.revoke())

# A lock, by two clients.
held, wanted = connect().lock('place', ttl=60), connect().lock('place', ttl=60)
say('acquired', held.acquire(), held.is_acquired(), wanted.acquire(), wanted.is_acquired())
say('refreshed', held.refresh())
say('released', wanted.release(), held.release(), wanted.acquire(), wanted.release())

# The rest.
members = client.members()
say('members', len(members), all('clientURLs' in member for member in members))
