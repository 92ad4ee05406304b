/** What commands that ask an etcd take of it, beside its URL. */

/** The options of every command that asks one. */
export const endpointOptions = [
  ['--cacert <FILE>', "Believe servers whose certificate this one signed, PEM. (default: the system's)"],
  ['--cert <FILE>', 'Client certificate for TLS, PEM.'],
  ['--key <FILE>', 'Its key, PEM.'],
  ['--user <NAME>', 'User of that etcd. Its password: --password-file, or T4_ETCD_PASSWORD.'],
  ['--password-file <FILE>', 'Holds the password of --user, on its first line.'],
] as const;
