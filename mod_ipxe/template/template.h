/* SPDX-License-Identifier: Apache-2.0 */
/* Templates and expressions: compiled once at load, rendered by any thread.
 *
 *     url --url="{{ profile.tree }}"
 *     {% for disk in disks|default(['sda']) %}
 *     part /data{{ loop.index }} --ondisk={{ disk }}
 *     {% endfor %}
 *
 * The language is a subset of Jinja2 with trim_blocks, lstrip_blocks,
 * keep_trailing_newline and StrictUndefined (docs/templates.md). What is
 * compiled is immutable and lives in the pool of its library; a render takes
 * it const, allocates from the render's pool and writes to a sink in pieces.
 *
 * Trust: the text of a template is the operator's, and still not trusted with
 * the server: it reads no file outside its library, and its steps, depth and
 * output are bounded (base/limits.h). Values may be the network's; see
 * value.h for taint and escape.h for what happens to them on output. */
#ifndef IPXE_TEMPLATE_TEMPLATE_H
#define IPXE_TEMPLATE_TEMPLATE_H

#include "base/diag.h"
#include "base/sink.h"
#include "base/world.h"
#include "template/escape.h"
#include "template/value.h"

typedef struct ipxe_template_t ipxe_template_t; /* opaque, immutable */
typedef struct ipxe_library_t ipxe_library_t;

/* The arguments of a call: `f(a, b, key=c)`. */
typedef struct ipxe_call_t {
    const ipxe_value_t *args;
    apr_size_t count;
    const char *const *keys; /* of the named ones */
    const ipxe_value_t *named;
    apr_size_t named_count;
    ipxe_span_t span; /* for diagnostics */
    const struct ipxe_render_t *render;
} ipxe_call_t;

/* A function that templates may call. Templates know no product function by
 * name: the engine hands them in. */
typedef struct ipxe_function_t {
    const char *name;
    /* A failure has added its diagnostic to call->render->diags. */
    apr_status_t (*call)(ipxe_value_t *result, const ipxe_call_t *call,
                         const struct ipxe_function_t *self);
    const void *baton;
} ipxe_function_t;

/* What a library needs to know of the product. Must outlive it. */
typedef struct ipxe_language_t {
    const ipxe_function_t *functions; /* seen in every macro and import too */
    apr_size_t function_count;
    /* Where in a script of iPXE a value stands: given the line so far
     * (joined over continuations), which of IPXE_CONTEXT_ARGUMENT, _URL,
     * _TEXT, _COMMENT its next byte belongs to. Needed for
     * IPXE_CONTEXT_SCRIPT alone. */
    ipxe_context_e (*place)(const char *line);
} ipxe_language_t;

/* One render: all that it may use. */
typedef struct ipxe_render_t {
    const ipxe_object_t *names; /* every name that is not the template's own */
    const ipxe_world_t *world;  /* may be NULL in tests */
    ipxe_diags_t *diags;        /* what fails is added here */
    apr_size_t most;            /* bytes of output; 0: IPXE_MAX_RENDER_OUTPUT */
    apr_pool_t *pool;           /* the render's own */
} ipxe_render_t;

/* ---- Libraries: the templates of a folder, by their path below it ---- */

ipxe_library_t *ipxe_library_make(const ipxe_language_t *language,
                                  apr_pool_t *pool);

/* Adds a file's text under its path ("windows/2022.xml"). It is compiled when
 * it is first asked for, or by ipxe_library_compile. The source must live as
 * long as the library. */
void ipxe_library_add(ipxe_library_t *library, const char *path,
                      const ipxe_source_t *source);

/* The paths, sorted: array of const char *. */
apr_array_header_t *ipxe_library_paths(const ipxe_library_t *library,
                                       apr_pool_t *pool);

/* The template of that path, compiled with everything that it names
 * (include, import, extends). Each template's diagnostics are added when it
 * is first asked for. NULL: it is not there (no diagnostic, the caller knows
 * where it is named), or it has errors (*found tells). Only at load, by one
 * thread. */
const ipxe_template_t *ipxe_library_get(int *found, ipxe_library_t *library,
                                        const char *path,
                                        ipxe_diags_t *diags);

/* Compiles what was not asked for so that a name computed at render time is
 * found too, keeping quiet about errors; after this the library is
 * immutable. */
void ipxe_library_finish(ipxe_library_t *library);

/* After the finish: the paths of templates that nothing named before it,
 * sorted: array of const char *. Empty where a name is computed somewhere, by
 * which any of them may be meant. */
