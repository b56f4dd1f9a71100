/* SPDX-License-Identifier: Apache-2.0 */
/* url(path), file(path), answers(name), report(stage, text): each asks the
 * world. */
#include "engine/functions.h"

#include <string.h>

#include "engine/script_kind.h"
#include "script/script.h"
#include "state/state.h"

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

/* ---- report(stage, text, percent=N) ---- */

static apr_status_t bad_report(const ipxe_call_t *call, const char *message)
{
    ipxe_diag_help(ipxe_diag_add(call->render->diags, IPXE_DIAG_BAD_CALL,
                                 call->span, "%s", message),
                   "write report('installed'), report('failed', 'why') or "
                   "report('progress', percent=40); the stages are started, "
                   "progress, installed, done and failed");
    return APR_EINVAL;
}

static apr_status_t no_command(const ipxe_call_t *call)
{
    ipxe_diag_help(
        ipxe_diag_add(call->render->diags, IPXE_DIAG_BAD_CALL, call->span,
                      "neither the profile nor its installer says by what "
                      "command it reports"),
        "give it one for the script's language: report: { sh: \"curl -fsS -X "
        "POST {{ report_url }}\" }");
    return APR_EINVAL;
}

/* The percentage that was given, or -1. Zero where what is named is no
 * percentage. */
static int take_percent(int *percent, const ipxe_call_t *call)
{
    const ipxe_value_t *value = call->named;

    *percent = -1;
    if (!call->named_count)
        return 1;
    if (call->named_count > 1 || strcmp(call->keys[0], "percent") != 0 ||
        value->kind != IPXE_KIND_INT || value->u.integer < 0 ||
        value->u.integer > 100)
        return 0;
    *percent = (int)value->u.integer;
    return 1;
}

/* Letters and digits alone: nothing that any shell would take for more. */
static void add_text(ipxe_text_t *path, const char *text)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
                                "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
    apr_size_t i, len = strlen(text);

    if (len > IPXE_MAX_REPORT_TEXT)
        len = IPXE_MAX_REPORT_TEXT;
    if (strspn(text, plain) >= len) {
        ipxe_text_add(path, "?text=");
        ipxe_text_add_n(path, text, len);
        return;
    }
    ipxe_text_add(path, "?text.hex=");
    for (i = 0; i < len; i++)
        ipxe_text_addf(path, "%02x", (unsigned char)text[i]);
}

/* What follows the ticket in the address; NULL: the call is wrong. An `&`
 * would end a command, so a percentage stands in the stage's own segment. */
static const char *report_path(const ipxe_call_t *call)
{
    ipxe_text_t *path = ipxe_text_make(64, call->render->pool);
    const ipxe_value_t *args = call->args;
    int percent, i;

    if (call->count < 1 || call->count > 2 || !take_percent(&percent, call))
        return NULL;
    for (i = 0; i < (int)call->count; i++)
        if (args[i].kind != IPXE_KIND_TEXT)
            return NULL;
    if (ipxe_stage_find(args[0].u.text->s) == IPXE_STAGE_COUNT)
        return NULL;
    ipxe_text_add(path, args[0].u.text->s);
    if (percent >= 0)
        ipxe_text_addf(path, "-%d", percent);
    if (call->count > 1 && *args[1].u.text->s)
        add_text(path, args[1].u.text->s);
    return path->data;
}

static apr_status_t call_report(ipxe_value_t *result, const ipxe_call_t *call,
                                const ipxe_function_t *self)
{
    const ipxe_render_t *render = call->render;
    const char *command = NULL, *path = report_path(call);
    apr_status_t status;

    (void)self;
    if (!path)
        return bad_report(call, "report() takes a stage and a text");
    if (!render->world || !render->world->report)
        return bad_report(call, "nothing is reported here");
    status = render->world->report(&command, render->world->baton,
                                   ipxe_script_kind(call->span), path,
                                   render->diags, render->pool);
    if (status != APR_SUCCESS)
        return status;
    if (!command)
        return no_command(call);
    *result = ipxe_value_text(command, 0, render->pool);
    return APR_SUCCESS;
}

static const ipxe_function_t functions[] = {
    {"url", call_url, NULL},
    {"file", call_url, NULL},
    {"answers", call_answers, NULL},
    {"report", call_report, NULL},
};

static const ipxe_language_t language = {
    functions, sizeof(functions) / sizeof(functions[0]), ipxe_script_place};

const ipxe_language_t *ipxe_engine_language(void)
{
    return &language;
}
