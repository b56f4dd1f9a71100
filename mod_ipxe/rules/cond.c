/* SPDX-License-Identifier: Apache-2.0 */
/* Asking conditions, with the reason where one does not hold. */
#include "rules/cond.h"

#include <apr_strings.h>
#include <string.h>

#include "rules/pattern.h"

/* What one question works with. */
typedef struct asking_t {
    const ipxe_cond_t *cond;
    ipxe_scope_t *scope;
    ipxe_miss_t *miss; /* or NULL */
    ipxe_diags_t *diags;
} asking_t;

static void say(const asking_t *asking, const char *because)
{
    if (asking->miss) {
        asking->miss->span = asking->cond->span;
        asking->miss->because = because;
    }
}

/* "'QC-*'", or "any of 'QC-*', 'BI-*'". */
static const char *wanted(const asking_t *asking)
{
    const apr_array_header_t *patterns = asking->cond->patterns;
    ipxe_text_t *text = ipxe_text_make(64, asking->scope->pool);
    int i;

    if (patterns->nelts > 1)
        ipxe_text_add(text, "any of ");
    for (i = 0; i < patterns->nelts; i++) {
        if (i)
            ipxe_text_add(text, ", ");
        ipxe_text_add(text,
                      ipxe_pattern_shown(
                          APR_ARRAY_IDX(patterns, i, const ipxe_pattern_t *),
                          asking->scope->pool));
    }
    return text->data;
}

static const char *fact_state(const asking_t *asking, ipxe_fact_e fact)
{
    const char *name = ipxe_fact_name(fact);

    return apr_pstrcat(asking->scope->pool, name,
                       asking->scope->machine->facts[fact].state ==
                               IPXE_NOT_TOLD
                           ? " was not told"
                           : " is absent",
                       NULL);
}

/* Do any of the patterns match the text (NULL: absent)? */
static apr_status_t any_matches(int *matches, const asking_t *asking,
                                const char *text)
{
    const apr_array_header_t *patterns = asking->cond->patterns;
    apr_status_t status = APR_SUCCESS;
    int i;

    *matches = 0;
    for (i = 0; i < patterns->nelts && !*matches && status == APR_SUCCESS; i++)
        status = ipxe_pattern_matches(
            matches, APR_ARRAY_IDX(patterns, i, const ipxe_pattern_t *), text,
            asking->diags);
    return status;
}

/* ---- One for each kind ---- */

typedef apr_status_t ask_fn(int *holds, const asking_t *asking);

static apr_status_t ask_part(int *holds, const asking_t *asking,
                             const ipxe_cond_t *cond, ipxe_miss_t *miss)
{
    return ipxe_cond_holds(holds, cond, asking->scope, miss, asking->diags);
}

static apr_status_t ask_all(int *holds, const asking_t *asking)
{
    const apr_array_header_t *parts = asking->cond->parts;
    apr_status_t status = APR_SUCCESS;
    int i;

    *holds = 1;
    for (i = 0; i < parts->nelts && *holds && status == APR_SUCCESS; i++)
        status = ask_part(holds, asking,
                          APR_ARRAY_IDX(parts, i, const ipxe_cond_t *),
                          asking->miss);
    return status;
}

static apr_status_t ask_any(int *holds, const asking_t *asking)
{
    const apr_array_header_t *parts = asking->cond->parts;
    ipxe_miss_t last = {asking->cond->span, NULL};
    apr_status_t status = APR_SUCCESS;
    int i;

    *holds = 0;
    for (i = 0; i < parts->nelts && !*holds && status == APR_SUCCESS; i++)
        status = ask_part(holds, asking,
                          APR_ARRAY_IDX(parts, i, const ipxe_cond_t *),
                          asking->miss ? &last : NULL);
    if (!*holds && asking->miss)
        say(asking, apr_psprintf(asking->scope->pool,
                                 "none of `any` holds; of the last: %s",
                                 last.because ? last.because : "it is empty"));
    return status;
}

static apr_status_t ask_not(int *holds, const asking_t *asking)
{
    int inner;
    apr_status_t status = ask_part(
        &inner, asking,
        APR_ARRAY_IDX(asking->cond->parts, 0, const ipxe_cond_t *), NULL);

    *holds = !inner;
    if (inner)
        say(asking, "what stands under `not` holds");
    return status;
}

