/* SPDX-License-Identifier: Apache-2.0 */
/* What check and lint found: printed, counted, as an exit status; and the
 * files that they read. */
#include "ctl/ctl.h"

#include <apr_strings.h>
#include <stdio.h>

const char *ipxe_ctl_count(int n, const char *word, apr_pool_t *pool)
{
    return apr_psprintf(pool, "%d %s%s", n, word, n == 1 ? "" : "s");
}

static ipxe_exit_e outcome(const ipxe_ctl_t *ctl, const ipxe_diags_t *found)
{
    int i;

    for (i = 0; i < found->all->nelts; i++)
        if (APR_ARRAY_IDX(found->all, i, ipxe_diag_t *)->code ==
            IPXE_DIAG_FILE_UNREADABLE)
            return IPXE_EXIT_CANNOT;
    if (found->errors || (found->warnings && ctl->given[IPXE_OPT_STRICT]))
        return IPXE_EXIT_WRONG;
    return IPXE_EXIT_FINE;
}

ipxe_exit_e ipxe_ctl_findings(ipxe_ctl_t *ctl, ipxe_diags_t *found,
                              const char *fine)
{
    if (ipxe_ctl_json(ctl)) {
        ipxe_ctl_diags_json(found, ctl->pool);
        return outcome(ctl, found);
    }
    ipxe_ctl_diags(found, 0, ctl->pool);
    if (found->all->nelts)
        ipxe_ctl_complain(
            "%s, %s", ipxe_ctl_count(found->errors, "error", ctl->pool),
            ipxe_ctl_count(found->warnings, "warning", ctl->pool));
    else
        printf("%s\n", fine);
    return outcome(ctl, found);
}

/* ---- Files ---- */

static void unreadable(ipxe_diags_t *diags, const char *path,
                       apr_status_t status)
{
    char reason[120];

    if (APR_STATUS_IS_ENOSPC(status)) {
        ipxe_diag_add(diags, IPXE_DIAG_FILE_TOO_LARGE, ipxe_span(NULL, 0, 0),
                      "'%s' is too large", path);
        return;
    }
    ipxe_diag_add(diags, IPXE_DIAG_FILE_UNREADABLE, ipxe_span(NULL, 0, 0),
                  "cannot read '%s': %s", path,
                  status == APR_EGENERAL
                      ? "not a regular file"
                      : apr_strerror(status, reason, sizeof(reason)));
}

/* What comes through a pipe, which has no size beforehand. */
static apr_status_t read_stream(ipxe_source_t **source, const char *path,
                                apr_size_t most, apr_pool_t *pool)
{
    ipxe_text_t *text = ipxe_text_make(4096, pool);
    FILE *file = fopen(path, "rb");
    char piece[4096];
    size_t n;
    int failed;

    if (!file)
        return APR_EGENERAL;
    while (text->len <= most && (n = fread(piece, 1, sizeof(piece), file)) > 0)
        ipxe_text_add_n(text, piece, n);
    failed = ferror(file);
    fclose(file);
    if (failed || text->len > most)
        return failed ? APR_EGENERAL : APR_ENOSPC;
    *source = ipxe_source_make(path, text->data, text->len, pool);
    return APR_SUCCESS;
}

apr_status_t ipxe_ctl_source(ipxe_source_t **source, const char *path,
                             apr_size_t most, apr_pool_t *pool)
{
    apr_status_t status = ipxe_source_read(source, path, most, pool);

    return status == APR_EGENERAL ? read_stream(source, path, most, pool)
                                  : status;
}

ipxe_source_t *ipxe_ctl_read_file(const char *path, apr_size_t most,
                                  ipxe_diags_t *diags, apr_pool_t *pool)
{
    ipxe_source_t *source = NULL;
    apr_status_t status = ipxe_ctl_source(&source, path, most, pool);

    if (status == APR_SUCCESS)
        return source;
    unreadable(diags, path, status);
    return NULL;
}
