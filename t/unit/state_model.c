/* SPDX-License-Identifier: Apache-2.0 */
/* A property test: random sequences of requests, repeats, reorderings, HEADs,
 * reports, operators' acts and crashes, over a few machines that share keys or
 * split them, against a model of install once.
 *
 * Each answer of the store is held against the model's; and, whatever the
 * model says, nothing is installed twice without being armed twice.
 *
 * STATE_SEQUENCES: how many; STATE_SEED: of the first. */
#include "state/sql_run.h"
#include "t/unit/state_help.h"

#define KEYS     5 /* four cards, a uuid */
#define MACHINES 64
#define INSTALLS 64
#define TICKETS  64
#define MOST     2
#define LIFE     (4 * HOUR)

/* ---- Random ---- */

static apr_uint64_t seed;

static unsigned int dice(unsigned int sides)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (unsigned int)((seed >> 11) % sides);
}

/* ---- The model ---- */

typedef struct m_install_t {
    apr_int64_t number; /* the store's */
    ipxe_install_e state;
    int tries, machine, by_operator;
    const char *profile;
    apr_time_t issued, fetched;
} m_install_t;

typedef struct m_machine_t {
    int gone, held, disarmed, released;
    int open, mark; /* index of an install, or -1 */
} m_machine_t;

static struct {
    m_machine_t machines[MACHINES];
    m_install_t installs[INSTALLS];
    int machine_count, install_count, frozen;
    int of[KEYS]; /* a key's machine, or -1 */
} model;

/* What is seen of the outside, to hold the property against. */
static struct {
    int protected_key[KEYS]; /* an acknowledged `installed` */
    apr_int64_t given[KEYS][INSTALLS];
    int given_count[KEYS];
    int given_after[KEYS]; /* new numbers since it was protected */
    int licences;          /* acts that may arm once more */
} seen;

static struct {
    int install;
    apr_time_t issued;
} tickets[TICKETS];
static int ticket_count;

static int stake(int m)
{
    const m_machine_t *machine = &model.machines[m];

    return machine->open >= 0 || machine->mark >= 0 || machine->held ||
           machine->disarmed || machine->released;
}

/* The machine meant, or -1. */
static int m_find(unsigned int keys, int *conflict, int *news)
{
    int k, meant = -1, staked = -1;

    *conflict = *news = 0;
    for (k = 0; k < KEYS; k++) {
        int m = keys >> k & 1 ? model.of[k] : -1;

        if (m < 0)
            continue;
        if (meant < 0)
            meant = m;
        if (!stake(m) || m == staked)
            continue;
        *conflict = *conflict || staked >= 0;
        if (staked < 0)
            staked = m;
    }
    if (staked >= 0)
        meant = staked;
    for (k = 0; k < KEYS; k++)
        *news += (keys >> k & 1) && (model.of[k] < 0 || model.of[k] != meant);
    return meant;
}

static int m_settle(unsigned int keys, int meant, int conflict)
{
    int k, i;

    if (meant < 0) {
        meant = model.machine_count++;
        memset(&model.machines[meant], 0, sizeof model.machines[meant]);
        model.machines[meant].open = model.machines[meant].mark = -1;
    }
    if (conflict)
        return meant;
    for (k = 0; k < KEYS; k++) {
        int other = keys >> k & 1 ? model.of[k] : -1;

        if (keys >> k & 1)
            model.of[k] = meant;
        if (other < 0 || other == meant)
            continue;
        model.machines[other].gone = 1;
        for (i = 0; i < KEYS; i++) {
            if (model.of[i] == other)
                model.of[i] = meant;
        }
        for (i = 0; i < model.install_count; i++) {
            if (model.installs[i].machine == other)
                model.installs[i].machine = meant;
        }
    }
    return meant;
}

