/* SPDX-License-Identifier: Apache-2.0 */
/* What machines did and may do: installs, holds, releases, the timeline.
 *
 * Nothing is so dear as a boot loop that wipes a disk again. So every change
 * that protects a disk is one atomic statement of a database, judged by the
 * number of rows it changed; a GET repeated, a HEAD, two servers asked at once
 * install nothing twice.
 *
 * An install, by its number:
 *
 *     (none) --arm--> armed --fetch--> fetched --started--> started
 *                       ^                |  \______________/ |
 *                       |                |   failed          | installed
 *                       |                v                   v
 *                     (arm, an        failed --fetch-->   installed
 *                      operator's)      (the next try)     (the machine is
 *                                                           marked, for good)
 *     any that is open --disarm, arm again--> closed
 *
 * A machine has at most one open install (armed, fetched, started, failed).
 * A try begins when an answer file is fetched with a ticket of a later minute
 * than that of the try before: the same ticket again is the same try, an older
 * one is refused. The mark installed is the machine's: it stays until
 * `forget --all`. An open install goes before it, so an operator's arm
 * installs again, and what is disarmed then is installed as before. Where the
 * rule now names another profile the open install is of that profile from its
 * next try on; its tries go on counting.
 *
 * Machines are found by their keys (ipxe_who_t). Two that a request joins and
 * that both have something to protect (an install, a hold, a release) are a
 * conflict; one that was only seen becomes a part of the other.
 *
 * The core sees no SQL: state/store.h is a table of functions, state/sql.h
 * makes one on apr_dbd. A store is for one thread; ipxe_state_t
 * (state/front.h) puts one behind a thread of its own and asks it with a
 * deadline.
 *
 * Trust: keys and texts of machines are the network's; they are bound as
 * parameters, never put into a statement.
 *
 * Times are microseconds since 1970; 0: never. */
#ifndef IPXE_STATE_STATE_H
#define IPXE_STATE_STATE_H

#include <apr_tables.h>
#include <apr_time.h>

#include "machine/machine.h"
#include "state/notice.h"

/* Tries of an install, where the profile names no other number. */
#define IPXE_INSTALL_TRIES 2

/* ---- Who ---- */

/* A machine as the state finds it: by its host, else any card, else uuid,
 * else serial with manufacturer and product, all three. Absent: NULL. */
typedef struct ipxe_who_t {
    const char *site; /* tenant, "" */
    const char *host; /* name of its host in the rules, or NULL */
    const ipxe_machine_t *machine;
} ipxe_who_t;

/* ---- What is known ---- */

typedef enum ipxe_install_e {
    IPXE_INSTALL_NONE,
    IPXE_INSTALL_ARMED,
    IPXE_INSTALL_FETCHED, /* its answer file: the try has begun */
    IPXE_INSTALL_STARTED,
    IPXE_INSTALL_FAILED, /* the try; another may come */
    IPXE_INSTALL_INSTALLED,
    IPXE_INSTALL_CLOSED /* disarmed, or another was armed */
} ipxe_install_e;

/* "armed", ...; "none" */
const char *ipxe_install_word(ipxe_install_e state);

typedef struct ipxe_install_t {
    apr_int64_t number; /* of the install, from 1; stands in tickets; 0: none */
    ipxe_install_e state;
    const char *profile;
    const char *by; /* "rule NAME", "menu MENU/ITEM", "operator NAME" */
    int tries;      /* begun */
    apr_time_t armed, fetched, started, ended; /* 0: not yet */
} ipxe_install_t;

/* A copy, in the asker's pool. */
typedef struct ipxe_view_t {
    apr_int64_t machine;      /* its number; 0: never recorded */
    const char *conflict;     /* "mac 52:54:.. is of machine A, serial X of
                                 machine B", or NULL */
    ipxe_install_t open;      /* number 0: none */
    ipxe_install_t installed; /* the mark: number 0: never installed */
    const char *hold_code;    /* shown while held, or NULL */
    const char *hold_reason;
    apr_time_t held;      /* since */
    const char *disarmed; /* by whom, or NULL: nothing but an operator
                             arms it */
    apr_time_t disarmed_at;
    const char *release;    /* profile by an operator, or NULL; "" : only
                               "no longer held" */
    const char *release_by; /* the operator */
    const apr_table_t *release_vars; /* --set, or NULL */
    const char *next;                /* one boot of that profile, or NULL */
    /* Arrays of const char *, newest first, never NULL: profiles whose latest
     * run here reported `installed` or `done`, or `failed`. */
    const apr_array_header_t *done, *failed;
    const char *frozen; /* by whom the fleet (of the site) is frozen: no
                           installs; or NULL */
    int unaccepted;     /* the database is new, older or another: every
                           install waits for `state accept` */
} ipxe_view_t;

