/* SPDX-License-Identifier: Apache-2.0 */
/* An operator's acts. */
#include "state/sql_run.h"

#include <apr_strings.h>
#include <string.h>

#include "base/text.h"

#define N(number) ipxe_sql_number(sql, number)

typedef struct act_t {
    ipxe_sql_t *sql;
    const ipxe_order_t *order;
    const char *site;
    const char *by;
    ipxe_view_t view;
} act_t;

static const char *by_operator(const act_t *a)
{
    return apr_pstrcat(a->sql->scratch, "operator ", a->by, NULL);
}

static void close_open(act_t *a)
{
    ipxe_sql_close_install(a->sql, a->view.machine, a->view.open.number,
                           a->order->now);
}

static void arm(act_t *a)
{
    ipxe_sql_t *sql = a->sql;

    close_open(a);
    ipxe_sql_arm(sql, a->site, a->view.machine, a->order->profile,
                 by_operator(a), a->order->now);
    SQL_DO(sql, RESULTS_DROP, N(a->view.machine));
}

static void disarm(act_t *a)
{
    ipxe_sql_t *sql = a->sql;

    close_open(a);
    SQL_DO(sql, DISARM, SQL_WORD(sql, a->by), N(a->order->now),
           N(a->view.machine));
    SQL_DO(sql, HOLD_DROP, N(a->view.machine));
    ipxe_sql_protects(sql);
}

static int add_var(void *baton, const char *name, const char *value)
{
    ipxe_text_t *text = baton;

    if (text->len)
        ipxe_text_add_char(text, '&');
    ipxe_text_add(text, ipxe_text_urlencode(name, NULL, text->pool));
    ipxe_text_add_char(text, '=');
    ipxe_text_add(text, ipxe_text_urlencode(value, NULL, text->pool));
    return 1;
}

static void let_go(act_t *a)
{
    ipxe_sql_t *sql = a->sql;
    ipxe_text_t *vars = ipxe_text_make(64, sql->scratch);

    if (a->order->vars)
        apr_table_do(add_var, vars, a->order->vars, NULL);
    /* Whether it was installed nobody knows: not to be wiped again. */
    if (a->view.open.number && a->view.open.state != IPXE_INSTALL_ARMED)
        disarm(a);
    SQL_DO(sql, LET_GO, a->by, a->order->profile, vars->data,
           N(a->view.machine));
    SQL_DO(sql, HOLD_DROP, N(a->view.machine));
}

static void forget_all(act_t *a)
{
    ipxe_sql_drop(a->sql, a->view.machine);
    ipxe_sql_protects(a->sql);
}

static void forget(act_t *a)
{
    ipxe_sql_t *sql = a->sql;
    const char *machine = N(a->view.machine);

    if (!a->view.open.number && !a->view.installed.number &&
        !a->view.disarmed) {
        forget_all(a);
        return;
    }
    SQL_DO(sql, EVENTS_DROP, machine);
    SQL_DO(sql, RESULTS_DROP, machine);
    SQL_DO(sql, HOLD_DROP, machine);
    SQL_DO(sql, FORGET, machine);
}

static void next(act_t *a)
{
    ipxe_sql_t *sql = a->sql;
    const char *profile = SQL_WORD(sql, a->order->profile);

    SQL_DO(sql, NEXT, profile, profile, N(a->view.machine));
}

static void mark(act_t *a)
{
    ipxe_sql_t *sql = a->sql;
    const char *now = N(a->order->now);
    const char *number, *machine = N(a->view.machine);

    if (a->view.installed.number && !a->view.open.number)
        return;
    close_open(a);
    number = N(ipxe_sql_next(sql, "install"));
    SQL_DO(sql, INSTALL_ADD, number, a->site, machine,
           N(IPXE_INSTALL_INSTALLED), a->order->profile, by_operator(a), now,
           now);
    SQL_DO(sql, MARK, number, machine, number);
    SQL_DO(sql, HOLD_DROP, machine);
    ipxe_sql_protects(sql);
}

static void freeze(act_t *a)
{
    ipxe_sql_meta_set(a->sql, a->site, "frozen",
                      a->order->act == IPXE_ACT_FREEZE ? a->by : "");
    ipxe_sql_protects(a->sql);
}

static void accept_it(act_t *a)
{
    ipxe_sql_accept(a->sql);
}

