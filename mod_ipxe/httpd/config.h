/* SPDX-License-Identifier: Apache-2.0 */
/* The configuration of a server and of a section, as its directives say.
 *
 *     IPXERules conf/ipxe/rules
 *     <VirtualHost *:8080>
 *         IPXEVar site lab
 *     </VirtualHost>
 *
 * gives two ipxe_server_t, the second merged from both. Lifetime: pconf's.
 * Written while httpd reads its configuration, by one thread; read only
 * afterwards. Every text is the operator's. */
#ifndef IPXE_HTTPD_CONFIG_H
#define IPXE_HTTPD_CONFIG_H

#include <httpd.h>
#include <http_config.h>

#include "engine/engine.h"

extern module AP_MODULE_DECLARE_DATA ipxe_module;

/* The value of a number or switch that no directive has set. */
#define IPXE_UNSET (-1)

/* A server or virtual host. Texts and lists: NULL where not set. */
typedef struct ipxe_server_t {
    apr_array_header_t *rules;      /* of const char *: absolute paths */
    const char *templates;          /* absolute */
    apr_array_header_t *hosts;      /* of const char *: "yaml:/absolute",
                                       "lmdb:/absolute", "dbd:TABLE" */
    const char *state_dir;          /* absolute */
    const char *state;              /* "none", or DRIVER:PARAMS */
    apr_int64_t state_timeout;      /* microseconds */
    apr_int64_t max_machines;       /* kept in the state */
    int operator_arms;              /* 0, 1 */
    int track;                      /* 0, 1 */
    apr_array_header_t *hooks;      /* of const ipxe_receiver_t * */
    apr_int64_t boot_slots;         /* 0: Off */
    apr_int64_t slot_life;          /* microseconds */
    const char *base_url;           /* no slash at its end */
    const char *plain_url;          /* likewise */
    const char *entry;              /* "/boot.ipxe" */
    const char *prefix;             /* "/ipxe" */
    apr_array_header_t *vars;       /* of const char *: NAME, VALUE, ... */
    const char *secret;             /* absolute */
    apr_int64_t fetch_life;         /* microseconds */
    apr_int64_t report_life;        /* microseconds */
    const char *ticket_network;     /* as given; "off": any */
    const char *sign_certificate;   /* absolute; "off": none */
    const char *sign_key;           /* absolute, with a certificate */
    apr_int64_t max_facts;          /* of a request */
    apr_int64_t max_answer;         /* bytes */
    int explain;                    /* 0, 1 */
    const char *time_zone;          /* IANA name */
    apr_int64_t reload;             /* microseconds; 0: off */
    apr_array_header_t *sections;   /* of const char *: where IPXEEngine
                                       stands, for the dump; not inherited */
    apr_table_t *places;            /* directive -> "FILE:LINE" */
    struct ipxe_serving_t *serving; /* made from these by check.c, once all
                                       is read; never inherited */
} ipxe_server_t;

/* A <Directory>, a <Location>, or what stands outside of all. */
typedef struct ipxe_section_t {
    int engine; /* 0, 1, IPXE_UNSET */
} ipxe_section_t;

/* For the module's structure. */
void *ipxe_server_create(apr_pool_t *pool, server_rec *s);
void *ipxe_server_merge(apr_pool_t *pool, void *base, void *add);
void *ipxe_section_create(apr_pool_t *pool, char *path);
void *ipxe_section_merge(apr_pool_t *pool, void *base, void *add);

/* Never NULL, once the configuration is read. */
ipxe_server_t *ipxe_server_get(const server_rec *s);

/* Is the engine on for this section's configuration? */
int ipxe_section_engine(const ap_conf_vector_t *per_dir);

/* Adds a variable, or gives it another value. */
void ipxe_server_put_var(apr_array_header_t *vars, const char *name,
                         const char *value);

#endif
