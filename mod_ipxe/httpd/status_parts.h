/* SPDX-License-Identifier: Apache-2.0 */
/* The parts that the status page is put together from. */
#ifndef IPXE_HTTPD_STATUS_PARTS_H
#define IPXE_HTTPD_STATUS_PARTS_H

#include "httpd/html.h"
#include "httpd/status_page.h"

/* The style sheet and the script (data/status.css, data/status.js). */
extern const char ipxe_page_style[], ipxe_page_script[];

/* The overview: counts, the plot, held machines, the list. */
void ipxe_page_add_overview(ipxe_text_t *out, const ipxe_page_t *page);

/* The page of one machine. */
void ipxe_page_add_machine(ipxe_text_t *out, const ipxe_page_t *page);

/* Boots by hour as a picture, with a table for who sees none. */
void ipxe_page_add_plot(ipxe_text_t *out, const ipxe_page_t *page);

/* The bar of stages, small. */
void ipxe_page_add_bar(ipxe_text_t *out, const ipxe_seen_t *seen);

/* The badge of a machine's state: a word and a colour. */
void ipxe_page_add_badge(ipxe_text_t *out, const ipxe_seen_t *seen);

/* `<time>`: "12 min ago", exact in its title. */
void ipxe_page_add_ago(ipxe_text_t *out, const ipxe_page_t *page,
                       apr_time_t when);

/* The address of a machine's page, as the value of an attribute. */
void ipxe_page_add_link(ipxe_text_t *out, const ipxe_page_t *page,
                        const ipxe_seen_t *seen);

/* `<form ...>` with the hidden fields of an act; seen NULL: of the fleet.
 * Who calls adds fields, a button and `</form>`. */
void ipxe_page_begin_form(ipxe_text_t *out, const ipxe_page_t *page,
                          const char *act, const ipxe_seen_t *seen,
                          const char *classes);

/* A list of profiles to choose from, named `profile`; none: the words of a
 * first choice with the value "", or NULL; chosen: the name of the one that is
 * chosen, or NULL; installs: those alone that wipe a disk. */
void ipxe_page_add_profiles(ipxe_text_t *out, const ipxe_page_t *page,
                            const char *id, const char *none,
                            const char *chosen, int installs);

/* The form that lets a held machine go. */
void ipxe_page_add_release(ipxe_text_t *out, const ipxe_page_t *page,
                           const ipxe_seen_t *seen);

#endif
