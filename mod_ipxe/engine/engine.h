/* SPDX-License-Identifier: Apache-2.0 */
/* The public face of the core: load a rule set, answer a request.
 *
 * The module and the command see no other header of floors 0 to 5 than this
 * one and those it includes. What ipxectl renders is therefore what machines
 * get.
 *
 *     ipxe_snapshot_t *set = ipxe_snapshot_load(&settings, diags, pool);
 *     ...
 *     status = ipxe_engine_answer(&answer, set, &request, r->pool);
 *
 * Threads: a snapshot is immutable, any thread may answer from it. */
#ifndef IPXE_ENGINE_ENGINE_H
#define IPXE_ENGINE_ENGINE_H

#include "engine/keeper.h"
#include "engine/slots.h"
#include "engine/ticket.h"
#include "rules/decide.h"

/* What an operator sets outside of rule files: httpd's directives, or the
 * command's options. All members have the defaults of ipxe_settings_default;
 * texts live as long as the snapshot. */
typedef struct ipxe_settings_t {
    const apr_array_header_t *rules; /* of const char *: files and folders,
                                        absolute or below the working folder */
    const apr_array_header_t *hosts; /* of const char *: "yaml", "lmdb:PATH",
                                        "dbd:TABLE", as they are asked
                                        (engine/hosts.h); NULL: rule files
                                        have them all */
    const apr_array_header_t *providers; /* of const ipxe_host_provider_t *: of
                                            hosts (rules/host_provider.h), NULL
                                            among them for those of `rules`;
                                            NULL: there are no others */
    const char *templates;           /* the folder of templates, or NULL */
    const apr_array_header_t *vars;  /* of const char *: NAME, VALUE, ...;
                                        or NULL */
    const char *document_root;       /* for the check of files, or NULL */
    const char *entry;               /* "/boot.ipxe" */
    const char *prefix;              /* "/ipxe" */
    const char *base_url;            /* "http://10.0.0.1", no slash at its end;
                                        NULL: the request's */
    const char *plain_url;           /* for an iPXE without HTTPS, or NULL */
    const char *site;                /* in tickets: the tenant; "" for one */
    const ipxe_keys_t *keys;         /* of tickets; NULL: "TICKET" is written
                                        where one would stand */
    apr_interval_time_t fetch_life;  /* of a ticket, microseconds: 4 h */
    apr_interval_time_t report_life; /* of one to report with: 7 d */
    const char *ticket_network;      /* IPXETicketNetwork as given, or NULL */
    int signs;                       /* IPXESign: a script asked for again is
                                        the same, byte for byte */
    const struct ipxe_signer_t *signer; /* engine/sign.h, with `signs`; NULL:
                                           no signatures are given */
    apr_size_t max_answer;           /* bytes: 4 MiB */
    apr_size_t max_facts;            /* of a request: 200 */
    const char *time_zone;           /* IANA name, or NULL: the server's */
    struct ipxe_kept_t *kept;        /* hosts that stay from set to set
                                        (rules/kept.h); NULL: none do */
    int compiled_hosts;              /* a set with more in its files has them
                                        compiled when it is published:
                                        IPXE_COMPILED_HOSTS */
    int stateless;                   /* IPXEState none */
    int operator_arms;               /* IPXEArm operator */
    int track;                       /* IPXETrack On */
    int boot_slots;                  /* IPXEBootSlots; 0: no machine waits */
    apr_interval_time_t slot_life;   /* how long one is kept at most: 5 min */
} ipxe_settings_t;

void ipxe_settings_default(ipxe_settings_t *settings, apr_pool_t *pool);

/* From now on what a large file of hosts holds is read once and shared by all
 * sets that are loaded with these settings: rules/kept.h. */
void ipxe_settings_keep_hosts(ipxe_settings_t *settings, apr_pool_t *pool);

/* ---- Loading ---- */

typedef struct ipxe_bundle_t ipxe_bundle_t; /* engine/bundle.h */

