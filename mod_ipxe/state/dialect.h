/* SPDX-License-Identifier: Apache-2.0 */
/* In what the databases differ: a row for each. */
#ifndef IPXE_STATE_DIALECT_H
#define IPXE_STATE_DIALECT_H

typedef struct ipxe_sql_dialect_t {
    const char *driver; /* of apr_dbd */
    int file;           /* params name a file */
    const char *also;   /* put behind the params; or NULL */
    int numbered;       /* its driver gives rows by their number alone */
    const char *stale;  /* words of the error of a statement that was made
                           before another made the tables; or NULL */
    const char *busy;   /* words of the error on a new connection that another
                           stands in the way of; or NULL */
    const char *connect[5]; /* statements on a new connection; NULL ends */
    const char *quick;      /* and where nothing shall wait for the disk */
    const char *begin;      /* a transaction that alone may write */
    const char *lock;       /* a SELECT in it that makes it so, or NULL */
    const char *relax;      /* before one that may be lost with the power */
    const char *relax_in;   /* the same, behind its begin; or NULL */
    const char *strict;     /* after it, or NULL */
    const char *exists;     /* a SELECT: has a row where there is a state */
    const char *guard;      /* a SELECT before tables are made, or NULL */
    const char *unguard;    /* and one after it, or NULL */
    const char *word;       /* type of a text with an index, and of others */
    const char *text;
    const char *counter; /* type of a primary key that counts by itself */
    const char *tail;    /* of CREATE TABLE */
} ipxe_sql_dialect_t;

/* NULL where there is none. */
const ipxe_sql_dialect_t *ipxe_sql_dialect_find(const char *driver);

#endif
