/* SPDX-License-Identifier: Apache-2.0 */
/* The arguments of this process. */
#include "httpd/command.h"

#include <apr_file_io.h>
#include <apr_strings.h>
#include <string.h>

#define MOST 65536

/* They stand one by one, each with its NUL. */
static const char *read_arguments(apr_size_t *len, apr_pool_t *pool)
{
    char *text = apr_pcalloc(pool, MOST + 1);
    apr_file_t *file;

    *len = 0;
    if (apr_file_open(&file, "/proc/self/cmdline", APR_FOPEN_READ,
                      APR_FPROT_OS_DEFAULT, pool) != APR_SUCCESS)
        return text;
    apr_file_read_full(file, text, MOST, len);
    apr_file_close(file);
    return text;
}

const char *ipxe_command_word(apr_pool_t *pool)
{
    apr_size_t len;
    const char *at = read_arguments(&len, pool), *end = at + len;

    for (; at < end; at += strlen(at) + 1) {
        if (strncmp(at, "-k", 2) != 0)
            continue;
        /* "-k stop" or "-kstop" */
        return at[2] ? at + 2 : at + 3 < end ? at + 3 : "";
    }
    return "";
}

int ipxe_command_stops(apr_pool_t *pool)
{
    const char *word = ipxe_command_word(pool);

    return strcmp(word, "stop") == 0 || strcmp(word, "graceful-stop") == 0;
}