/* ---- May it be installed? ---- */

typedef struct ipxe_wish_t {
    ipxe_who_t who;
    const char *profile; /* with install */
    const char *by;      /* who arms it, as in ipxe_install_t */
    int reinstall_always;
    int operator_arms; /* IPXEArm operator */
    int released;      /* by an operator's release: counts as his arm where
                          none was before */
    int report_none;   /* the profile never reports: once its answer file
                          was fetched, the disk */
    int tries;         /* most; 0: IPXE_INSTALL_TRIES */
    int chosen;        /* it comes from a menu: an installed machine is asked */
    apr_int64_t confirmed; /* `y` was pressed where this install (view.installed
                              of the ruling CONFIRM) was shown; 0: not. So the
                              same request again arms nothing */
    apr_interval_time_t life; /* of a ticket to fetch: so long after its answer
                                 file was fetched an install is given again,
                                 later it is held; 0: for ever */
    const char *limit_rule;   /* `limit:` of the rule by that name, or NULL */
    int limit;                /* machines newly armed by it ... */
    apr_interval_time_t limit_window; /* ... within this long */
    int limit_hold;                   /* past it: held; else its disk */
    apr_time_t now;
    int observe; /* change nothing (explain, HEAD, ipxectl) */
} ipxe_wish_t;

typedef enum ipxe_verdict_e {
    IPXE_VERDICT_INSTALL, /* with install.number */
    IPXE_VERDICT_LOCAL,   /* its disk: reason says why */
    IPXE_VERDICT_HOLD,    /* with reason, and a code where the machine alone
                             is held */
    IPXE_VERDICT_CONFIRM  /* ask on the console first, showing
                             view.installed */
} ipxe_verdict_e;

typedef struct ipxe_ruling_t {
    ipxe_verdict_e verdict;
    ipxe_install_t install; /* INSTALL: what its ticket carries. number 0: it
                               would be armed (observe, or ipxe_state_judge) */
    int armed;              /* by this very request */
    const char *code;       /* HOLD: for the console, or NULL */
    const char *reason;     /* "installed with rocky-9 on 2026-11-20 14:03 UTC";
                               NULL for INSTALL */
    ipxe_view_t view;       /* as it was before */
} ipxe_ruling_t;

/* Pure: what a view and a wish come to. Where it says INSTALL and the number
 * is 0, the store arms one (unless the rule's limit is reached, of which this
 * knows nothing). Texts live in pool or are the view's. */
void ipxe_state_judge(ipxe_ruling_t *ruling, const ipxe_view_t *view,
                      const ipxe_wish_t *wish, apr_pool_t *pool);

/* ---- Tickets that come back ---- */

typedef enum ipxe_claim_e {
    IPXE_CLAIM_GOOD,
    IPXE_CLAIM_REPEATED, /* good, and nothing changed */
    IPXE_CLAIM_UNKNOWN,  /* no such install: 404 */
    IPXE_CLAIM_OVER,     /* installed, disarmed, armed anew, a later try: 410 */
    IPXE_CLAIM_TOO_MANY, /* tries: 403, and the machine is held */
    IPXE_CLAIM_HELD      /* frozen, database not accepted, conflict: 403 */
} ipxe_claim_e;

typedef enum ipxe_stage_e {
    IPXE_STAGE_STARTED,
    IPXE_STAGE_PROGRESS,
    IPXE_STAGE_INSTALLED,
    IPXE_STAGE_DONE,
    IPXE_STAGE_FAILED,
    IPXE_STAGE_COUNT
} ipxe_stage_e;

/* "started", ..., as in addresses; ipxe_stage_find gives IPXE_STAGE_COUNT for
 * what is none. */
const char *ipxe_stage_word(ipxe_stage_e stage);
ipxe_stage_e ipxe_stage_find(const char *word);

/* A report for an install is its machine's, whatever keys come along; one of
 * no install (a profile without `install`) is the machine's that who finds.
 * Stages only go forward: `started` after `installed` is REPEATED, and so is
 * what was reported before; what belongs to an earlier try is OVER. `started`
 * with a ticket of a later minute begins a try as a fetch does, for installers
 * that fetch no answer file. `installed` is always taken: where the install
 * was closed meanwhile the machine is marked, and what was armed since stays
 * open. */
typedef struct ipxe_report_t {
    ipxe_who_t who;
    apr_int64_t install; /* from the ticket; 0: of no install */
    apr_time_t issued;   /* the ticket's minute */
    const char *profile;
    ipxe_stage_e stage;
    const char *text; /* or NULL; cleaned and cut by the caller */
    int percent;      /* 0 to 100, or -1 */
    int tries;        /* as in ipxe_wish_t */
    apr_time_t now;
} ipxe_report_t;