static int m_arm(int m, const char *profile, int by_operator)
{
    m_install_t *made = &model.installs[model.install_count];

    memset(made, 0, sizeof *made);
    made->state = IPXE_INSTALL_ARMED;
    made->machine = m;
    made->profile = profile;
    made->by_operator = by_operator;
    model.machines[m].open = model.install_count;
    model.machines[m].disarmed = 0;
    model.machines[m].held = 0;
    return model.install_count++;
}

static void m_close(int m)
{
    m_machine_t *machine = &model.machines[m];

    if (machine->open >= 0)
        model.installs[machine->open].state = IPXE_INSTALL_CLOSED;
    machine->open = -1;
}

/* -2: arms; -1: no install; else which is given. */
static ipxe_verdict_e m_judge(int m, int conflict, const ipxe_wish_t *wished,
                              int *given)
{
    const m_machine_t *machine = m >= 0 ? &model.machines[m] : NULL;
    const m_install_t *open;

    *given = -1;
    if (conflict)
        return IPXE_VERDICT_HOLD;
    if (machine && machine->open >= 0) {
        open = &model.installs[machine->open];
        if (open->state == IPXE_INSTALL_ARMED) {
            if (open->by_operator && *open->profile &&
                strcmp(open->profile, wished->profile) != 0)
                return IPXE_VERDICT_LOCAL;
        }
        else if (open->tries >= MOST ||
                 wished->now - open->fetched > wished->life) {
            return IPXE_VERDICT_HOLD;
        }
        *given = machine->open;
        return IPXE_VERDICT_INSTALL;
    }
    if (machine && machine->disarmed)
        return IPXE_VERDICT_LOCAL;
    if (wished->operator_arms)
        return IPXE_VERDICT_LOCAL;
    if (machine && machine->mark >= 0 && !wished->reinstall_always) {
        if (!wished->chosen)
            return IPXE_VERDICT_LOCAL;
        if (wished->confirmed != model.installs[machine->mark].number)
            return IPXE_VERDICT_CONFIRM;
    }
    *given = -2;
    return IPXE_VERDICT_INSTALL;
}

static ipxe_verdict_e m_enter(unsigned int keys, const ipxe_wish_t *wished,
                              int *given)
{
    int conflict, news, m = m_find(keys, &conflict, &news);
    ipxe_verdict_e verdict = m_judge(m, conflict, wished, given);

    if (model.frozen &&
        (verdict == IPXE_VERDICT_INSTALL || verdict == IPXE_VERDICT_CONFIRM)) {
        verdict = IPXE_VERDICT_LOCAL;
        *given = -1;
    }
    if (wished->observe)
        return verdict;
    if (*given == -2 || verdict == IPXE_VERDICT_HOLD ||
        (m >= 0 && news && !conflict))
        m = m_settle(keys, m, conflict);
    if (*given == -2)
        *given = m_arm(m, wished->profile, 0);
    else if (*given >= 0)
        model.installs[*given].profile = wished->profile;
    if (m >= 0)
        model.machines[m].held = verdict == IPXE_VERDICT_HOLD;
    return verdict;
}

static int m_open(int i)
{
    const m_install_t *install = &model.installs[i];

    return model.machines[install->machine].open == i &&
           !model.machines[install->machine].gone;
}

static ipxe_claim_e m_try(int i, apr_time_t issued, apr_time_t now)
{
    m_install_t *install = &model.installs[i];

    if (install->tries >= MOST) {
        model.machines[install->machine].held = 1;
        return IPXE_CLAIM_TOO_MANY;
    }
    install->tries++;
    install->state = IPXE_INSTALL_FETCHED;
    install->issued = issued;
    install->fetched = now;
    return IPXE_CLAIM_GOOD;
}

/* Of an install whose machine was forgotten nothing is left. */
static int m_lost(int i)
{
    return model.machines[model.installs[i].machine].gone;
}

