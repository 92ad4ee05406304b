/** The etcd whose interface this is. Clients parse it, and turn features on by it: three numbers, nothing else. */
export const etcdVersion = '3.6.5';

export const etcdStorageVersion = '3.6.0';
