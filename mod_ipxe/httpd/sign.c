/* SPDX-License-Identifier: Apache-2.0 */
/* Reading what scripts are signed with. */
#include "httpd/sign.h"

#include <string.h>

#include <apr_strings.h>
#include <http_log.h>

#include "base/limits.h"
#include "engine/sign.h"
#include "httpd/directives.h"
#include "httpd/places.h"
#include "httpd/state_dir.h"

APLOG_USE_MODULE(ipxe);

static void say(const ipxe_serving_t *serving, int level, const char *path,
                const char *what, apr_pool_t *pool)
{
    ap_log_error(APLOG_MARK, level, 0, serving->server, "%s%s: %s: %s",
                 IPXE_NAME_SIGN,
                 ipxe_place(serving->server, IPXE_NAME_SIGN, pool), path, what);
}

static ipxe_source_t *read_file(const ipxe_serving_t *serving, const char *path,
                                apr_pool_t *pool)
{
    ipxe_source_t *source;
    char words[120];
    apr_status_t rv =
        ipxe_source_read(&source, path, IPXE_MAX_SECRET_FILE, pool);

    if (rv == APR_SUCCESS)
        return source;
    say(serving, APLOG_ERR, path,
        rv == APR_ENOSPC     ? "it is too large"
        : rv == APR_EGENERAL ? "it is no file"
                             : apr_strerror(rv, words, sizeof(words)),
        pool);
    return NULL;
}

int ipxe_sign_check(ipxe_serving_t *serving, apr_pool_t *pconf,
                    apr_pool_t *ptemp)
{
    const ipxe_server_t *server = ipxe_server_get(serving->server);
    ipxe_source_t *certificates, *key;
    const char *why;
    int of_key;

    if (!serving->settings.signs)
        return 1;
    certificates = read_file(serving, server->sign_certificate, ptemp);
    key = read_file(serving, server->sign_key, ptemp);
    if (!certificates || !key)
        return 0;
    serving->settings.signer =
        ipxe_signer_make(&why, &of_key, certificates, key, pconf);
    memset((char *)key->text, 0, key->len);
    if (serving->settings.signer)
        return 1;
    say(serving, APLOG_ERR,
        of_key ? server->sign_key : server->sign_certificate, why, ptemp);
    return 0;
}

void ipxe_sign_doubt(const ipxe_serving_t *serving, apr_pool_t *pool)
{
    const ipxe_server_t *server = ipxe_server_get(serving->server);
    const ipxe_signer_t *signer = serving->settings.signer;
    const char *why =
        signer ? ipxe_signer_doubt(signer, apr_time_now()) : NULL;

    if (why)
        say(serving, APLOG_WARNING, server->sign_certificate, why, pool);
    why = signer ? ipxe_secret_doubt(server->sign_key) : NULL;
    if (why)
        say(serving, APLOG_WARNING, server->sign_key, why, pool);
}
