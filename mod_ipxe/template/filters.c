/* SPDX-License-Identifier: Apache-2.0 */
/* Finding filters and tests by name, and what many filters share. */
#include "template/filters.h"

#include <apr_strings.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "template/filter_help.h"

#define MOST_ROWS 128

static const ipxe_row_t *const filter_tables[] = {
    ipxe_filters_text,   ipxe_filters_list,
    ipxe_filters_select, ipxe_filters_number, ipxe_filters_data,
    ipxe_filters_net,    ipxe_filters_wrap};
static const ipxe_row_t *const test_tables[] = {ipxe_tests_all};

static const ipxe_row_t *find(const ipxe_row_t *const *tables,
                              apr_size_t count, const char *name)
{
    const ipxe_row_t *row;
    apr_size_t i;

    for (i = 0; i < count; i++) {
        for (row = tables[i]; row->name; row++) {
            if (strcmp(row->name, name) == 0)
                return row;
        }
    }
    return NULL;
}

const ipxe_row_t *ipxe_filter_find(const char *name)
{
    return find(filter_tables,
                sizeof(filter_tables) / sizeof(filter_tables[0]), name);
}

const ipxe_row_t *ipxe_test_find(const char *name)
{
    return find(test_tables, 1, name);
}

static int by_name(const void *a, const void *b)
{
    const ipxe_row_t *const *x = a, *const *y = b;

    return strcmp((*x)->name, (*y)->name);
}

static apr_size_t collect(const ipxe_row_t **rows,
                          const ipxe_row_t *const *tables, apr_size_t count)
{
    const ipxe_row_t *row;
    apr_size_t n = 0, i;

    for (i = 0; i < count; i++) {
        for (row = tables[i]; row->name && n < MOST_ROWS; row++)
            rows[n++] = row;
    }
    qsort(rows, n, sizeof(*rows), by_name);
    return n;
}

apr_size_t ipxe_filter_rows(const ipxe_row_t **rows)
{
    return collect(rows, filter_tables,
                   sizeof(filter_tables) / sizeof(filter_tables[0]));
}

apr_size_t ipxe_test_rows(const ipxe_row_t **rows)
{
    return collect(rows, test_tables, 1);
}

ipxe_diag_t *ipxe_filter_unknown(const char *name, int test, ipxe_span_t span,
                                 ipxe_diags_t *diags)
{
    const ipxe_row_t *rows[MOST_ROWS];
    const char *names[MOST_ROWS], *near;
    apr_size_t n = test ? ipxe_test_rows(rows) : ipxe_filter_rows(rows), i;
    const char *what = test ? "test" : "filter";
    ipxe_diag_t *diag =
        ipxe_diag_add(diags,
                      test ? IPXE_DIAG_UNKNOWN_TEST
                           : IPXE_DIAG_UNKNOWN_FILTER,
                      span, "unknown %s '%s'", what, name);
    ipxe_text_t *list = ipxe_text_make(512, diags->pool);

    for (i = 0; i < n; i++) {
        names[i] = rows[i]->name;
        ipxe_text_addf(list, "%s%s", i ? ", " : "", names[i]);
    }
    near = ipxe_text_nearest(name, names, n);
    if (near)
        ipxe_diag_help(diag, "did you mean '%s'? the %ss are: %s", near, what,
                       list->data);
    else
        ipxe_diag_help(diag, "the %ss are: %s", what, list->data);
    return diag;
}

/* ---- arguments ---- */

apr_status_t ipxe_arg_fail(ipxe_run_t *run, const ipxe_args_t *args,
                           const char *format, ...)
{
    const char *message;
    va_list list;

    va_start(list, format);
    message = apr_pvsprintf(run->pool, format, list);
    va_end(list);
    return ipxe_run_fail(run, IPXE_DIAG_TEMPLATE_TYPE, *args->span, "'%s': %s",
                         args->name, message);
}

