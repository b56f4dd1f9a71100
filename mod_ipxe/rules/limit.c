/* SPDX-License-Identifier: Apache-2.0 */
/* `limit`: read, and asked. */
#include "rules/limit.h"

#include <apr_strings.h>
#include <string.h>

#include "base/limits.h"

#define MOST_DIGITS 6

static const struct {
    const char *name;
    int seconds;
} windows[] = {{"minute", 60}, {"hour", 3600}, {"day", 86400}};

/* ---- As it is written ---- */

static int read_rate(struct ipxe_limit_t *limit, const char *text)
{
    apr_size_t digits = strspn(text, "0123456789"), i;

    if (!digits || digits > MOST_DIGITS || text[digits] != '/')
        return 0;
    limit->most = (int)apr_atoi64(text);
    limit->written = text;
    if (limit->most < 1 || limit->most > IPXE_MAX_LIMIT)
        return 0;
    for (i = 0; i < sizeof(windows) / sizeof(*windows); i++) {
        if (strcmp(text + digits + 1, windows[i].name) == 0) {
            limit->window = apr_time_from_sec(windows[i].seconds);
            return 1;
        }
    }
    return 0;
}

static void bind_rate(void *member, const ipxe_yaml_t *key,
                      const ipxe_yaml_t *value, void *baton,
                      ipxe_diags_t *diags, apr_pool_t *pool)
{
    (void)baton;
    (void)pool;
    if (value->kind != IPXE_YAML_SCALAR)
        ipxe_bind_wrong(diags, key, value, "a rate");
    else if (!read_rate(member, value->text))
        ipxe_diag_help(ipxe_diag_add(diags, IPXE_DIAG_BAD_VALUE, value->span,
                                     "'%s' is no rate", value->text),
                       "write 10/minute, 40/hour or 200/day: from 1 to %d "
                       "machines",
                       IPXE_MAX_LIMIT);
}

static void bind_then(void *member, const ipxe_yaml_t *key,
                      const ipxe_yaml_t *value, void *baton,
                      ipxe_diags_t *diags, apr_pool_t *pool)
{
    struct ipxe_limit_t *limit = member;
    (void)baton;
    (void)pool;

    limit->hold =
        value->kind == IPXE_YAML_SCALAR && strcmp(value->text, "hold") == 0;
    if (limit->hold ||
        (value->kind == IPXE_YAML_SCALAR && strcmp(value->text, "local") == 0))
        return;
    ipxe_diag_help(ipxe_diag_add(diags, IPXE_DIAG_BAD_VALUE, value->span,
                                 "'%s' takes hold or local", key->text),
                   "`local`, the machine's own disk, is what is done where "
                   "the key is left out");
}

/* Both rows fill the whole. */
typedef struct limit_keys_t {
    struct ipxe_limit_t limit;
} limit_keys_t;

static const ipxe_bind_t limit_rows[] = {
    IPXE_BIND_WITH("rate", limit_keys_t, limit, IPXE_BIND_REQUIRED, bind_rate),
    IPXE_BIND_WITH("then", limit_keys_t, limit, 0, bind_then), IPXE_BIND_END};

void ipxe_bind_limit(void *member, const ipxe_yaml_t *key,
                     const ipxe_yaml_t *value, void *baton, ipxe_diags_t *diags,
                     apr_pool_t *pool)
{
    limit_keys_t *keys = apr_pcalloc(pool, sizeof(*keys));

    if (value->kind == IPXE_YAML_MAPPING)
        ipxe_bind(keys, value, limit_rows, "a limit", baton, diags, pool);
    else
        bind_rate(keys, key, value, baton, diags, pool);
    keys->limit.span = key->span;
    *(const struct ipxe_limit_t **)member = &keys->limit;
}

/* ---- Asked ---- */

/* What tells the machine from others; NULL: nothing does. */
static const char *machine_key(const ipxe_decision_t *decision,
                               apr_pool_t *pool)
{
    static const ipxe_fact_e facts[] = {IPXE_FACT_MAC, IPXE_FACT_UUID,
                                        IPXE_FACT_SERIAL, IPXE_FACT_ASSET};
    apr_size_t i;

    if (decision->host)
        return apr_pstrcat(pool, "host ", decision->host->name, NULL);
    for (i = 0; i < sizeof(facts) / sizeof(*facts); i++) {
        const char *text = ipxe_machine_fact(decision->machine, facts[i]);

        if (text)
            return apr_pstrcat(pool, ipxe_fact_name(facts[i]), " ", text, NULL);
    }
    return NULL;
}

static int is_past(const ipxe_decision_t *decision,
                   const struct ipxe_limit_t *limit, apr_pool_t *pool)
{
    const ipxe_world_t *world = decision->world;

    if (!world || !world->limit)
        return 0;
    return !world->limit(world->baton, decision->rule->name,
                         machine_key(decision, pool), limit->most,
                         limit->window);
}

int ipxe_decision_limit(ipxe_decision_t *decision, apr_pool_t *pool)
{
    const struct ipxe_limit_t *limit =
        decision->rule ? decision->rule->limit : NULL;
    const ipxe_profile_t *profile = decision->action.profile;

    if (!limit || !profile || !profile->install ||
        decision->action.kind != IPXE_ACTION_BOOT ||
        !is_past(decision, limit, pool))
        return 0;
    decision->reason = apr_psprintf(
        pool, "rule '%s' installs no more than %s: %s is not given now",
        decision->rule->name, limit->written, profile->name);
    decision->action.kind = limit->hold ? IPXE_ACTION_HOLD : IPXE_ACTION_LOCAL;
    decision->action.value = NULL;
    decision->action.profile = NULL;
    return 1;
}
