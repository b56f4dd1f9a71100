/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the filters and methods: work on text that both need. The marks
 * of each byte are kept wherever its way can be followed. */
#ifndef IPXE_TEMPLATE_TEXTS_H
#define IPXE_TEMPLATE_TEXTS_H

#include "template/run.h"

enum { IPXE_STRIP_LEFT = 1, IPXE_STRIP_RIGHT = 2, IPXE_STRIP_BOTH = 3 };

ipxe_value_t ipxe_text_part(ipxe_run_t *run, ipxe_value_t text,
                            apr_size_t from, apr_size_t len);
/* chars: a text, or none for blanks. */
ipxe_value_t ipxe_text_strip(ipxe_run_t *run, ipxe_value_t text,
                             ipxe_value_t chars, int sides);
ipxe_value_t ipxe_text_capitalize(ipxe_run_t *run, ipxe_value_t text);
/* The first letter, and each after a character for which `begins` holds. */
ipxe_value_t ipxe_text_title(ipxe_run_t *run, ipxe_value_t text,
                             int (*begins)(apr_uint32_t));
apr_status_t ipxe_text_replace(ipxe_value_t *result, ipxe_run_t *run,
                               ipxe_value_t text, ipxe_value_t from,
                               ipxe_value_t to, apr_int64_t count,
                               ipxe_span_t span);
/* As Python's splitlines; `keep`: with their ends. */
apr_array_header_t *ipxe_text_lines(ipxe_run_t *run, ipxe_value_t text,
                                    int keep);
/* & < > " ' for XML, with these marks more. */
void ipxe_text_escape(ipxe_build_t *build, ipxe_value_t text,
                      unsigned marks);
void ipxe_build_fill(ipxe_build_t *build, char c, apr_size_t n);
/* What text that is added between its parts is marked with: a text that the
 * template itself wrote stays one. */
unsigned ipxe_marks_first(ipxe_value_t text);
/* Text that says what the value says, with its marks for all of it. */
ipxe_value_t ipxe_text_made(ipxe_run_t *run, const char *s, unsigned flags);
/* Byte at which `part` stands in text[from, to), or (apr_size_t)-1; the last
 * one where `last`. */
apr_size_t ipxe_text_find(const ipxe_string_t *text, apr_size_t from,
                          apr_size_t to, const ipxe_string_t *part,
                          int last);

#define IPXE_NOWHERE ((apr_size_t)-1)

#endif
