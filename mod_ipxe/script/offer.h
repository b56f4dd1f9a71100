/* SPDX-License-Identifier: Apache-2.0 */
/* Private to script/: what a menu shows on this machine, for any dialect. */
#ifndef IPXE_SCRIPT_OFFER_H
#define IPXE_SCRIPT_OFFER_H

#include "script/parts.h"

/* A line of the menu; ids are made here and cannot go wrong. */
typedef struct ipxe_offered_t {
    const char *id;    /* "i0", ..., or "back", "local"; NULL: a separator */
    const char *title; /* not escaped */
    const char *url;   /* NULL for a separator, "back" and "local" */
    char key;
} ipxe_offered_t;

typedef struct ipxe_offer_t {
    const char *title;      /* not escaped */
    const char *background; /* URL, or NULL */
    const char *back;       /* URL of where Esc leads */
    const char *chosen;     /* id that the timeout takes, or NULL: none */
    apr_int64_t timeout;    /* milliseconds; 0: none */
    int top;                /* there is no menu above it */
    int choices;            /* how many lines can be chosen */
    const apr_array_header_t *lines; /* of ipxe_offered_t */
} ipxe_offer_t;

apr_status_t ipxe_offer_make(ipxe_offer_t **offer, ipxe_script_t *script);

#endif