static ipxe_claim_e m_fetch(int i, apr_time_t issued, apr_time_t now)
{
    m_install_t *install = &model.installs[i];

    if (m_lost(i))
        return IPXE_CLAIM_UNKNOWN;
    if (!m_open(i) || issued < install->issued)
        return IPXE_CLAIM_OVER;
    if (issued == install->issued && install->tries)
        return IPXE_CLAIM_REPEATED;
    return model.frozen ? IPXE_CLAIM_HELD : m_try(i, issued, now);
}

static ipxe_claim_e m_installed(int i)
{
    m_install_t *install = &model.installs[i];
    m_machine_t *machine = &model.machines[install->machine];

    if (install->state == IPXE_INSTALL_INSTALLED)
        return IPXE_CLAIM_REPEATED;
    install->state = IPXE_INSTALL_INSTALLED;
    if (machine->mark < i)
        machine->mark = i;
    if (machine->open == i)
        machine->open = -1;
    machine->held = 0;
    return IPXE_CLAIM_GOOD;
}

static ipxe_claim_e m_report(int i, ipxe_stage_e stage, apr_time_t issued,
                             apr_time_t now)
{
    m_install_t *install = &model.installs[i];
    ipxe_claim_e claim;

    if (m_lost(i))
        return IPXE_CLAIM_UNKNOWN;
    if (stage == IPXE_STAGE_DONE)
        return IPXE_CLAIM_GOOD;
    if (stage == IPXE_STAGE_INSTALLED)
        return m_installed(i);
    if (install->state == IPXE_INSTALL_INSTALLED)
        return IPXE_CLAIM_REPEATED;
    if (!m_open(i) || issued < install->issued)
        return IPXE_CLAIM_OVER;
    if (issued > install->issued) {
        claim = m_try(i, issued, now);
        if (claim != IPXE_CLAIM_GOOD)
            return claim;
    }
    if (stage == IPXE_STAGE_FAILED) {
        if (install->state == IPXE_INSTALL_FAILED)
            return IPXE_CLAIM_REPEATED;
        install->state = IPXE_INSTALL_FAILED;
        return IPXE_CLAIM_GOOD;
    }
    if (install->state == IPXE_INSTALL_FETCHED) {
        install->state = IPXE_INSTALL_STARTED;
        return IPXE_CLAIM_GOOD;
    }
    return stage == IPXE_STAGE_PROGRESS ? IPXE_CLAIM_GOOD : IPXE_CLAIM_REPEATED;
}

static void m_forget(int m)
{
    int k;

    model.machines[m].gone = 1;
    for (k = 0; k < KEYS; k++) {
        if (model.of[k] == m)
            model.of[k] = -1;
    }
}

/* Whether it found a machine. */
static int m_order(unsigned int keys, ipxe_act_e act, const char *profile)
{
    int conflict, news, m = m_find(keys, &conflict, &news);
    m_machine_t *machine;

    if (act == IPXE_ACT_FREEZE || act == IPXE_ACT_THAW) {
        model.frozen = act == IPXE_ACT_FREEZE;
        return 1;
    }
    if (act != IPXE_ACT_FORGET && act != IPXE_ACT_FORGET_ALL)
        m = m_settle(keys, m, conflict);
    if (m < 0)
        return 0;
    machine = &model.machines[m];
    switch (act) {
    case IPXE_ACT_ARM:
        m_close(m);
        m_arm(m, profile, 1);
        break;
    case IPXE_ACT_RELEASE:
        machine->released = 1;
        machine->held = 0;
        if (machine->open < 0 ||
            model.installs[machine->open].state == IPXE_INSTALL_ARMED)
            break;
        /* fall through */
    case IPXE_ACT_DISARM:
        m_close(m);
        machine->disarmed = 1;
        machine->held = 0;
        break;
    case IPXE_ACT_FORGET:
        machine->held = machine->released = 0;
        if (machine->open < 0 && machine->mark < 0 && !machine->disarmed)
            m_forget(m);
        break;
    case IPXE_ACT_FORGET_ALL:
        m_forget(m);
        break;
    default:
        break;
    }
    return 1;
}

