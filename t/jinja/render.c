/* SPDX-License-Identifier: Apache-2.0 */
/* Renders a file of cases (README) and prints one line of JSON for each:
 * {"name": ..., "out": ...} or {"name": ..., "error": ...}. */
#include <apr_general.h>
#include <apr_strings.h>
#include <stdio.h>

#include "template/template.h"

#include "json.h"

typedef struct case_t {
    const char *name;
    const char *vars, *text;
    ipxe_library_t *library;
    apr_pool_t *pool;
} case_t;

static void print_json(const char *key, const char *s)
{
    printf("\"%s\": \"", key);
    for (; *s; s++) {
        if ((unsigned char)*s < 0x20 || *s == '"' || *s == '\\')
            printf("\\u%04x", (unsigned)(unsigned char)*s);
        else
            putchar(*s);
    }
    putchar('"');
}

static void render(case_t *one)
{
    const char *vars = one->vars ? one->vars : "{}";
    ipxe_value_t map = json_value(&vars, 0, one->pool);
    ipxe_object_t names = {json_get, json_names, &map};
    ipxe_text_t *out = ipxe_text_make(256, one->pool);
    ipxe_diags_t *diags = ipxe_diags_make(one->pool);
    const ipxe_template_t *self;
    ipxe_render_t how = {&names, NULL, diags, 0, one->pool};
    int found;

    ipxe_library_finish(one->library);
    self = ipxe_library_get(&found, one->library, "main", diags);
    if (!self) { /* finish was quiet about it */
        ipxe_template_compile(
            one->library, one->text,
            ipxe_span(ipxe_source_make("main", one->text, strlen(one->text),
                                       one->pool),
                      0, strlen(one->text)),
            IPXE_CONTEXT_NONE, diags);
    }
    printf("{");
    print_json("name", one->name);
    printf(", ");
    if (self && ipxe_template_render_as(
                    ipxe_sink_to_text(out, 0, one->pool), self,
                    IPXE_CONTEXT_NONE, &how) == APR_SUCCESS)
        print_json("out", out->data);
    else
        print_json("error",
                   diags->all->nelts
                       ? ipxe_diag_text(ipxe_diags_first_error(diags),
                                        one->pool)
                       : "no diagnostic");
    printf("}\n");
}

static void add_file(case_t *one, const char *name, const char *text)
{
    ipxe_library_add(one->library, name,
                     ipxe_source_make(name, text, strlen(text), one->pool));
}

/* Each line is a template of its own. */
static void each_line(case_t *one, const char *text)
{
    const char *name = one->name, *end;
    int line = 0;

    for (; *text; text = *end ? end + 1 : end) {
        end = text + strcspn(text, "\n");
        line++;
        if (end == text)
            continue;
        one->text = apr_pstrmemdup(one->pool, text, (size_t)(end - text));
        one->name = apr_psprintf(one->pool, "%s %d", name, line);
        add_file(one, "main", one->text);
        render(one);
    }
    one->text = NULL;
}

/* "--- vars", "--- each", "--- template", "--- file NAME" and what stands below. */
static void section(case_t *one, const char *head, const char *text)
{
    if (strcmp(head, "vars") == 0) {
        one->vars = text;
    }
    else if (strcmp(head, "template") == 0) {
        one->text = text;
        add_file(one, "main", text);
    }
    else if (strcmp(head, "each") == 0) {
        each_line(one, text);
    }
    else if (strncmp(head, "file ", 5) == 0) {
        add_file(one, head + 5, text);
    }
}

/* The next line that begins with `mark`, or NULL. */
static char *next_mark(char *text, const char *mark)
{
    for (; text; text = strchr(text, '\n')) {
        text += *text == '\n';
        if (strncmp(text, mark, strlen(mark)) == 0)
            return text;
    }
    return NULL;
}

/* Ends the text before `at` without its last line's end. */
static void end_before(char *begin, char *at)
{
    if (at > begin)
        at[-1] = '\0';
}

static void one_case(char *text, apr_pool_t *parent)
{
    char *head, *body, *next;
    case_t one;

    memset(&one, 0, sizeof(one));
    apr_pool_create(&one.pool, parent);
    one.library = ipxe_library_make(NULL, one.pool);
    one.name = text + 4;
    head = next_mark(text, "--- ");
    text[strcspn(text, "\n")] = '\0';
    for (; head; head = next) {
        body = strchr(head, '\n');
        if (body)
            *body++ = '\0';
        next = body ? next_mark(body, "--- ") : NULL;
        if (next)
            end_before(body, next);
        section(&one, head + 4, body ? body : "");
    }
    if (one.text)
        render(&one);
    apr_pool_destroy(one.pool);
}

static char *read_all(const char *path, apr_pool_t *pool)
{
    ipxe_source_t *source;

    if (ipxe_source_read(&source, path, 64u << 20, pool) != APR_SUCCESS) {
        fprintf(stderr, "cannot read %s\n", path);
        exit(2);
    }
    return apr_pstrmemdup(pool, source->text, source->len);
}

int main(int argc, char **argv)
{
    apr_pool_t *pool;
    char *at, *next;

    apr_initialize();
    apr_pool_create(&pool, NULL);
    if (argc != 2)
        return 2;
    at = next_mark(read_all(argv[1], pool), "=== ");
    for (; at; at = next) {
        next = next_mark(at + 1, "=== ");
        if (next)
            end_before(at, next);
        one_case(at, pool);
    }
    apr_pool_destroy(pool);
    apr_terminate();
    return 0;
}
