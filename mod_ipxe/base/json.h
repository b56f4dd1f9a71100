/* SPDX-License-Identifier: Apache-2.0 */
/* JSON (RFC 8259) member by member; commas go where they are due.
 *
 *     ipxe_json_open(out, NULL, '{');
 *     ipxe_json_text(out, "name", "web01");
 *     ipxe_json_number(out, "tries", 2);
 *     ipxe_json_close(out, '}');
 *
 * gives {"name": "web01", "tries": 2}. The text itself tells whether a comma is
 * due, so that what a caller wrote by hand may stand before and after.
 *
 * Names and values may be any bytes: what is no UTF-8 becomes U+FFFD. Nothing
 * fails but for want of memory, which aborts as APR's pools do. */
#ifndef IPXE_BASE_JSON_H
#define IPXE_BASE_JSON_H

#include "base/source.h"
#include "base/text.h"

/* A comma where one is due, then `"name": `; name NULL, as in an array: the
 * comma alone. */
void ipxe_json_key(ipxe_text_t *out, const char *name);

/* An object '{' or an array '[' under a name, or in an array under none. */
void ipxe_json_open(ipxe_text_t *out, const char *name, char bracket);
void ipxe_json_close(ipxe_text_t *out, char bracket);

/* A value; null for a value of NULL, and for a time of 0. */
void ipxe_json_text(ipxe_text_t *out, const char *name, const char *value);
void ipxe_json_time(ipxe_text_t *out, const char *name, apr_time_t when);
void ipxe_json_null(ipxe_text_t *out, const char *name);
void ipxe_json_number(ipxe_text_t *out, const char *name, apr_int64_t number);
void ipxe_json_truth(ipxe_text_t *out, const char *name, int truth);

/* A place as "FILE:LINE"; null for nowhere. */
void ipxe_json_place(ipxe_text_t *out, const char *name, ipxe_span_t span);

#endif
