/* SPDX-License-Identifier: Apache-2.0 */
/* The world of one request: what a decision and its texts may ask. Private to
 * the engine. */
#ifndef IPXE_ENGINE_REQUEST_H
#define IPXE_ENGINE_REQUEST_H

#include "engine/engine.h"

/* A script and its signature are asked for one after the other: tickets made in
 * so much time, from a tenth minute on, are the same (IPXESign). */
#define IPXE_SIGNED_TIME apr_time_from_sec(600)

/* One request while it is answered. */
typedef struct ipxe_asking_t {
    const ipxe_snapshot_t *set;
    const ipxe_request_t *request;
    const ipxe_machine_t *machine;
    const ipxe_decision_t *decision; /* what texts are about; NULL at first */
    const char *base;                /* scheme and host of our URLs */
    int sign;                        /* tickets are signed; else "TICKET" */
    apr_int64_t install;             /* that tickets are for; 0: none */
    apr_time_t issued; /* in an answer file: when the ticket that fetches it
                          was, for all in it is of the same try; 0: now */
    apr_int64_t replaces;            /* a confirmed choice replaces this */
    apr_array_header_t *opened; /* of const char *: what passwords were given
                                   for (engine/menu_path.h); NULL: all is
                                   open */
    int identified;                  /* the machine was asked for everything */
    const ipxe_view_t *known; /* what the state said of it when rules asked */
    apr_status_t known_status;
    int too_long;                    /* a ticket would not fit: set by world */
    ipxe_world_t world;
    apr_pool_t *pool;
} ipxe_asking_t;

/* Fills *asking; machine and decision are set by the caller as they come. */
void ipxe_asking_init(ipxe_asking_t *asking, const ipxe_snapshot_t *set,
                      const ipxe_request_t *request, apr_pool_t *pool);

/* The machine whose facts the request brings in its query and form. */
ipxe_machine_t *ipxe_asking_machine(const ipxe_asking_t *asking,
                                    apr_pool_t *pool);

/* The machine of a ticket's facts. */
ipxe_machine_t *ipxe_asking_unpack(const ipxe_asking_t *asking,
                                   const char *facts, apr_pool_t *pool);

/* The URL at which a stage is reported: what stands for it and follows it. */
const char *ipxe_asking_report_url(ipxe_asking_t *asking, const char *stage,
                                   apr_pool_t *pool);

/* For ipxe_world_t.report: engine/report.c. */
apr_status_t ipxe_asking_report(const char **command, void *baton,
                                const char *kind, const char *stage,
                                ipxe_diags_t *diags, apr_pool_t *pool);

/* Nonzero where the request comes from the network that the ticket's machine
 * was in, or where nobody asks for that (IPXETicketNetwork). */
int ipxe_asking_same_network(const ipxe_asking_t *asking,
                             const ipxe_machine_t *machine);

#endif
