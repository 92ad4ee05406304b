"""python3-etcd3 against the server of the arguments: a line for each thing that happened, without what two servers cannot agree on."""

import io
import sys
import threading

import etcd3

HOST, PORT = sys.argv[1], int(sys.argv[2])


def connect():
    return etcd3.client(host=HOST, port=PORT, timeout=20)


def say(what, *facts):
    print(what, *(repr(fact) for fact in facts), flush=True)


def refused(what, act):
    try:
        say(what, act())
    except Exception as error:
        details = error.details() if hasattr(error, 'details') else str(error)
        say(what, type(error).__name__, details)


def facts(item):
    value, metadata = item
    if metadata is None:
        return None
    relative = [revision - base for revision in (metadata.create_revision, metadata.mod_revision)]
    return metadata.key, value, *relative, metadata.version, metadata.lease_id != 0


client = connect()
base = client.put('first', 'x').header.revision
client.delete('first')
base += 1

# Keys and values.
say('put', client.put('k/a', '1').header.revision - base)
say('put with previous', client.put('k/a', '2', prev_kv=True).prev_kv.value)
for key in ('k/c', 'k/b', 'other'):
    client.put(key, key.upper())
say('get', facts(client.get('k/a')))
say('get nothing', client.get('none'))
say('prefix', [facts(item) for item in client.get_prefix('k/')])
for order in ('ascend', 'descend'):
    for target in ('key', 'version', 'create', 'mod', 'value'):
        items = client.get_prefix('k/', sort_order=order, sort_target=target)
        say('sorted', order, target, [metadata.key for _, metadata in items])
say('keys only', [facts(item) for item in client.get_prefix('k/', keys_only=True)])
say('range', [facts(item) for item in client.get_range('k/a', 'k/c')])
say('all', [facts(item) for item in client.get_all()])
say('serializable', facts(client.get('k/a', serializable=True)))
say('create', client.put_if_not_exists('new', '1'), client.put_if_not_exists('new', '2'))
say('replace', client.replace('new', '1', '3'), client.replace('new', '1', '4'), client.get('new')[0])
say('delete', client.delete('new'), client.delete('new'))
say('delete with previous', client.delete('k/c', prev_kv=True, return_response=True).prev_kvs[0].value)
say('delete prefix', client.delete_prefix('k/').deleted)
say('bytes', client.put(b'\xff\x00', b'\x00\xff') is not None, client.get(b'\xff\x00')[0])
refused('no key', lambda: client.put('', 'x'))

# Transactions.
transactions = client.transactions
client.put('t', '1')
for expected in ('1', '1', '9'):
    succeeded, responses = client.transaction(
        compare=[transactions.value('t') == expected, transactions.version('t') > 0],
        success=[transactions.put('t', '9'), transactions.get('t'), transactions.put('u', '1')],
        failure=[transactions.get('t'), transactions.delete('u')],
    )
    say('transaction', succeeded, [type(response).__name__ for response in responses])
say('compares', [
    client.transaction(compare=[compare], success=[], failure=[])[0]
    for compare in (
        transactions.create('none') == 0,
        transactions.create('t') > 0,
        transactions.mod('t') < base,
        transactions.version('t') != 1,
        transactions.value('none') != 'x',
    )
])

# Watches.
iterator, cancel = client.watch_prefix('w/', prev_kv=True)
client.put('w/a', '1')
client.put('w/a', '2')
client.delete('w/a')
client.put('w/b', '3')
for _, event in zip(range(4), iterator):
    say('event', type(event).__name__, event.key, event.value, event.prev_value, event.mod_revision - base)
cancel()
iterator, cancel = client.watch('w/a', start_revision=base + 1)
for _, event in zip(range(3), iterator):
    say('history', type(event).__name__, event.value, event.version)
cancel()

seen = threading.Event()
watch_id = client.add_watch_callback('c', lambda response: seen.set())
client.put('c', '1')
say('callback', seen.wait(20))
client.cancel_watch(watch_id)

# Leases.
lease = client.lease(600)
say('lease', lease.granted_ttl, 590 < lease.remaining_ttl <= 600, list(lease.keys))
client.put('l/a', '1', lease=lease)
client.put('l/b', '1', lease=lease.id)
say('keys of the lease', sorted(lease.keys), facts(client.get('l/a')))
say('refresh', [response.TTL for response in lease.refresh()])
lease.revoke()
say('revoked', client.get('l/a'), lease.granted_ttl, lease.remaining_ttl)
say('refresh what is gone', [response.TTL for response in lease.refresh()])
refused('lease that is not there', lambda: client.put('l/a', '1', lease=404))
named = client.lease(600, lease_id=7777)
say('named', named.id)
refused('named again', lambda: client.lease(600, lease_id=7777))
named.revoke()

# A lock, by two clients, one after the other: while it is held the package waits in a way that Debian's tenacity has no more.
for holder in (connect(), connect()):
    lock = holder.lock('place', ttl=60)
    say('acquired', lock.acquire(timeout=10), lock.is_acquired(), client.get(lock.key)[0] == lock.uuid)
    say('released', lock.release(), lock.is_acquired(), client.get(lock.key)[0])

# The rest.
members = list(client.members)
say('members', len(members), all(member.id for member in members), all(member.client_urls for member in members))
status = client.status()
say('status', status.leader.id == members[0].id, status.db_size > 0, status.raft_term > 0)
say('alarms', list(client.list_alarms()))
say('hash', client.hash() > 0)
client.defragment()
snapshot = io.BytesIO()
client.snapshot(snapshot)
say('snapshot', snapshot.tell() % 512, snapshot.getvalue()[16:20])
revision = client.put('k', 'v').header.revision
client.compact(revision, physical=True)
iterator, cancel = client.watch('k', start_revision=1)
try:
    say('compacted', next(iterator))
except etcd3.exceptions.RevisionCompactedError as error:
    say('compacted', error.compacted_revision - base)
refused('compacted again', lambda: client.compact(revision))
