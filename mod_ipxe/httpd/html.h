/* SPDX-License-Identifier: Apache-2.0 */
/* Writing HTML: every text that is not the module's own goes through one of
 * these. */
#ifndef IPXE_HTTPD_HTML_H
#define IPXE_HTTPD_HTML_H

#include "base/text.h"

/* Text, or the value of an attribute in double quotes: & < > " ' escaped,
 * control characters and what changes the direction of writing as U+FFFD. */
void ipxe_html_add(ipxe_text_t *out, const char *text);

/* Markup of our own, in which each %s is escaped, %h is put in as it is (markup
 * of our own again), %d is an int and %% a percent sign. */
void ipxe_html_addf(ipxe_text_t *out, const char *format, ...);

/* A part of a query: `&amp;name=value`, percent-encoded, or nothing where
 * value is NULL or "". */
void ipxe_html_add_arg(ipxe_text_t *out, const char *name, const char *value);

#endif
