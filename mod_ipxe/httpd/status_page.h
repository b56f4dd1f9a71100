/* SPDX-License-Identifier: Apache-2.0 */
/* The status page: from plain values to HTML and JSON, without httpd.
 *
 *     ipxe_page_t page = {...};
 *     ipxe_text_t *html = ipxe_page_html(&page, pool);
 *
 * The page is whole without its script, which only fetches it again every few
 * seconds and puts in what has changed. It holds one style sheet and one
 * script, named by their hashes in the Content-Security-Policy, and asks for
 * nothing else.
 *
 * Trust: every text of a machine is the network's, names and texts of rules
 * are the operator's; all are escaped where they are written.
 *
 * Lifetime: a page is one request's. */
#ifndef IPXE_HTTPD_STATUS_PAGE_H
#define IPXE_HTTPD_STATUS_PAGE_H

#include "engine/seen.h"
#include "engine/slots.h"

#define IPXE_PAGE_MACHINES 50 /* a page of the list */
#define IPXE_PAGE_HELD     20 /* held ones with a form, above the list */
#define IPXE_PAGE_HOURS    48 /* of the plot */

/* A profile that an operator may choose. */
typedef struct ipxe_page_choice_t {
    const char *name;
    int install; /* it wipes a disk */
} ipxe_page_choice_t;

typedef struct ipxe_page_t {
    const char *path;  /* of the page: "/ipxe-status" */
    const char *host;  /* name of the server or virtual host */
    const char *user;  /* who looks on: a user's name or an address */
    const char *token; /* for forms; NULL: nothing can be done here */
    apr_time_t now;
    const char *generation;  /* of the rule set, or NULL: none serves */
    apr_time_t loaded;       /* when; 0: not known */
    const char *failure;     /* why the last load failed; NULL: it did not */
    apr_time_t failed;       /* when; 0: not known */
    const char *state_fault; /* why the state cannot be asked, or NULL */
    const char *did;         /* word of what was done before, or NULL */
    const ipxe_filter_t *filter;
    const apr_array_header_t *seen;    /* of ipxe_seen_t: the list */
    int total;                         /* without offset and limit */
    const apr_array_header_t *held;    /* of ipxe_seen_t, or NULL: not shown */
    const apr_table_t *counts;         /* state/store.h; or NULL */
    int slots;                         /* IPXEBootSlots; 0: there are none */
    ipxe_slots_count_t slots_now;      /* then */
    const apr_array_header_t *hourly;  /* of int, or NULL: not shown */
    const apr_array_header_t *choices; /* of ipxe_page_choice_t, by name */
    const ipxe_waiting_t *hooks;       /* what hooks have not taken yet; NULL:
                                          there are none */
    const ipxe_seen_t *machine;        /* the page of one, or NULL */
    const apr_array_header_t *events;  /* of ipxe_event_t: its timeline */
} ipxe_page_t;

/* ---- What can be done ---- */

typedef struct ipxe_deed_t {
    const char *word; /* of the form's `act`, and of `did` */
    ipxe_act_e act;
    int machine; /* it is done to a machine, not to the fleet */
    int profile; /* it takes a profile: 1 may, 2 must */
    int sure;    /* a disk may be lost: the form's `sure` must be sent */
} ipxe_deed_t;

/* NULL where there is none of that word. */
const ipxe_deed_t *ipxe_deed_find(const char *word);

/* ---- As text ---- */

ipxe_text_t *ipxe_page_html(const ipxe_page_t *page, apr_pool_t *pool);

/* docs/status.md describes it, data/status.schema.json is its schema. */
ipxe_text_t *ipxe_page_json(const ipxe_page_t *page, apr_pool_t *pool);

/* The value of Content-Security-Policy. */
const char *ipxe_page_policy(apr_pool_t *pool);

/* A short page that says what is wrong: title and text are our own words. */
ipxe_text_t *ipxe_page_refusal(const char *title, const char *text,
                               apr_pool_t *pool);

#endif