/* ---- The store, and what a step says ---- */

static apr_pool_t *pool, *step_pool;
static ipxe_store_t *store;
static const char *file, *identity;
static int sequence, step, wrong, crashes, installs_given;

static void complain(const char *what, long long got, long long wanted)
{
    if (++wrong <= 20)
        printf("# sequence %d step %d: %s: got %lld, the model says %lld\n",
               sequence, step, what, got, wanted);
}

static const char *query_of(unsigned int keys)
{
    const char *query = "";
    int k, n = 0;

    for (k = 0; k < KEYS - 1; k++) {
        if (!(keys >> k & 1))
            continue;
        query = apr_psprintf(
            step_pool, "%s%smac%s=52:%02x:%02x:%02x:00:%02x", query,
            n ? "&" : "", n ? apr_itoa(step_pool, n) : "",
            (unsigned)(sequence >> 16) & 255u, (unsigned)(sequence >> 8) & 255u,
            (unsigned)sequence & 255u, (unsigned)k);
        n++;
    }
    if (keys >> (KEYS - 1) & 1)
        query =
            apr_psprintf(step_pool, "%s%suuid=%08x-1111-4222-8333-444444444444",
                         query, n ? "&" : "", (unsigned)sequence + 1);
    return query;
}

/* The next step fails somewhere in its transaction, as if the power went. */
static void trap(void)
{
    static const char *const tables[] = {
        "UPDATE ON ipxe_meta",     "UPDATE ON ipxe_machines",
        "INSERT ON ipxe_installs", "INSERT ON ipxe_keys",
        "UPDATE ON ipxe_installs", "INSERT ON ipxe_events",
        "INSERT ON ipxe_machines"};
    ipxe_sql_t *sql = (ipxe_sql_t *)store;

    ipxe_sql_begin(sql);
    ipxe_sql_plain(sql,
                   apr_psprintf(step_pool,
                                "CREATE TEMP TRIGGER crash BEFORE %s BEGIN "
                                "SELECT RAISE(ABORT, 'crash'); END",
                                tables[dice(7)]),
                   0);
    ipxe_sql_end(sql);
}

static void reopen(void)
{
    store->ops->close(store);
    store = open_store(file, identity, pool);
}

/* ---- Steps: each does one thing, and once more in the model ---- */

static void note_given(unsigned int keys, apr_int64_t number)
{
    int k, i;

    installs_given++;
    for (k = 0; k < KEYS; k++) {
        if (!(keys >> k & 1))
            continue;
        for (i = 0; i < seen.given_count[k]; i++) {
            if (seen.given[k][i] == number)
                break;
        }
        if (i < seen.given_count[k])
            continue;
        seen.given[k][seen.given_count[k]++] = number;
        seen.given_after[k] += seen.protected_key[k];
        if (seen.given_after[k] > seen.licences ||
            seen.given_count[k] > 1 + seen.licences)
            complain("installed twice, armed once", number, 0);
    }
}

static void protect(apr_int64_t number)
{
    int k, i;

    for (k = 0; k < KEYS; k++) {
        for (i = 0; i < seen.given_count[k]; i++)
            seen.protected_key[k] |= seen.given[k][i] == number;
    }
}