/* ---- What only watches ---- */

typedef enum ipxe_event_e {
    IPXE_EVENT_ASKED,  /* text: rule */
    IPXE_EVENT_SCRIPT, /* text: action and profile */
    IPXE_EVENT_KERNEL, /* a download; bytes, complete or not */
    IPXE_EVENT_INITRD,
    IPXE_EVENT_FILE,
    IPXE_EVENT_ANSWERS, /* text: name */
    IPXE_EVENT_REPORT,  /* text: stage and its text */
    IPXE_EVENT_HELD,
    IPXE_EVENT_OPERATOR, /* text: who did what */
    IPXE_EVENT_WAITING,  /* for a boot slot; text: its place */
    IPXE_EVENT_COUNT
} ipxe_event_e;

/* "asked", "script", "kernel", ... */
const char *ipxe_event_word(ipxe_event_e kind);

/* Its machine is that of the install where one is given, else the one that
 * who finds; a machine never seen is recorded. */
typedef struct ipxe_event_t {
    ipxe_who_t who;
    ipxe_event_e kind;
    const char *rule, *profile, *text; /* or NULL */
    apr_int64_t install;
    apr_off_t bytes;
    int complete, percent; /* percent -1: none */
    apr_time_t when;
} ipxe_event_t;

/* ---- For operators ---- */

typedef struct ipxe_seen_t { /* a machine in a list */
    apr_int64_t machine;
    const char *site, *host, *mac, *uuid, *serial, *manufacturer, *product, *ip;
    const char *rule, *profile; /* of its last decision */
    const char *action;         /* likewise: "boot rocky-9", "menu main",
                                   "local", ... */
    const char *stage;          /* "asked", "waiting", "script", "kernel",
                                   "initrd", "answers", "started", "progress",
                                   "installed", "done", "failed", "held"; "" */
    int place; /* in the queue for a boot slot, from 1; 0: in none. The page's
                  to say: the state does not know */
    int percent;                /* -1: none */
    apr_time_t first_seen, last_seen, stage_since;
    const char *state; /* "held", "conflict", "installing", "failed", "armed",
                          "installed": the first that holds; "" */
    int stuck;         /* longer in this stage than usual: asked 1 min, script
                          2, kernel 5, initrd 15, answers 20, started and
                          progress 60; in others never. But for asked only
                          while an install is open, and since it was armed */
    ipxe_view_t view;
} ipxe_seen_t;

typedef struct ipxe_recent_t { /* an event as it happens */
    ipxe_event_t event; /* who empty */
    ipxe_seen_t seen;   /* its machine: number, site and names alone */
} ipxe_recent_t;

typedef struct ipxe_filter_t { /* members NULL or 0: any */
    const char *site;
    apr_int64_t machine; /* that one */
    const char *text;    /* stands in name, a key, maker, product, rule or
                            profile; any case */
    const char *state;   /* as in ipxe_seen_t, or "stuck" */
    int offset, limit;   /* limit 0: 100 */
} ipxe_filter_t;

typedef struct ipxe_match_t { /* a machine that a filter finds */
    apr_int64_t machine;
    apr_time_t last_seen;
} ipxe_match_t;

typedef enum ipxe_act_e {
    IPXE_ACT_ARM,     /* profile: for that one alone; NULL: for any */
    IPXE_ACT_DISARM,  /* closes what is open; nothing but an operator arms it */
    IPXE_ACT_RELEASE, /* profile ("" : only let go) and vars. An install whose
                         try has begun is closed, as by DISARM */
    IPXE_ACT_FORGET,  /* what was seen: events, hold, release, `next`, done
                         and failed. Not its installs, nor the keys that
                         find them; without any it is gone */
    IPXE_ACT_FORGET_ALL,     /* the mark installed too: it is gone */
    IPXE_ACT_NEXT,           /* profile, once; "": none any more */
    IPXE_ACT_MARK_INSTALLED, /* hosts import --installed; makes the machine */
    IPXE_ACT_FREEZE,         /* the fleet (of a site) */
    IPXE_ACT_THAW,
    IPXE_ACT_ACCEPT /* the database as it is */
} ipxe_act_e;

/* ARM, NEXT and RELEASE make a machine that who does not find, too: it may not
 * have asked yet. */
typedef struct ipxe_order_t {
    ipxe_act_e act;
    const char *site;    /* NULL: "" */
    apr_int64_t machine; /* by number, or */
    const char *code;    /* by the code of its hold, or */
    ipxe_who_t who;      /* by its keys (machine NULL: none) */
    const char *profile; /* or NULL */
    const apr_table_t *vars;
    const char *by; /* the operator */
    apr_time_t now;
} ipxe_order_t;

#endif