apr_status_t ipxe_arg_int(apr_int64_t *to, ipxe_run_t *run,
                          const ipxe_args_t *args, int i)
{
    if (!GIVEN(args, i))
        return APR_SUCCESS;
    if (args->v[i].kind == IPXE_KIND_INT)
        *to = args->v[i].u.integer;
    else if (args->v[i].kind == IPXE_KIND_BOOL)
        *to = args->v[i].u.boolean;
    else
        return ipxe_arg_fail(run, args, "argument %d is an integer, not %s",
                             i + 1, ipxe_kind_name(args->v[i].kind));
    return APR_SUCCESS;
}

apr_status_t ipxe_arg_truth(int *to, ipxe_run_t *run, const ipxe_args_t *args,
                            int i)
{
    if (!GIVEN(args, i))
        return APR_SUCCESS;
    return ipxe_run_truth(to, run, args->v[i], *args->span);
}

apr_status_t ipxe_arg_text(ipxe_value_t *to, ipxe_run_t *run,
                           const ipxe_args_t *args, int i)
{
    if (!GIVEN(args, i))
        return APR_SUCCESS;
    if (args->v[i].kind != IPXE_KIND_TEXT)
        return ipxe_arg_fail(run, args, "argument %d is a text, not %s",
                             i + 1, ipxe_kind_name(args->v[i].kind));
    *to = args->v[i];
    return APR_SUCCESS;
}

apr_array_header_t *ipxe_values_make(ipxe_run_t *run)
{
    return apr_array_make(run->pool, 8, sizeof(ipxe_value_t));
}

/* ---- keys and letters ---- */

static int is_ascii(const ipxe_string_t *text)
{
    apr_size_t i;

    for (i = 0; i < text->len; i++) {
        if ((unsigned char)text->s[i] >= 0x80)
            return 0;
    }
    return 1;
}

/* Text without a mask, byte by byte. */
static ipxe_value_t map_ascii(ipxe_run_t *run, ipxe_value_t text,
                              apr_uint32_t (*map)(apr_uint32_t))
{
    char first = map == ipxe_letter_lower ? 'A' : 'a', c;
    apr_size_t len = text.u.text->len, i;
    const ipxe_string_t *string;
    char *s = ipxe_string_make(&string, len, run->pool);

    for (i = 0; i < len; i++) {
        c = text.u.text->s[i];
        s[i] = c >= first && c < first + 26 ? (char)(c ^ ('a' - 'A')) : c;
    }
    return ipxe_value_string(string, text.flags & (IPXE_STICKY | IPXE_SAFE));
}

ipxe_value_t ipxe_text_map(ipxe_run_t *run, ipxe_value_t text,
                           apr_uint32_t (*map)(apr_uint32_t))
{
    const ipxe_string_t *string = text.u.text;
    ipxe_text_t *letter;
    ipxe_build_t build;
    apr_size_t at = 0;
    apr_uint32_t code;

    if (!string->mask && is_ascii(string))
        return map_ascii(run, text, map);
    letter = ipxe_text_make(8, run->pool);
    ipxe_build_init(&build, string->len, run->pool);
    while (at < string->len) {
        int n = ipxe_utf8_next(string->s + at, string->len - at, &code);
        apr_size_t step = n ? (apr_size_t)n : 1;

        ipxe_text_cut(letter, 0);
        if (n)
            ipxe_text_add_code(letter, map(code));
        else
            ipxe_text_add_n(letter, string->s + at, 1);
        ipxe_build_add(&build, letter->data, letter->len,
                       ipxe_marks_at(text, at) &
                           (IPXE_TAINTED | IPXE_SAFE));
        at += step;
    }
    build.flags |= text.flags & IPXE_SECRET;
    return ipxe_build_value(&build);
}

apr_status_t ipxe_key_of(ipxe_value_t *key, ipxe_run_t *run,
                         const ipxe_key_t *how, ipxe_value_t item,
                         ipxe_span_t span)
{
    apr_status_t rv = APR_SUCCESS;

    *key = item;
    if (how->has_attribute)
        rv = ipxe_run_path(key, run, item, how->attribute,
                           how->has_missing ? &how->missing : NULL, span);
    if (rv == APR_SUCCESS && !how->sensitive && key->kind == IPXE_KIND_TEXT)
        *key = ipxe_text_map(run, *key, ipxe_letter_lower);
    return rv;
}
