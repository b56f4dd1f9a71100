/* SPDX-License-Identifier: Apache-2.0 */
/* The changes that operations are made of. Each within a transaction. */
#include "state/sql_run.h"

#include <apr_strings.h>
#include <openssl/rand.h>
#include <string.h>

#define N(number) ipxe_sql_number(sql, number)

void ipxe_sql_close_install(ipxe_sql_t *sql, apr_int64_t machine,
                            apr_int64_t install, apr_time_t now)
{
    if (!install)
        return;
    SQL_DO(sql, CLOSE, N(now), N(install));
    SQL_DO(sql, SHUT, N(machine), N(install));
}

apr_int64_t ipxe_sql_arm(ipxe_sql_t *sql, const char *site, apr_int64_t machine,
                         const char *profile, const char *by, apr_time_t now)
{
    apr_int64_t install = ipxe_sql_next(sql, "install");

    /* The row of the machine says who was first. */
    if (SQL_DO(sql, OPEN, N(install), N(machine)) != 1) {
        ipxe_sql_fail(sql, "machine %" APR_INT64_T_FMT " is armed already",
                      machine);
        return 0;
    }
    SQL_DO(sql, INSTALL_ADD, N(install), site, N(machine),
           N(IPXE_INSTALL_ARMED), profile, by, N(now), "0");
    SQL_DO(sql, HOLD_DROP, N(machine));
    ipxe_sql_protects(sql);
    ipxe_sql_tell(sql, machine,
                  &(ipxe_notice_t){.event = IPXE_NOTICE_ARMED,
                                   .profile = profile,
                                   .install = install,
                                   .by = by,
                                   .when = now});
    return install;
}

/* ---- Holds ---- */

/* To be read aloud: nothing that looks like another. */
static const char letters[] = "ABCDEFGHJKMNPQRSTUVWXYZ23456789";
#define CODE 5

static const char *new_code(ipxe_sql_t *sql, const char *site)
{
    unsigned char bytes[CODE];
    char *code = apr_pcalloc(sql->scratch, CODE + 1);
    ipxe_rows_t rows;
    int tries, i;

    for (tries = 0; tries < 100 && !sql->failed; tries++) {
        if (RAND_bytes(bytes, CODE) != 1)
            break;
        for (i = 0; i < CODE; i++)
            code[i] = letters[bytes[i] % (sizeof letters - 1)];
        rows = SQL_ASK(sql, HOLD_CODE, site, code);
        if (!ipxe_rows_next(&rows))
            return code;
    }
    ipxe_sql_fail(sql, "no code is left for a hold");
    return "";
}

const char *ipxe_sql_hold(ipxe_sql_t *sql, const char *site,
                          apr_int64_t machine, const char *code,
                          const char *reason, apr_time_t now)
{
    if (code && SQL_DO(sql, HOLD_SET, reason, N(machine)) == 1)
        return code;
    code = new_code(sql, site);
    SQL_DO(sql, HOLD_ADD, site, code, N(machine), reason, N(now));
    ipxe_sql_tell(sql, machine,
                  &(ipxe_notice_t){.event = IPXE_NOTICE_HELD,
                                   .code = code,
                                   .text = reason,
                                   .when = now});
    return code;
}

/* ---- Results ---- */

void ipxe_sql_result(ipxe_sql_t *sql, apr_int64_t machine, const char *profile,
                     int failed, apr_time_t now)
{
    const char *outcome = failed ? "1" : "0";
    const char *word = SQL_WORD(sql, profile);

    if (!*word)
        return;
    if (SQL_DO(sql, RESULT_SET, outcome, N(now), N(machine), word) == 0 &&
        !sql->failed)
        SQL_DO(sql, RESULT_ADD, outcome, N(now), N(machine), word);
}

/* ---- Events ---- */

/* The stage that an event brings a machine to, or NULL. */
static const char *stage_of(ipxe_sql_t *sql, const ipxe_event_t *event)
{
    const char *text = event->text ? event->text : "";

    switch (event->kind) {
    case IPXE_EVENT_FILE:
    case IPXE_EVENT_OPERATOR:
        return NULL;
    case IPXE_EVENT_REPORT:
        text = apr_pstrmemdup(sql->scratch, text, strcspn(text, " :"));
        return ipxe_stage_find(text) < IPXE_STAGE_COUNT ? text : NULL;
    default:
        return ipxe_event_word(event->kind);
    }
}

void ipxe_sql_event(ipxe_sql_t *sql, const char *site, apr_int64_t machine,
                    const ipxe_event_t *event)
{
    const char *stage = stage_of(sql, event);

    SQL_DO(sql, EVENT_ADD, site, N(machine), N(event->when),
           N(event->when / apr_time_from_sec(3600)), N(event->kind),
           event->rule, event->profile,
           ipxe_sql_cut(sql, event->text, IPXE_MAX_REPORT_BYTES),
           N(event->install), N(event->bytes), N(event->complete),
           N(event->percent));
    if (stage)
        SQL_DO(sql, MACHINE_STAGE, stage, N(event->when), stage,
               N(event->percent), N(machine));
}