apr_array_header_t *ipxe_library_unasked(const ipxe_library_t *library,
                                         apr_pool_t *pool);

/* The whole of a template's file; nowhere where there is none. */
ipxe_span_t ipxe_library_span(const ipxe_library_t *library, const char *path);

/* A library for texts that come after the finish (a host of a database), in
 * a pool of their own: they see the templates of the parent, which stays as
 * it is and must outlive it. By any thread, each child by one. */
ipxe_library_t *ipxe_library_child(const ipxe_library_t *parent,
                                   apr_pool_t *pool);

/* ---- Texts and expressions in rule files ---- */

/* Compiles a piece of a source (a YAML scalar) as a template: `text` is the
 * scalar's value, `span` where it stands (columns are exact for plain scalars
 * on one line; else errors point at the whole scalar). `context` is that of
 * its output. NULL on errors. */
const ipxe_template_t *ipxe_template_compile(ipxe_library_t *library,
                                             const char *text,
                                             ipxe_span_t span,
                                             ipxe_context_e context,
                                             ipxe_diags_t *diags);

/* Compiles a bare expression: platform == 'efi' and memsize >= 65536. In it
 * `or` goes round what is undefined on its left, where its right is true. */
const ipxe_template_t *ipxe_expression_compile(ipxe_library_t *library,
                                               const char *text,
                                               ipxe_span_t span,
                                               ipxe_diags_t *diags);

/* A name that a template reads and does not set itself: `parent` is "" and
 * name "serial" for {{ serial }}; "facts" and "serial" for
 * {{ facts.serial }} and {{ facts['serial'] }}; `name` is "*" where it is
 * computed ({{ facts[x] }}, {{ macs[0] }}, facts.items()). Where the whole is
 * used ({{ facts|dictsort }}) `parent` is "" and name "facts".
 * A variable that is a mapping comes likewise: "disk" and "size". What only
 * one way of an `if` sets counts as read after it. */
typedef void ipxe_name_fn(void *baton, const char *parent, const char *name,
                          ipxe_span_t span);

/* Calls `each` for every name read by the template and all that it includes,
 * imports or extends, however deep. */
void ipxe_template_names(const ipxe_template_t *template_, ipxe_name_fn *each,
                         void *baton);

/* The same for all that the library has compiled so far: every text and
 * expression of rule files, every template. */
void ipxe_library_names(const ipxe_library_t *library, ipxe_name_fn *each,
                        void *baton);

/* Calls `each` for every call of a product function: its first argument where
 * that is a literal text, else NULL; argc is the count of arguments. */
typedef void ipxe_call_fn(void *baton, const char *function,
                          const char *literal, int argc, ipxe_span_t span);
void ipxe_template_calls(const ipxe_template_t *template_, ipxe_call_fn *each,
                         void *baton);

/* What a bare expression begins with: `serial == 'QC-1' and ...`. Nonzero
 * where its parts 0 to nth, joined by `and`, are all comparisons of a name
 * with a literal text for equality, or it is one alone; then *name and *text
 * are those of the nth. */
int ipxe_expression_equality(const char **name, const char **text,
                             const ipxe_template_t *expression, int nth);

/* Nonzero where it has no {{ or {% at all; then *text is its text. */
int ipxe_template_constant(const ipxe_template_t *template_,
                           const char **text);

/* Where all of its text stands. */
ipxe_span_t ipxe_template_span(const ipxe_template_t *template_);

/* ---- Rendering ---- */

/* Writes the template to the sink, escaped by its context. APR_SUCCESS, or a
 * failure whose diagnostic (with the chain of includes as notes) was added:
 * then what the sink has is not to be used. */
apr_status_t ipxe_template_render(ipxe_sink_t *sink,
                                  const ipxe_template_t *template_,
                                  const ipxe_render_t *render);

/* The same, in another context than its name says: what `script:` names is a
 * script whatever it is called. */
apr_status_t ipxe_template_render_as(ipxe_sink_t *sink,
                                     const ipxe_template_t *template_,
                                     ipxe_context_e context,
                                     const ipxe_render_t *render);

/* The value of a template, unescaped: what the expression gives where the
 * template is one {{ expression }} and nothing else (so a list stays a list),
 * else its text with taint byte by byte. An expression's value likewise. A
 * result of kind UNDEFINED is a failure with code IPXE_DIAG_UNDEFINED_NAME. */
apr_status_t ipxe_template_value(ipxe_value_t *value,
                                 const ipxe_template_t *template_,
                                 const ipxe_render_t *render);

#endif
