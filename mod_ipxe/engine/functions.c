/* SPDX-License-Identifier: Apache-2.0 */
/* url(path), file(path), answers(name): each asks the world. */
#include "engine/functions.h"

#include <string.h>

#include "script/script.h"

/* The only argument, as text; *text stays NULL where none was given. */
static apr_status_t one_text(const char **text, const ipxe_call_t *call,
                             apr_size_t least, const char *function)
{
    ipxe_value_t value;

    if (call->named_count || call->count < least || call->count > 1) {
        ipxe_diag_help(
            ipxe_diag_add(call->render->diags, IPXE_DIAG_BAD_CALL, call->span,
                          "%s() takes one argument, a text", function),
            "write %s('name')", function);
        return APR_EINVAL;
    }
    if (call->count == 0)
        return APR_SUCCESS;
    value = call->args[0];
    if (value.kind != IPXE_KIND_TEXT) {
        ipxe_diag_add(call->render->diags, IPXE_DIAG_BAD_CALL, call->span,
                      "%s() takes a text, not %s", function,
                      ipxe_kind_name(value.kind));
        return APR_EINVAL;
    }
    *text = value.u.text->s;
    return APR_SUCCESS;
}

static unsigned taint_of(const ipxe_call_t *call)
{
    return call->count ? call->args[0].flags & (IPXE_TAINTED | IPXE_SECRET) : 0;
}

/* What stays of a URL that holds text of the network: with all else encoded
 * there is nothing left in it that a script or a shell would take for more. */
#define CLEAN_CHARS "%/:@=+,?[]"

/* A full URL is left as it is, and keeps its taint. */
static apr_status_t call_url(ipxe_value_t *result, const ipxe_call_t *call,
                             const ipxe_function_t *self)
{
    const ipxe_render_t *render = call->render;
    const char *path = NULL, *url;
    apr_status_t rv = one_text(&path, call, 1, self->name);
    unsigned taint = taint_of(call);

    if (rv != APR_SUCCESS)
        return rv;
    url = render->world->url(render->world->baton, path, render->pool);
    if (taint & IPXE_TAINTED && strcmp(url, path) != 0) {
        url = ipxe_text_urlencode(url, CLEAN_CHARS, render->pool);
        taint &= ~(unsigned)IPXE_TAINTED;
    }
    *result = ipxe_value_text(url, taint, render->pool);
    return APR_SUCCESS;
}

static apr_status_t call_answers(ipxe_value_t *result, const ipxe_call_t *call,
                                 const ipxe_function_t *self)
{
    const ipxe_render_t *render = call->render;
    const char *name = NULL, *url;
    apr_status_t rv = one_text(&name, call, 0, self->name);

    if (rv != APR_SUCCESS)
        return rv;
    url = render->world->answers(render->world->baton, name, render->pool);
    if (!url) {
        ipxe_diag_help(
            ipxe_diag_add(render->diags, IPXE_DIAG_BAD_CALL, call->span,
                          name ? "this profile serves no answer file '%s'"
                               : "this profile has no answer files%s",
                          name ? name : ""),
            "list it under `answers:` of the profile or its installer");
        return APR_ENOENT;
    }
    *result = ipxe_value_text(url, 0, render->pool);
    return APR_SUCCESS;
}

static const ipxe_function_t functions[] = {
    {"url", call_url, NULL},
    {"file", call_url, NULL},
    {"answers", call_answers, NULL},
};

static const ipxe_language_t language = {
    functions, sizeof(functions) / sizeof(functions[0]), ipxe_script_place};

const ipxe_language_t *ipxe_engine_language(void)
{
    return &language;
}
