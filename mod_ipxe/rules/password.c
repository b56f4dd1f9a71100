/* SPDX-License-Identifier: Apache-2.0 */
/* Passwords by bcrypt. */
#include "rules/password.h"

#include <apr_lib.h>
#include <apr_md5.h>
#include <apr_strings.h>
#include <string.h>

#include "base/limits.h"

#define HASH_LEN 60 /* "$2y$05$", 22 characters of salt, 31 of hash */
#define SALT_AT  7

static int is_hash(const char *text)
{
    return strlen(text) == HASH_LEN && text[0] == '$' && text[1] == '2' &&
           text[2] && strchr("aby", text[2]) && text[3] == '$' &&
           apr_isdigit(text[4]) && apr_isdigit(text[5]) && text[6] == '$' &&
           strspn(text + SALT_AT,
                  "./ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                  "abcdefghijklmnopqrstuvwxyz0123456789") == HASH_LEN - SALT_AT;
}

static int cost_of(const char *hash)
{
    return (hash[4] - '0') * 10 + hash[5] - '0';
}

static void complain(ipxe_diags_t *diags, const ipxe_yaml_t *value,
                     const char *what)
{
    ipxe_diag_help(
        ipxe_diag_add(diags, IPXE_DIAG_BAD_VALUE, value->span, "%s", what),
        "write what `htpasswd -nB NAME` prints, with the name or "
        "without it");
}

void ipxe_bind_password(void *member, const ipxe_yaml_t *key,
                        const ipxe_yaml_t *value, void *baton,
                        ipxe_diags_t *diags, apr_pool_t *pool)
{
    struct ipxe_password_t *password = apr_pcalloc(pool, sizeof(*password));
    const char *colon;
    (void)baton;

    ipxe_span_hide(value->span);
    if (value->kind != IPXE_YAML_SCALAR) {
        ipxe_bind_wrong(diags, key, value, "text");
        return;
    }
    colon = strchr(value->text, ':');
    password->hash = colon ? colon + 1 : value->text;
    if (colon)
        password->user = apr_pstrmemdup(pool, value->text,
                                        (apr_size_t)(colon - value->text));
    if (!is_hash(password->hash))
        complain(diags, value, "this is no password as bcrypt keeps it");
    else if (cost_of(password->hash) > IPXE_MAX_BCRYPT_COST)
        complain(diags, value, "this password would take seconds to check");
    else
        *(const struct ipxe_password_t **)member = password;
}

int ipxe_password_is(const struct ipxe_password_t *password, const char *user,
                     const char *word)
{
    if (password->user && strcmp(password->user, user) != 0)
        return 0;
    return apr_password_validate(word, password->hash) == APR_SUCCESS;
}
