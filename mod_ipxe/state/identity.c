/* SPDX-License-Identifier: Apache-2.0 */
/* The file that remembers the database. */
#include "state/identity.h"

#include <apr_file_io.h>
#include <apr_strings.h>
#include <string.h>

#define DIGITS "0123456789abcdef"

static int parse(ipxe_identity_t *identity, char *line)
{
    char *last, *name = apr_strtok(line, " \n", &last);
    char *serial = apr_strtok(NULL, " \n", &last);
    char *word = apr_strtok(NULL, " \n", &last);
    char *end;

    if (!name || !serial || !word || strlen(name) != 32 ||
        strspn(name, DIGITS) != 32)
        return 0;
    memcpy(identity->name, name, sizeof identity->name);
    identity->serial = apr_strtoi64(serial, &end, 10);
    if (*end || identity->serial < 0)
        return 0;
    if (strcmp(word, "ok") == 0)
        identity->memory = IPXE_MEMORY_GOOD;
    else if (strcmp(word, "doubtful") == 0)
        identity->memory = IPXE_MEMORY_DOUBTFUL;
    else
        return 0;
    return 1;
}

static void read_open(ipxe_identity_t *identity, apr_file_t *file)
{
    char line[128];
    apr_size_t n = sizeof line - 1;
    apr_status_t rv = apr_file_read_full(file, line, n, &n);

    line[n] = '\0';
    memset(identity, 0, sizeof *identity);
    identity->memory = IPXE_MEMORY_BROKEN;
    if (APR_STATUS_IS_EOF(rv) && n == 0) {
        identity->memory = IPXE_MEMORY_NONE; /* being made */
        return;
    }
    if (!APR_STATUS_IS_EOF(rv) || !parse(identity, line)) {
        memset(identity, 0, sizeof *identity);
        identity->memory = IPXE_MEMORY_BROKEN;
    }
}

void ipxe_identity_read(ipxe_identity_t *identity, const char *name,
                        apr_pool_t *pool)
{
    apr_file_t *file;
    apr_status_t rv =
        apr_file_open(&file, name, APR_FOPEN_READ, APR_FPROT_OS_DEFAULT, pool);

    memset(identity, 0, sizeof *identity);
    identity->memory =
        APR_STATUS_IS_ENOENT(rv) ? IPXE_MEMORY_NONE : IPXE_MEMORY_BROKEN;
    if (rv)
        return;
    apr_file_lock(file, APR_FLOCK_SHARED);
    read_open(identity, file);
    apr_file_close(file);
}

/* In place and of one length: many processes keep it open at once. */
static apr_status_t write_open(apr_file_t *file,
                               const ipxe_identity_t *identity, int sync)
{
    char line[128];
    apr_off_t start = 0;
    apr_size_t n;
    apr_status_t rv;

    apr_snprintf(line, sizeof line, "%s %019" APR_INT64_T_FMT " %-8s\n",
                 identity->name, identity->serial,
                 identity->memory == IPXE_MEMORY_GOOD ? "ok" : "doubtful");
    n = strlen(line);
    rv = apr_file_seek(file, APR_SET, &start);
    if (!rv)
        rv = apr_file_write_full(file, line, n, NULL);
    if (!rv)
        rv = apr_file_trunc(file, (apr_off_t)n);
    return rv || !sync ? rv : apr_file_sync(file);
}

/* A serial that only grows need not outlast the power: a lower one than the
 * database's is none to doubt it for. */
static int changes(const ipxe_identity_t *wanted, const ipxe_identity_t *there)
{
    return there->memory != wanted->memory ||
           strcmp(there->name, wanted->name) != 0 ||
           there->serial > wanted->serial;
}

/* What is to be written over what is there; 0: nothing. */
static int join(ipxe_identity_t *wanted, const ipxe_identity_t *there,
                int accept)
{
    if (accept || there->memory == IPXE_MEMORY_NONE)
        return 1;
    if (strcmp(there->name, wanted->name) != 0)
        return 0;
    if (there->memory == IPXE_MEMORY_DOUBTFUL)
        wanted->memory = IPXE_MEMORY_DOUBTFUL;
    if (there->serial > wanted->serial)
        wanted->serial = there->serial;
    return 1;
}

apr_status_t ipxe_identity_write(const ipxe_identity_t *identity,
                                 const char *name, int accept, apr_pool_t *pool)
{
    ipxe_identity_t there, wanted = *identity;
    apr_file_t *file;
    apr_status_t rv = apr_file_open(
        &file, name, APR_FOPEN_READ | APR_FOPEN_WRITE | APR_FOPEN_CREATE,
        APR_FPROT_UREAD | APR_FPROT_UWRITE, pool);

    if (rv)
        return rv;
    rv = apr_file_lock(file, APR_FLOCK_EXCLUSIVE);
    if (!rv) {
        read_open(&there, file);
        if (join(&wanted, &there, accept))
            rv = write_open(file, &wanted, changes(&wanted, &there));
    }
    apr_file_close(file);
    return rv;
}