/* A loaded set. */
typedef struct ipxe_snapshot_t {
    const ipxe_settings_t *settings;
    const ipxe_bundle_t *bundle; /* what it was made from */
    const ipxe_rules_t *rules;
    const char *hash;       /* of all bytes it was made from: 12 hex digits */
    apr_uint32_t number;    /* 0 until it is published */
    const char *generation; /* "1-4f2a91c03b7e": for comments and logs */
    ipxe_facts_t ticket_facts;             /* what of the facts tickets carry */
    const apr_array_header_t *ticket_args; /* const char *: args likewise */
    const apr_array_header_t *ticket_asks; /* const char *: answers likewise */
    const apr_array_header_t *files; /* of const char *: all that was read */
    apr_uint32_t users; /* private: engine/swap.c */
    apr_pool_t *pool;
} ipxe_snapshot_t;

/* Reads, compiles, links and checks. NULL: errors were added to diags. Not a
 * single error stops it; all are found in one run. */
ipxe_snapshot_t *ipxe_snapshot_load(const ipxe_settings_t *settings,
                                    ipxe_diags_t *diags, apr_pool_t *pool);

/* The same for `ipxectl check`: also where only what was rendered for sample
 * machines is wrong. */
ipxe_snapshot_t *ipxe_snapshot_inspect(const ipxe_settings_t *settings,
                                       ipxe_diags_t *diags, apr_pool_t *pool);

/* The same from bytes that were read before. checked: they were loaded once
 * without an error, so nothing is rendered for sample machines. */
ipxe_snapshot_t *ipxe_snapshot_build(const ipxe_settings_t *settings,
                                     ipxe_bundle_t *bundle, int checked,
                                     ipxe_diags_t *diags, apr_pool_t *pool);

/* Reads every host of the databases that can be walked through, and renders
 * what they lead to for sample machines; what is wrong is added, of the first
 * IPXE_MAX_HOSTS_WRONG errors. How many hosts were read. For `ipxectl check`:
 * a server does not wait for it. */
int ipxe_check_hosts(const ipxe_snapshot_t *set, ipxe_diags_t *diags);

/* Gives a loaded set its number. */
void ipxe_snapshot_publish(ipxe_snapshot_t *set, apr_uint32_t number);

/* A library with the product's functions and nothing in it: for
 * `ipxectl template`. */
ipxe_library_t *ipxe_engine_library(apr_pool_t *pool);

/* The argument by which a download tells whose it is. */
#define IPXE_TRACK_ARG "ipxe"
/* Below the prefix: "/ipxe/tree/525400123456/OS/rocky/9/..." is the same file
 * as "/OS/rocky/9/...", fetched by that machine. */
#define IPXE_TRACK_TREE "tree"

/* ---- Answering ---- */

/* Where EFI's iPXE looks by itself: no entry and no prefix may be it. */
#define IPXE_AUTOEXEC_PATH "/autoexec.ipxe"

typedef enum ipxe_route_e {
    IPXE_ROUTE_NONE, /* not ours */
    IPXE_ROUTE_ENTRY,
    IPXE_ROUTE_AUTOEXEC,
    IPXE_ROUTE_GRUB,
    IPXE_ROUTE_MENU,
    IPXE_ROUTE_ITEM,
    IPXE_ROUTE_WAIT,
    IPXE_ROUTE_ANSWERS,
    IPXE_ROUTE_REPORT,
    IPXE_ROUTE_EXPLAIN,
    IPXE_ROUTE_UNKNOWN /* below the prefix, and nothing there: 404 */
} ipxe_route_e;

/* What is asked at a decoded URL path. */
typedef struct ipxe_target_t {
    ipxe_route_e route;
    const char *ticket; /* or NULL; a MENU, ITEM or ANSWERS without one is
                           decided from the request's facts (ipxectl render;
                           no path is such) */
    const char *menu, *item; /* what the path names, or NULL; an ANSWERS
                                without a ticket is of the profile to which
                                they lead */
    const char *name;        /* the answer file's, or the stage, or NULL */
    int signature;           /* not the script, its signature: PATH.sig */
} ipxe_target_t;

/* Which of our addresses `path` is (spec of addresses: docs/httpd.md). */
ipxe_target_t ipxe_engine_route(const ipxe_settings_t *settings,
                                const char *path, apr_pool_t *pool);