static apr_status_t step_enter(unsigned int keys, const ipxe_wish_t *wished)
{
    ipxe_ruling_t ruling;
    ipxe_verdict_e verdict;
    int given;
    apr_status_t rv = store->ops->enter(&ruling, store, wished, step_pool);

    if (rv)
        return rv;
    seen.licences +=
        !wished->observe && (wished->reinstall_always || wished->confirmed);
    verdict = m_enter(keys, wished, &given);
    if (ruling.verdict != verdict)
        complain("verdict", ruling.verdict, verdict);
    if (verdict != IPXE_VERDICT_INSTALL || given < 0 || wished->observe)
        return rv;
    if (!model.installs[given].number)
        model.installs[given].number = ruling.install.number;
    if (ruling.install.number != model.installs[given].number)
        complain("number", ruling.install.number, model.installs[given].number);
    note_given(keys, ruling.install.number);
    if (dice(10) && ticket_count < TICKETS) { /* else the answer got lost */
        tickets[ticket_count].install = given;
        tickets[ticket_count++].issued = wished->now - wished->now % MINUTE;
    }
    return rv;
}

static apr_status_t step_fetch(int t, apr_time_t now)
{
    int i = tickets[t].install;
    ipxe_claim_e claim, wanted;
    apr_status_t rv =
        store->ops->fetch(&claim, store, model.installs[i].number,
                          tickets[t].issued, MOST, now, step_pool);

    if (rv)
        return rv;
    if (claim <= IPXE_CLAIM_REPEATED &&
        model.installs[i].state == IPXE_INSTALL_INSTALLED)
        complain("an answer file after it was installed", claim, 0);
    wanted = m_fetch(i, tickets[t].issued, now);
    if (claim != wanted)
        complain("fetch", claim, wanted);
    return rv;
}

static apr_status_t step_report(int t, ipxe_stage_e stage, apr_time_t now)
{
    int i = tickets[t].install;
    ipxe_report_t report = {.install = model.installs[i].number,
                            .issued = tickets[t].issued,
                            .profile = "rocky",
                            .stage = stage,
                            .percent = -1,
                            .tries = MOST,
                            .now = now};
    ipxe_claim_e claim, wanted;
    apr_status_t rv = store->ops->report(&claim, store, &report, step_pool);

    if (rv)
        return rv;
    wanted = m_report(i, stage, tickets[t].issued, now);
    if (claim != wanted)
        complain(ipxe_stage_word(stage), claim, wanted);
    if (stage == IPXE_STAGE_INSTALLED && claim == IPXE_CLAIM_GOOD)
        protect(report.install);
    return rv;
}

static apr_status_t step_order(unsigned int keys, ipxe_act_e act,
                               const char *profile, apr_time_t now)
{
    ipxe_order_t order = {
        .act = act, .profile = profile, .by = "ops", .now = now};
    apr_int64_t machine;
    apr_status_t rv;
    int found;

    if (act != IPXE_ACT_FREEZE && act != IPXE_ACT_THAW)
        order.who = who(query_of(keys), step_pool);
    rv = store->ops->order(&machine, store, &order, step_pool);
    if (rv == APR_EGENERAL)
        return rv;
    found = m_order(keys, act, profile);
    seen.licences += act == IPXE_ACT_ARM || act == IPXE_ACT_FORGET ||
                     act == IPXE_ACT_FORGET_ALL;
    if (found != (rv == APR_SUCCESS))
        complain("order", rv, found);
    return APR_SUCCESS;
}

/* ---- Sequences ---- */

static apr_status_t random_enter(unsigned int keys, apr_time_t now)
{
    ipxe_wish_t wished =
        wish(query_of(keys), dice(8) ? "rocky" : "debian", now, step_pool);
    int conflict, news, m = m_find(keys, &conflict, &news);

    wished.observe = dice(10) == 0;
    wished.chosen = dice(6) == 0;
    wished.reinstall_always = dice(40) == 0;
    wished.operator_arms = dice(30) == 0;
    if (wished.chosen && dice(2) && m >= 0 && model.machines[m].mark >= 0)
        wished.confirmed = model.installs[model.machines[m].mark].number;
    else if (wished.chosen)
        wished.confirmed = dice(3) == 0 ? (apr_int64_t)dice(50) : 0;
    return step_enter(keys, &wished);
}