static apr_status_t ask_cards(int *holds, const asking_t *asking)
{
    const ipxe_machine_t *machine = asking->scope->machine;
    apr_status_t status = APR_SUCCESS;
    int i;

    *holds = 0;
    for (i = 0; i < machine->mac_count && !*holds && status == APR_SUCCESS; i++)
        status = any_matches(holds, asking, machine->macs[i]);
    if (!machine->mac_count)
        status = any_matches(holds, asking, NULL);
    return status;
}

static apr_status_t ask_fact(int *holds, const asking_t *asking)
{
    ipxe_fact_e fact = asking->cond->fact;
    const char *text = ipxe_scope_fact(asking->scope, fact);
    ipxe_fact_kind_e kind = ipxe_fact_kind(fact);
    int cards = kind == IPXE_FACT_KIND_MAC || kind == IPXE_FACT_KIND_MACS;
    apr_status_t status =
        cards ? ask_cards(holds, asking) : any_matches(holds, asking, text);

    if (*holds || !asking->miss)
        return status;
    if (!text)
        say(asking, fact_state(asking, fact));
    else
        say(asking, apr_psprintf(asking->scope->pool, "%s is '%s', not %s",
                                 asking->cond->name, text, wanted(asking)));
    return status;
}

static apr_status_t ask_arg(int *holds, const asking_t *asking)
{
    const char *name = asking->cond->name;
    const char *text =
        ipxe_machine_arg(asking->scope->machine, name + strlen("args."));
    apr_status_t status = any_matches(holds, asking, text);

    if (*holds || !asking->miss)
        return status;
    say(asking,
        text ? apr_psprintf(asking->scope->pool, "%s is '%s', not %s", name,
                            text, wanted(asking))
             : apr_pstrcat(asking->scope->pool, name, " was not sent", NULL));
    return status;
}

static apr_status_t ask_host(int *holds, const asking_t *asking)
{
    const ipxe_host_t *host = ipxe_scope_host(asking->scope);
    apr_status_t status = any_matches(holds, asking, host ? host->name : NULL);

    if (*holds || !asking->miss)
        return status;
    say(asking,
        host ? apr_psprintf(asking->scope->pool, "the host is '%s', not %s",
                            host->name, wanted(asking))
             : "the machine is no known host");
    return status;
}

static apr_status_t ask_group(int *holds, const asking_t *asking)
{
    const ipxe_host_t *host = ipxe_scope_host(asking->scope);
    apr_status_t status = APR_SUCCESS;
    int i;

    *holds = 0;
    for (i = 0; host && i < host->groups->nelts && !*holds; i++) {
        status = any_matches(
            holds, asking,
            APR_ARRAY_IDX(host->groups, i, const ipxe_group_t *)->name);
        if (status != APR_SUCCESS)
            return status;
    }
    if (!host || !host->groups->nelts)
        status = any_matches(holds, asking, NULL);
    if (*holds || !asking->miss)
        return status;
    say(asking,
        host ? apr_psprintf(asking->scope->pool, "no group of host '%s' is %s",
                            host->name, wanted(asking))
             : "the machine is no known host");
    return status;
}

static apr_status_t ask_runs(int *holds, const asking_t *asking)
{
    const apr_array_header_t *profiles;
    int failed = strcmp(asking->cond->name, "failed") == 0, i;
    apr_status_t status = ipxe_scope_runs(&profiles, asking->scope, failed);

    *holds = 0;
    for (i = 0; i < profiles->nelts && !*holds && status == APR_SUCCESS; i++)
        status = any_matches(holds, asking,
                             APR_ARRAY_IDX(profiles, i, const char *));
    if (!profiles->nelts && status == APR_SUCCESS)
        status = any_matches(holds, asking, NULL);
    if (!*holds && asking->miss)
        say(asking, status == APR_SUCCESS
                        ? apr_psprintf(asking->scope->pool,
                                       "no profile that is %s here is %s",
                                       asking->cond->name, wanted(asking))
                        : "what this machine has done is not known now");
    return status;
}

static const char *undefined_because(const asking_t *asking)
{
    const char *missing = asking->scope->missing;
    ipxe_fact_e fact = missing ? ipxe_fact_find(missing) : IPXE_FACT_COUNT;

    if (fact != IPXE_FACT_COUNT)
        return fact_state(asking, fact);
    return apr_pstrcat(asking->scope->pool, "'", missing ? missing : "a name",
                       "' is not defined", NULL);
}

/* What an expression saw, as far as facts and arguments go. */
typedef struct seen_t {
    const asking_t *asking;
    ipxe_text_t *text;
    apr_hash_t *names;
} seen_t;