/* Methods that a route takes: bits. HEAD goes where GET goes. */
enum { IPXE_METHOD_GET = 1, IPXE_METHOD_POST = 2 };
unsigned ipxe_route_methods(ipxe_route_e route);

typedef struct ipxe_request_t {
    ipxe_target_t target;
    const char *query;      /* raw, without '?'; or NULL */
    const char *form;       /* raw body of a POST form, or NULL */
    const char *user_agent; /* or NULL */
    const char *ip;         /* the client's address */
    const char *base_url;   /* scheme and host of the request, already
                               checked; used where settings have none */
    apr_time_t now;
    const char *request_id; /* letters and digits */
    const char *authorization; /* the header of that name, or NULL; it is
                                  never logged */
    int opened; /* passwords count as given: tests of rules */
    /* Counts for limits of rules, as ipxe_world_t.limit does: `site` parts
     * tenants, `count` is zero where nothing is to be counted. NULL: nobody
     * counts. */
    int (*limit)(void *baton, const char *site, const char *rule,
                 const char *machine, int most, apr_interval_time_t window,
                 int count);
    void *limit_baton;
    /* Boot slots (engine/slots.h) of the tenant `site`. NULL: there are none,
     * and nobody waits. */
    void (*turn)(ipxe_turn_t *turn, void *baton, const char *site,
                 const char *machine, ipxe_slot_act_e act);
    void *turn_baton;
    int head;               /* a HEAD: nothing is changed */
    const ipxe_keeper_t *keeper; /* who keeps the state; NULL: nobody, and
                                    each machine is as `supposed` */
    const ipxe_view_t *supposed; /* with no keeper: what is known of it; NULL:
                                    nothing */
    int json;               /* explain: JSON is asked for */
    int colour;             /* explain: text in colours of a terminal */
} ipxe_request_t;

typedef struct ipxe_answer_t {
    int status;        /* as HTTP's: 200, 403, 404, 410, 500, 503 */
    const char *type;  /* Content-Type */
    ipxe_text_t *body; /* whole; never NULL */
    int retry_after;   /* seconds, with 503; else 0 */
    int challenge;     /* with 401: HTTP Basic is wanted */
    const char *stage; /* "identify", "script", "menu", "item", "wait",
                          "answers", "report", "explain", "autoexec",
                          "signature": for logs */
    const ipxe_machine_t *machine;   /* never NULL */
    const ipxe_decision_t *decision; /* or NULL: none was made */
    const ipxe_ruling_t *ruling;     /* of the state, or NULL: not asked */
    const ipxe_report_t *report;     /* that was taken, or NULL */
    int changed;                     /* by this report */
    apr_int64_t spend;   /* the machine whose `next` this script is: to be spent
                            once it has arrived; 0: none */
    ipxe_diags_t *diags; /* what went wrong on the way */
    const char *log; /* one line for the error log, printable, no
                        secret, no ticket; or NULL */
} ipxe_answer_t;

/* Answers. Always succeeds with an answer: what goes wrong is in it. */
void ipxe_engine_answer(ipxe_answer_t *answer, const ipxe_snapshot_t *set,
                        const ipxe_request_t *request, apr_pool_t *pool);

/* The answer of a server whose rules did not load: `why`, and the local disk.
 * Who waits goes on waiting; answer files have status 500. */
void ipxe_engine_refuse(ipxe_answer_t *answer,
                        const ipxe_settings_t *settings,
                        const ipxe_request_t *request, const char *why,
                        apr_pool_t *pool);

/* The decision step by step as lines of text, for logs (trace2): array of
 * const char *. */
apr_array_header_t *ipxe_engine_trace(const ipxe_decision_t *decision,
                                      apr_pool_t *pool);

/* ---- Explaining ---- */

/* The decision for people: aligned text; `colour`: with terminal colours.
 * The script is shown at its end. */
const char *ipxe_explain_text(const ipxe_answer_t *answer, int colour,
                              apr_pool_t *pool);

/* The same as JSON; its schema is in docs/explain.md. */
const char *ipxe_explain_json(const ipxe_answer_t *answer, apr_pool_t *pool);

#endif