static apr_status_t random_order(unsigned int keys, apr_time_t now)
{
    static const ipxe_act_e acts[] = {
        IPXE_ACT_ARM,    IPXE_ACT_ARM,        IPXE_ACT_DISARM, IPXE_ACT_RELEASE,
        IPXE_ACT_FORGET, IPXE_ACT_FORGET_ALL, IPXE_ACT_FREEZE};
    ipxe_act_e act = acts[dice(7)];

    if (model.frozen)
        act = IPXE_ACT_THAW;
    return step_order(keys, act, dice(2) ? "" : "rocky", now);
}

static apr_status_t random_step(const unsigned int *boxes, apr_time_t now)
{
    unsigned int box = boxes[dice(3)], keys = box;
    unsigned int what = dice(100);

    if (dice(3) == 0) /* it shows only a part of itself */
        keys = box & (1 + dice((1 << KEYS) - 1));
    if (!keys)
        keys = box;
    if (what < 10)
        return random_order(keys, now);
    if (what < 45 || ticket_count == 0)
        return random_enter(keys, now);
    if (what < 70)
        return step_fetch((int)dice((unsigned)ticket_count), now);
    return step_report((int)dice((unsigned)ticket_count),
                       (ipxe_stage_e)dice(IPXE_STAGE_COUNT), now);
}

static void run_sequence(void)
{
    unsigned int boxes[3];
    apr_time_t now = NOON;
    apr_status_t rv;
    int i, length = 6 + (int)dice(15), trapped;
    int sqlite = strcmp(test_driver(), "sqlite3") == 0;

    memset(&model, 0, sizeof model);
    memset(&seen, 0, sizeof seen);
    ticket_count = 0;
    for (i = 0; i < KEYS; i++)
        model.of[i] = -1;
    for (i = 0; i < 3; i++)
        boxes[i] = 1 + dice((1 << KEYS) - 1);
    for (step = 0; step < length; step++) {
        apr_pool_clear(step_pool);
        now += dice(4) * MINUTE / 2;
        if (dice(40) == 0)
            now += 5 * HOUR;
        if (dice(60) == 0)
            now -= HOUR; /* the clock is set back */
        trapped = sqlite && dice(20) == 0;
        if (trapped)
            trap();
        rv = random_step(boxes, now);
        if (rv && !trapped)
            complain(store->why, rv, 0);
        crashes += rv != APR_SUCCESS;
        if (trapped)
            ipxe_sql_disconnect((ipxe_sql_t *)store);
        if (dice(400) == 0)
            reopen();
    }
    if (model.frozen)
        step_order(0, IPXE_ACT_THAW, NULL, now);
}

static int from_env(const char *name, int otherwise)
{
    char *value = getenv(name);

    return value ? atoi(value) : otherwise;
}

int main(void)
{
    int sequences = from_env("STATE_SEQUENCES", 2000);
    int first = from_env("STATE_SEED", 1);
    const char *folder;

    pool = tap_start();
    apr_pool_create(&step_pool, pool);
    folder = test_folder(pool);
    file = apr_pstrcat(pool, folder, "/state.db", NULL);
    identity = apr_pstrcat(pool, folder, "/identity", NULL);
    store = open_store(file, identity, pool);
    for (sequence = first; store && sequence < first + sequences; sequence++) {
        seed = (apr_uint64_t)sequence * 0x9e3779b97f4a7c15u + 1;
        dice(2);
        run_sequence();
    }
    ok(store && wrong == 0,
       apr_psprintf(pool,
                    "%d sequences as the model has them, none installs "
                    "twice without being armed twice",
                    sequences));
    ok(strcmp(test_driver(), "sqlite3") != 0 || crashes > sequences / 100,
       "with crashes among them");
    ok(installs_given > sequences, "and installs");
    printf("# %d steps failed as they should, %d installs were given\n",
           crashes, installs_given);
    if (store)
        store->ops->close(store);
    remove_folder(folder, pool);
    return tap_end(pool);
}
