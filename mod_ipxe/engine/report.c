/* SPDX-License-Identifier: Apache-2.0 */
/* The command that reports a stage, as the profile's installer says. */
#include <apr_strings.h>
#include <string.h>

#include "engine/request.h"

/* The names of the decision, and one more. */
typedef struct names_t {
    const ipxe_object_t *inner;
    const char *url;
} names_t;

static apr_status_t get(ipxe_value_t *value, const ipxe_object_t *self,
                        const ipxe_name_t *name, const ipxe_render_t *render)
{
    const names_t *names = self->baton;

    if (strcmp(name->s, "report_url") != 0)
        return names->inner->get(value, names->inner, name, render);
    *value = ipxe_value_text(names->url, 0, render->pool);
    return APR_SUCCESS;
}

static apr_array_header_t *list(const ipxe_object_t *self, apr_pool_t *pool)
{
    const names_t *names = self->baton;
    apr_array_header_t *all = names->inner->names(names->inner, pool);

    APR_ARRAY_PUSH(all, const char *) = "report_url";
    return all;
}

static const ipxe_reporter_t *pick(const ipxe_profile_t *profile,
                                   const char *kind)
{
    const apr_array_header_t *all =
        profile->report ? profile->report->reporters : NULL;
    int i;

    for (i = 0; all && i < all->nelts; i++) {
        const ipxe_reporter_t *reporter =
            &APR_ARRAY_IDX(all, i, ipxe_reporter_t);

        if (strcmp(reporter->kind, kind) == 0)
            return reporter;
    }
    return all && all->nelts ? &APR_ARRAY_IDX(all, 0, ipxe_reporter_t) : NULL;
}

/* A command is the operator's alone: no text of the network runs. */
static apr_status_t render(const char **command, const ipxe_phrase_t *phrase,
                           const ipxe_render_t *with)
{
    ipxe_value_t value;
    apr_status_t status = ipxe_template_value(&value, phrase->compiled, with);

    if (status != APR_SUCCESS)
        return status;
    value = ipxe_value_str(value, with->pool);
    if (value.flags & (IPXE_TAINTED | IPXE_SECRET)) {
        ipxe_diag_add(with->diags, IPXE_DIAG_BAD_VALUE, phrase->span,
                      "the command of a report cannot hold what machines send, "
                      "nor a secret");
        return APR_EACCES;
    }
    *command = value.u.text->s;
    return APR_SUCCESS;
}

apr_status_t ipxe_asking_report(const char **command, void *baton,
                                const char *kind, const char *stage,
                                ipxe_diags_t *diags, apr_pool_t *pool)
{
    ipxe_asking_t *asking = baton;
    const ipxe_decision_t *decision = asking->decision;
    const ipxe_reporter_t *reporter = decision && decision->action.profile
                                          ? pick(decision->action.profile, kind)
                                          : NULL;
    ipxe_object_t object = {get, list, NULL};
    ipxe_render_t with;
    names_t names;

    *command = NULL;
    if (!reporter || !reporter->command)
        return APR_SUCCESS;
    names.inner = ipxe_decision_names(decision, pool);
    names.url = ipxe_asking_report_url(asking, stage, pool);
    object.baton = &names;
    memset(&with, 0, sizeof(with));
    with.names = &object;
    with.world = &asking->world;
    with.diags = diags;
    with.pool = pool;
    return render(command, reporter->command, &with);
}
