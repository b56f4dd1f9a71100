/* SPDX-License-Identifier: Apache-2.0 */
/* One answer while it is made: what the routes share. Private to the engine.
 *
 * Each route is a function ipxe_answer_THING that fills job->answer; the table
 * of them stands in answer.c. What goes wrong is an answer too: a script that
 * says so (ipxe_job_fail_script) where a machine asks, a status where an
 * installer does. */
#ifndef IPXE_ENGINE_JOB_H
#define IPXE_ENGINE_JOB_H

#include "engine/menu_path.h"
#include "engine/request.h"
#include "script/script.h"

#define IPXE_TEXT_TYPE "text/plain; charset=utf-8"

/* Retry-After while a machine waits, at most: seconds. */
#define IPXE_MOST_WAIT 30

typedef struct ipxe_job_t {
    ipxe_answer_t *answer;
    ipxe_asking_t asking;
    ipxe_writing_t writing;
    ipxe_sink_t *sink;
    int observe;          /* change nothing: HEAD, explain */
    apr_int64_t confirms; /* the install that `y` on the console replaces; 0:
                             none */
    apr_pool_t *pool;
} ipxe_job_t;

/* ---- What was written, what went wrong (job.c) ---- */

/* Throws away what was written. */
void ipxe_job_start_over(ipxe_job_t *job);

/* The first diagnostic's line, for the console and the log: of the operator's
 * files only; values from the network are quoted as '?' where they are not
 * printable. */
const char *ipxe_job_why(const ipxe_job_t *job);

/* What went wrong, as a script with status 200, or as a status. */
void ipxe_job_fail_script(ipxe_job_t *job, const char *text);
void ipxe_job_fail_status(ipxe_job_t *job, int status, const char *text);

/* ---- Deciding ---- */

void ipxe_job_set_decision(ipxe_job_t *job, const ipxe_decision_t *decision);
void ipxe_job_set_machine(ipxe_job_t *job, const ipxe_machine_t *machine);

/* What an operator said of the machine, else what the rules say. NULL: it
 * failed, and its diagnostic was added. */
const ipxe_decision_t *ipxe_job_decide(ipxe_job_t *job);

/* The decision of a ticket once more, with the item that was chosen then: its
 * variables count as long as the rules lead to it. */
const ipxe_decision_t *ipxe_job_decide_again(ipxe_job_t *job,
                                             const ipxe_ticket_t *ticket);

/* Decides, and goes on to a menu and its item. *chosen is NULL where the
 * rules lead there no more, or something stops the way: *lock. A failure has
 * added its diagnostic. */
apr_status_t ipxe_job_choose(ipxe_decision_t **chosen, ipxe_lock_t *lock,
                             ipxe_job_t *job, const ipxe_goal_t *goal);

/* The same past all passwords and questions: for who was there before. */
apr_status_t ipxe_job_choose_again(ipxe_decision_t **chosen, ipxe_job_t *job,
                                   const char *menu, const char *item);

/* The decision as it is given out: past the limit of its rule the local disk
 * or a hold, and the log is told. Counts the machine. */
const ipxe_decision_t *ipxe_job_limited(ipxe_job_t *job,
                                        const ipxe_decision_t *decision);

/* Puts the decision to the state and to the boot slots, and writes the script
 * of what comes of it, or why it cannot be written. */
void ipxe_job_write(ipxe_job_t *job, const ipxe_decision_t *decision);

/* The same for what the state was asked about already. */
void ipxe_job_put(ipxe_job_t *job, const ipxe_decision_t *decision);

/* The same for what has its boot slot, or waits for one. */
void ipxe_job_put_all(ipxe_job_t *job, const ipxe_decision_t *decision);

/* Asks the person for the password, or for answers. */
void ipxe_job_ask(ipxe_job_t *job, const ipxe_lock_t *lock);

/* The machine ran the identify script: no address that people write names what
 * that sends. */
int ipxe_job_was_identified(const ipxe_job_t *job);

/* A disk is not wiped for a machine that skipped an exception by a short
 * address: it is asked for everything first, once. */
int ipxe_job_must_identify(const ipxe_job_t *job,
                           const ipxe_decision_t *decision);

/* Asks the machine who it is. */
void ipxe_job_identify(ipxe_job_t *job);

/* ---- Tickets ---- */

/* Proves the target's ticket and takes the machine from it. */
ipxe_ticket_error_e ipxe_job_take_ticket(ipxe_job_t *job, ipxe_ticket_t *ticket,
                                         ipxe_ticket_kind_e kind);

/* The same for who acts on a status: zero where it was refused, the answer
 * then being made. */
int ipxe_job_prove(ipxe_job_t *job, ipxe_ticket_t *ticket,
                   ipxe_ticket_kind_e kind);

/* A machine with a ticket that is none is asked anew who it is. */
void ipxe_job_refuse_ticket(ipxe_job_t *job, ipxe_ticket_error_e error);

/* Tells the state of the answer, for the page (events.c). */
void ipxe_job_note(const ipxe_job_t *job);

/* ---- Routes ---- */

void ipxe_answer_decision(ipxe_job_t *job);
void ipxe_answer_entry(ipxe_job_t *job);
void ipxe_answer_autoexec(ipxe_job_t *job);
void ipxe_answer_explain(ipxe_job_t *job);
void ipxe_answer_menu(ipxe_job_t *job);
void ipxe_answer_wait(ipxe_job_t *job);
void ipxe_answer_answers(ipxe_job_t *job);
void ipxe_answer_report(ipxe_job_t *job);

/* `ipxectl render --answers`: what the decision's own ticket would fetch. */
void ipxe_answer_unticketed(ipxe_job_t *job);

#endif
