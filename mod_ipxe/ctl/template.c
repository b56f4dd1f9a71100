/* SPDX-License-Identifier: Apache-2.0 */
/* ipxectl template: any template by itself. */
#include "ctl/ctl.h"
#include "engine/files.h"

#include <apr_strings.h>
#include <stdio.h>
#include <string.h>

/* The words of --context. */
static const struct {
    const char *word;
    ipxe_context_e context;
} contexts[] = {
    {"ipxe", IPXE_CONTEXT_SCRIPT}, {"line", IPXE_CONTEXT_LINE},
    {"shell", IPXE_CONTEXT_SHELL}, {"xml", IPXE_CONTEXT_XML},
    {"yaml", IPXE_CONTEXT_JSON},   {"json", IPXE_CONTEXT_JSON},
    {"none", IPXE_CONTEXT_NONE},
};

static ipxe_exit_e read_context(ipxe_context_e *context, const ipxe_ctl_t *ctl,
                                const char *file)
{
    const char *word = ipxe_ctl_value(ctl, IPXE_OPT_CONTEXT);
    apr_size_t i;

    *context = ipxe_context_of(file);
    if (!word)
        return IPXE_EXIT_FINE;
    for (i = 0; i < sizeof(contexts) / sizeof(contexts[0]); i++) {
        if (strcmp(contexts[i].word, word) == 0) {
            *context = contexts[i].context;
            return IPXE_EXIT_FINE;
        }
    }
    ipxe_ctl_complain("--context is one of %s, not '%s'",
                      ipxe_option_get(IPXE_OPT_CONTEXT)->argument, word);
    return IPXE_EXIT_USAGE;
}

static ipxe_exit_e read_source(ipxe_source_t **source, const char *path,
                               apr_pool_t *pool)
{
    char reason[120];
    apr_status_t status =
        ipxe_ctl_source(source, path, IPXE_MAX_TEMPLATE_FILE, pool);

    if (status == APR_SUCCESS)
        return IPXE_EXIT_FINE;
    ipxe_ctl_complain("cannot read '%s': %s", path,
                      status == APR_EGENERAL
                          ? "not a regular file"
                          : apr_strerror(status, reason, sizeof(reason)));
    return IPXE_EXIT_CANNOT;
}

/* ---- Variables ---- */

/* The names of the template: one mapping. */
static apr_status_t get_name(ipxe_value_t *value, const ipxe_object_t *self,
                             const ipxe_name_t *name,
                             const ipxe_render_t *render)
{
    const ipxe_value_t *map = self->baton;

    (void)render;
    *value = ipxe_map_named(*map, name);
    return APR_SUCCESS;
}

static apr_array_header_t *list_names(const ipxe_object_t *self,
                                      apr_pool_t *pool)
{
    (void)self;
    return apr_array_make(pool, 1, sizeof(const char *));
}

static ipxe_exit_e read_file(ipxe_value_t *map, const ipxe_ctl_t *ctl,
                             ipxe_diags_t *diags)
{
    const char *path = ipxe_ctl_value(ctl, IPXE_OPT_VARS);
    ipxe_source_t *source;
    ipxe_exit_e code;

    *map = ipxe_value_map(ctl->pool);
    if (!path)
        return IPXE_EXIT_FINE;
    code = read_source(&source, path, ctl->pool);
    if (code != IPXE_EXIT_FINE)
        return code;
    return ipxe_variables_read(map, source, diags, ctl->pool) == APR_SUCCESS
               ? IPXE_EXIT_FINE
               : IPXE_EXIT_WRONG;
}

static ipxe_exit_e read_variables(ipxe_value_t *map, const ipxe_ctl_t *ctl,
                                  ipxe_diags_t *diags)
{
    ipxe_exit_e code = read_file(map, ctl, diags);
    int i;

    for (i = 1; code == IPXE_EXIT_FINE && i < ctl->args->nelts; i++) {
        const char *word = APR_ARRAY_IDX(ctl->args, i, const char *), *value;
        const char *name = ipxe_ctl_pair(&value, word, ctl->pool);

        if (!name) {
            ipxe_ctl_complain("a variable is NAME=VALUE, not '%s'", word);
            return IPXE_EXIT_USAGE;
        }
        ipxe_map_set(*map, name, ipxe_value_text(value, 0, ctl->pool));
    }
    return code;
}

/* ---- Rendering ---- */

/* The template, in a library in which its includes are found: those of
 * --templates, else the files beside it. */
static const ipxe_template_t *compile(const ipxe_ctl_t *ctl,
                                      const ipxe_source_t *source,
                                      ipxe_context_e context,
                                      ipxe_diags_t *diags)
{
    const char *folder = ipxe_ctl_value(ctl, IPXE_OPT_TEMPLATES);
    ipxe_library_t *library = ipxe_engine_library(ctl->pool);
    apr_array_header_t *sources =
        apr_array_make(ctl->pool, 16, sizeof(const ipxe_source_t *));

    if (folder)
        ipxe_files_templates(sources, library, folder, diags, ctl->pool);
    if (diags->errors)
        return NULL;
    return ipxe_template_compile(library, source->text,
                                 ipxe_span(source, 0, source->len), context,
                                 diags);
}

static ipxe_exit_e render(const ipxe_template_t *compiled,
                          const ipxe_value_t *map, int crlf,
                          ipxe_diags_t *diags, apr_pool_t *pool)
{
    ipxe_object_t names = {get_name, list_names, NULL};
    ipxe_text_t *text = ipxe_text_make(4096, pool);
    ipxe_render_t how;
    apr_size_t i;

    names.baton = map;
    memset(&how, 0, sizeof(how));
    how.names = &names;
    how.diags = diags;
    how.pool = pool;
    if (ipxe_template_render(ipxe_sink_to_text(text, 0, pool), compiled,
                             &how) != APR_SUCCESS)
        return IPXE_EXIT_WRONG;
    for (i = 0; i < text->len; i++) {
        if (crlf && text->data[i] == '\n')
            putchar('\r');
        putchar(text->data[i]);
    }
    return IPXE_EXIT_FINE;
}

static ipxe_exit_e run(const ipxe_ctl_t *ctl, const char *file,
                       ipxe_diags_t *diags)
{
    const ipxe_template_t *compiled;
    ipxe_context_e context;
    ipxe_source_t *source;
    ipxe_value_t map;
    ipxe_exit_e code = read_context(&context, ctl, file);

    if (code == IPXE_EXIT_FINE)
        code = read_source(&source, file, ctl->pool);
    if (code == IPXE_EXIT_FINE)
        code = read_variables(&map, ctl, diags);
    if (code != IPXE_EXIT_FINE)
        return code;
    compiled = compile(ctl, source, context, diags);
    if (!compiled)
        return IPXE_EXIT_WRONG;
    return render(compiled, &map, ipxe_context_crlf(file), diags, ctl->pool);
}

ipxe_exit_e ipxe_ctl_template(ipxe_ctl_t *ctl)
{
    ipxe_diags_t *diags = ipxe_diags_make(ctl->pool);
    ipxe_exit_e code;

    if (ctl->args->nelts == 0) {
        ipxe_ctl_complain("which template? 'ipxectl help template'");
        return IPXE_EXIT_USAGE;
    }
    code = run(ctl, APR_ARRAY_IDX(ctl->args, 0, const char *), diags);
    ipxe_ctl_diags(diags, 1, ctl->pool);
    return code;
}
