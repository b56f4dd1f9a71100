/* SPDX-License-Identifier: Apache-2.0 */
/* What is in a fleet's LMDB file, for those who read and who write it.
 * Private to rules/hosts_*.c. */
#ifndef IPXE_RULES_HOSTS_INSIDE_H
#define IPXE_RULES_HOSTS_INSIDE_H

#include <lmdb.h>

#include "rules/host_provider.h"

#define IPXE_STORE_FORMAT  "1"
#define IPXE_STORE_VERSION "format" /* in `about` */
#define IPXE_STORE_COUNTS  "counts" /* in `about`: ipxe_store_counts_t */

/* The kinds of keys, each by its letter; that of a manufacturer stands in the
 * list of a host alone, and only beside a serial. */
enum {
    IPXE_STORE_MAC,
    IPXE_STORE_UUID,
    IPXE_STORE_SERIAL,
    IPXE_STORE_ASSET,
    IPXE_STORE_MAKER,
    IPXE_STORE_KINDS
};
#define IPXE_STORE_LETTERS "musak"

/* How many keys of each kind there are. */
typedef struct ipxe_store_counts_t {
    apr_uint64_t keys[IPXE_STORE_KINDS];
} ipxe_store_counts_t;

/* An open file. */
typedef struct ipxe_store_env_t {
    MDB_env *env;
    MDB_dbi hosts; /* name -> its keys, each ended by NUL; NUL; its text */
    MDB_dbi keys;  /* letter and value -> names, sorted */
    MDB_dbi about;
} ipxe_store_env_t;

/* LMDB's longest; longer values are no keys. */
#define IPXE_STORE_KEY_BYTES 511

/* Makes the environment and opens the file with these flags beside NOSUBDIR
 * and NOTLS; 0, or LMDB's error, and then nothing is left open. */
int ipxe_store_env_open(ipxe_store_env_t *env, const char *path,
                        unsigned flags);

/* Opens the tables; CREATE among the flags makes them. 0, or an error;
 * MDB_VERSION_MISMATCH where another version of ours made the file. */
int ipxe_store_tables(ipxe_store_env_t *env, MDB_txn *txn, unsigned flags);

/* The letter of the kind and the value in lower case; its length, or 0 where
 * the value is too long for a key. */
apr_size_t ipxe_store_key(char key[IPXE_STORE_KEY_BYTES + 1], int kind,
                          const char *value, apr_size_t len);

/* Where the text of a record begins, or NULL where it is none. */
const char *ipxe_store_text(const MDB_val *record);

/* A record's text, named "PATH NAME". NULL where it is none. */
const ipxe_source_t *ipxe_store_source(const MDB_val *record, const char *path,
                                       const char *name, apr_pool_t *pool);

/* Adds "cannot DO the hosts in 'PATH': WHY" with a help where there is one to
 * give; APR_EGENERAL. */
apr_status_t ipxe_store_fail(ipxe_diags_t *diags, const char *verb,
                             const char *path, int error);

#endif