static const struct {
    const char *word;
    void (*act)(act_t *a);
    int fleet; /* of no machine */
    int makes; /* a machine that is not there */
} acts[] = {[IPXE_ACT_ARM] = {"arm", arm, 0, 1},
            [IPXE_ACT_DISARM] = {"disarm", disarm, 0, 1},
            [IPXE_ACT_RELEASE] = {"release", let_go, 0, 1},
            [IPXE_ACT_FORGET] = {"forget", forget, 0, 0},
            [IPXE_ACT_FORGET_ALL] = {"forget --all", forget_all, 0, 0},
            [IPXE_ACT_NEXT] = {"next", next, 0, 1},
            [IPXE_ACT_MARK_INSTALLED] = {"mark installed", mark, 0, 1},
            [IPXE_ACT_FREEZE] = {"freeze", freeze, 1, 0},
            [IPXE_ACT_THAW] = {"thaw", freeze, 1, 0},
            [IPXE_ACT_ACCEPT] = {"state accept", accept_it, 1, 0}};

static apr_int64_t by_code(act_t *a)
{
    ipxe_sql_t *sql = a->sql;
    char *code = apr_pstrdup(sql->scratch, a->order->code);
    ipxe_rows_t rows;
    char *c;

    for (c = code; *c; c++) {
        if (*c >= 'a' && *c <= 'z')
            *c = (char)(*c - 'a' + 'A');
    }
    rows = SQL_ASK(sql, HOLD_CODE, a->site, code);
    return ipxe_rows_next(&rows) ? ipxe_rows_number(&rows, 0) : 0;
}

static apr_int64_t by_number(act_t *a)
{
    ipxe_sql_t *sql = a->sql;
    ipxe_rows_t rows = SQL_ASK(sql, MACHINE_SITE, N(a->order->machine));

    if (!ipxe_rows_next(&rows) ||
        strcmp(ipxe_rows_text(&rows, 0), a->site) != 0)
        return 0;
    return a->order->machine;
}

static apr_int64_t by_keys(act_t *a)
{
    ipxe_sql_found_t found;
    ipxe_who_t who = a->order->who;

    who.site = a->site;
    ipxe_sql_find(&found, a->sql, &who);
    if (acts[a->order->act].makes)
        ipxe_sql_settle(&found, a->sql, &who, a->order->now);
    return found.machine;
}

static apr_int64_t resolve(act_t *a)
{
    if (a->order->machine)
        return by_number(a);
    return a->order->code ? by_code(a) : by_keys(a);
}

static void tell(act_t *a)
{
    const ipxe_order_t *order = a->order;
    ipxe_event_t event = {.kind = IPXE_EVENT_OPERATOR,
                          .profile = order->profile,
                          .complete = 1,
                          .percent = -1,
                          .when = order->now};

    event.text =
        apr_pstrcat(a->sql->scratch, acts[order->act].word,
                    order->profile && *order->profile ? " " : "",
                    order->profile ? order->profile : "", " by ", a->by, NULL);
    ipxe_sql_event(a->sql, a->site, a->view.machine, &event);
}

static int act_on(act_t *a, apr_int64_t machine)
{
    ipxe_sql_t *sql = a->sql;
    ipxe_rows_t rows;

    if (!machine)
        return 0;
    rows = SQL_ASK(sql, VIEW, N(machine));
    if (!ipxe_rows_next(&rows))
        return 0;
    ipxe_sql_view_row(&a->view, &rows, sql->scratch);
    acts[a->order->act].act(a);
    rows = SQL_ASK(sql, MACHINE_SITE, N(machine));
    if (ipxe_rows_next(&rows)) /* not forgotten */
        tell(a);
    return 1;
}

apr_status_t ipxe_sql_order(apr_int64_t *machine, ipxe_store_t *store,
                            const ipxe_order_t *order, apr_pool_t *pool)
{
    ipxe_sql_t *sql = (ipxe_sql_t *)store;
    act_t a = {.sql = sql, .order = order};
    apr_status_t rv;
    int found = 1;

    (void)pool;
    *machine = 0;
    a.site = order->site ? order->site : "";
    a.by = order->by && *order->by ? order->by : "somebody";
    ipxe_sql_begin(sql);
    ipxe_sql_write(sql, 0);
    if (acts[order->act].fleet) {
        acts[order->act].act(&a);
    }
    else {
        *machine = resolve(&a);
        found = act_on(&a, *machine);
    }
    rv = ipxe_sql_end(sql);
    return !rv && !found ? APR_NOTFOUND : rv;
}