/* "platform" and "args.rack"; NULL for what is neither. */
static const char *value_of(const asking_t *asking, const char *parent,
                            const char *name)
{
    const ipxe_machine_t *machine = asking->scope->machine;
    ipxe_fact_e fact = *parent && strcmp(parent, "facts") != 0
                           ? IPXE_FACT_COUNT
                           : ipxe_fact_find(name);
    const char *text;

    if (fact != IPXE_FACT_COUNT) {
        text = ipxe_machine_fact(machine, fact);
        return text
                   ? apr_psprintf(asking->scope->pool, "%s is '%s'", name, text)
                   : fact_state(asking, fact);
    }
    if (strcmp(parent, "args") != 0)
        return NULL;
    text = ipxe_machine_arg(machine, name);
    return text ? apr_psprintf(asking->scope->pool, "args.%s is '%s'", name,
                               text)
                : apr_pstrcat(asking->scope->pool, "args.", name,
                              " was not sent", NULL);
}

static void add_seen(void *baton, const char *parent, const char *name,
                     ipxe_span_t span)
{
    seen_t *seen = baton;
    const char *value = value_of(seen->asking, parent, name);

    (void)span;
    if (!value || apr_hash_get(seen->names, value, APR_HASH_KEY_STRING))
        return;
    apr_hash_set(seen->names, value, APR_HASH_KEY_STRING, value);
    ipxe_text_addf(seen->text, "%s%s",
                   apr_hash_count(seen->names) > 1 ? ", " : ": ", value);
}

static const char *not_so(const asking_t *asking)
{
    apr_pool_t *pool = asking->scope->pool;
    seen_t seen = {asking, ipxe_text_make(64, pool), apr_hash_make(pool)};

    ipxe_text_add(seen.text, asking->cond->written);
    ipxe_text_add(seen.text, " is not so");
    ipxe_template_names(asking->cond->expression, add_seen, &seen);
    return seen.text->data;
}

/* What meets something undefined does not hold; what fails in another way
 * fails the decision. */
static apr_status_t ask_expression(int *holds, const asking_t *asking)
{
    ipxe_scope_t *scope = asking->scope;
    ipxe_diags_t *own = ipxe_diags_make(scope->pool);
    const ipxe_diag_t *error;
    ipxe_render_t render;
    ipxe_value_t value;
    apr_status_t status;

    memset(&render, 0, sizeof(render));
    render.names = &scope->asked;
    render.world = scope->world;
    render.diags = own;
    render.pool = scope->pool;
    scope->missing = NULL;
    status = ipxe_template_value(&value, asking->cond->expression, &render);
    *holds = status == APR_SUCCESS && ipxe_value_truth(value);
    if (status == APR_SUCCESS) {
        if (!*holds && asking->miss)
            say(asking, not_so(asking));
        return status;
    }
    error = ipxe_diags_first_error(own);
    if (error && error->code == IPXE_DIAG_UNDEFINED_NAME) {
        say(asking, undefined_because(asking));
        return APR_SUCCESS;
    }
    apr_array_cat(asking->diags->all, own->all);
    asking->diags->errors += own->errors;
    return status;
}

static ask_fn *const asks[] = {
    [IPXE_COND_ALL] = ask_all,     [IPXE_COND_ANY] = ask_any,
    [IPXE_COND_NOT] = ask_not,     [IPXE_COND_FACT] = ask_fact,
    [IPXE_COND_ARG] = ask_arg,     [IPXE_COND_HOST] = ask_host,
    [IPXE_COND_GROUP] = ask_group, [IPXE_COND_RUNS] = ask_runs,
    [IPXE_COND_EXPRESSION] = ask_expression};

apr_status_t ipxe_cond_holds(int *holds, const ipxe_cond_t *cond,
                             ipxe_scope_t *scope, ipxe_miss_t *miss,
                             ipxe_diags_t *diags)
{
    asking_t asking = {cond, scope, miss, diags};

    *holds = 1;
    return cond ? asks[cond->kind](holds, &asking) : APR_SUCCESS;
}

void ipxe_cond_walk(const ipxe_cond_t *cond, ipxe_cond_fn *each, void *baton)
{
    int i;

    if (!cond)
        return;
    each(baton, cond);
    for (i = 0; cond->parts && i < cond->parts->nelts; i++)
        ipxe_cond_walk(APR_ARRAY_IDX(cond->parts, i, const ipxe_cond_t *), each,
                       baton);
}
