/* SPDX-License-Identifier: Apache-2.0 */
/* What happens to databases: corrupt, newer, locked, read-only, full, deleted,
 * emptied, restored, another's; a clock set back; processes killed. Nothing
 * that was acknowledged is lost, and no machine is installed that was done. */
#include <apr_file_info.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "state/sql_run.h"
#include "t/unit/state_help.h"

#define DONE "mac=52:54:00:00:00:01"
#define NEW  "mac=52:54:00:00:00:02"

static apr_pool_t *pool;
static const char *folder, *file, *identity;
static int tried;

static ipxe_ruling_t enter_at(ipxe_store_t *store, const char *query,
                              apr_time_t now)
{
    ipxe_wish_t wished = wish(query, "rocky", now, pool);
    ipxe_ruling_t ruling = {0};

    if (store->ops->enter(&ruling, store, &wished, pool)) {
        printf("# %s\n", store->why);
        ruling.verdict = (ipxe_verdict_e)99;
    }
    return ruling;
}

static ipxe_verdict_e verdict(ipxe_store_t *store, const char *query)
{
    return enter_at(store, query, NOON + HOUR).verdict;
}

static ipxe_claim_e report(ipxe_store_t *store, apr_int64_t install)
{
    ipxe_report_t made = {.install = install,
                          .issued = NOON,
                          .profile = "rocky",
                          .stage = IPXE_STAGE_INSTALLED,
                          .percent = -1,
                          .now = NOON};
    ipxe_claim_e claim = (ipxe_claim_e)99;

    if (store->ops->report(&claim, store, &made, pool))
        printf("# %s\n", store->why);
    return claim;
}

static apr_int64_t install(ipxe_store_t *store, const char *query)
{
    apr_int64_t number = enter_at(store, query, NOON).install.number;
    ipxe_claim_e claim;

    store->ops->fetch(&claim, store, number, NOON, 0, NOON, pool);
    report(store, number);
    return number;
}

static void accept_it(ipxe_store_t *store)
{
    ipxe_order_t order = {.act = IPXE_ACT_ACCEPT, .by = "ops", .now = NOON};
    apr_int64_t machine;

    is_int(store->ops->order(&machine, store, &order, pool), APR_SUCCESS,
           "state accept");
}

/* A folder of its own for each test, with a database in which DONE is
 * installed. */
static ipxe_store_t *begin(void)
{
    ipxe_store_t *store;
    const char *own = apr_psprintf(pool, "%s/%d", folder, ++tried);

    apr_dir_make(own, APR_FPROT_OS_DEFAULT, pool);
    file = apr_pstrcat(pool, own, "/state.db", NULL);
    identity = apr_pstrcat(pool, own, "/identity", NULL);
    store = open_store(file, identity, pool);
    if (store)
        install(store, DONE);
    return store;
}

static void copy_file(const char *from, const char *to)
{
    apr_file_copy(from, to, APR_FPROT_FILE_SOURCE_PERMS, pool);
}

static void remove_database(void)
{
    apr_file_remove(file, pool);
    apr_file_remove(apr_pstrcat(pool, file, "-wal", NULL), pool);
    apr_file_remove(apr_pstrcat(pool, file, "-shm", NULL), pool);
}

static void overwrite(apr_off_t at, apr_size_t n)
{
    int fd = open(file, O_WRONLY);
    char bytes[4096];

    memset(bytes, 'x', sizeof bytes);
    if (fd < 0 || pwrite(fd, bytes, n, at) != (ssize_t)n)
        printf("# %s is not overwritten\n", file);
    close(fd);
}

static apr_off_t size_of(const char *name)
{
    apr_finfo_t info;

    return apr_stat(&info, name, APR_FINFO_SIZE, pool) ? -1 : info.size;
}

static const char *open_fails(int create)
{
    ipxe_sql_options_t options = {.driver = "sqlite3",
                                  .params = file,
                                  .identity = identity,
                                  .create = create};
    ipxe_store_t *store;
    const char *why = "it opens";

    if (ipxe_sql_open(&store, &why, &options, pool) == APR_SUCCESS)
        store->ops->close(store);
    return why;
}

/* ---- Files that are not what they were ---- */

static void test_corrupt(void)
{
    ipxe_store_t *store = begin();
    apr_off_t size;
    int page;

    store->ops->close(store);
    overwrite(0, 100);
    size = size_of(file);
    ok(strstr(open_fails(1), "not a database"), "a broken head: not opened");
    is_int(size_of(file), size, "and not replaced");
    store = begin();
    store->ops->close(store);
    size = size_of(file);
    for (page = 1; page * 4096 < size; page++)
        overwrite(page * 4096, 4096);
    store = open_store(file, identity, pool);
    ok(!store || (verdict(store, DONE) > IPXE_VERDICT_CONFIRM &&
                  verdict(store, NEW) > IPXE_VERDICT_CONFIRM),
       "broken pages: nothing is known");
    if (store)
        store->ops->close(store);
    is_int(size_of(file), size, "and nothing is made anew");
}

static void test_newer(void)
{
    ipxe_store_t *store = begin();
    ipxe_sql_t *sql = (ipxe_sql_t *)store;

    ipxe_sql_begin(sql);
    ipxe_sql_plain(
        sql, "UPDATE ipxe_meta SET value = '99' WHERE name = 'schema'", 0);
    ipxe_sql_end(sql);
    ok(verdict(store, NEW) > IPXE_VERDICT_CONFIRM &&
           strstr(store->why, "made by a newer mod_ipxe"),
       "a schema that is upgraded while it is open: nothing is known");
    store->ops->close(store);
    ok(strstr(open_fails(1), "made by a newer mod_ipxe"),
       "a newer schema: not opened");
    ok(strstr(open_fails(1), "version 99"), "nor changed");
}

static void test_missing(void)
{
    ipxe_store_t *store = begin();

    store->ops->close(store);
    remove_database();
    ok(strstr(open_fails(0), "there is no such database"),
       "who may not make one does not");
    is_int(size_of(file), -1, "not even an empty file");
}

/* ---- Not the one that was there ---- */

static void test_deleted(void)
{
    ipxe_store_t *store = begin();
    ipxe_ruling_t ruling;

    remove_database();
    is_int(verdict(store, DONE), IPXE_VERDICT_HOLD,
           "deleted while open: installs are held");
    ok(size_of(file) > 0, "a new one is there");
    accept_it(store);
    ruling = enter_at(store, NEW, NOON);
    is_int(ruling.verdict, IPXE_VERDICT_INSTALL, "accepted: it goes on");
    ok(ruling.install.number > 1, "with numbers that were never given");
    store->ops->close(store);
}

static void test_emptied(void)
{
    ipxe_store_t *store = begin();
    const char *empty = apr_pstrcat(pool, file, ".empty", NULL);
    ipxe_verdict_e found;

    close(open(empty, O_CREAT | O_WRONLY, 0600));
    apr_file_rename(empty, file, pool);
    is_int(verdict(store, DONE), IPXE_VERDICT_HOLD,
           "replaced by an empty one: held");
    store->ops->close(store);
    store = begin();
    if (truncate(file, 0))
        printf("# not truncated\n");
    found = verdict(store, DONE);
    ok(found != IPXE_VERDICT_INSTALL, "emptied in place: no install");
    found = verdict(store, DONE);
    ok(found != IPXE_VERDICT_INSTALL, "nor when it is asked again");
    store->ops->close(store);
    store = open_store(file, identity, pool);
    ok(!store || verdict(store, DONE) != IPXE_VERDICT_INSTALL,
       "nor after a restart");
    if (store)
        store->ops->close(store);
}

static void test_restored(void)
{
    ipxe_store_t *store = begin();
    const char *yesterday;
    apr_int64_t number;

    store->ops->close(store);
    yesterday = apr_pstrcat(pool, file, ".yesterday", NULL);
    copy_file(file, yesterday);
    store = open_store(file, identity, pool);
    is_int(verdict(store, DONE), IPXE_VERDICT_LOCAL, "the right one");
    number = install(store, NEW);
    is_int(verdict(store, NEW), IPXE_VERDICT_LOCAL, "installed today");
    store->ops->close(store);
    remove_database();
    apr_file_rename(yesterday, file, pool);
    store = open_store(file, identity, pool);
    is_int(verdict(store, NEW), IPXE_VERDICT_HOLD,
           "restored from yesterday: held");
    is_int(verdict(store, DONE), IPXE_VERDICT_LOCAL,
           "what is done gets its disk all the same");
    is_int(report(store, number), IPXE_CLAIM_UNKNOWN,
           "today's ticket is unknown");
    install(store, "mac=52:54:00:00:00:07");
    store->ops->close(store);
    store = open_store(file, identity, pool);
    is_int(verdict(store, NEW), IPXE_VERDICT_HOLD, "until it is accepted");
    accept_it(store);
    ok(enter_at(store, NEW, NOON).install.number > number,
       "then with numbers that were never given");
    store->ops->close(store);
}

static void test_doubt_stays(void)
{
    ipxe_store_t *store = begin();
    const char *yesterday = apr_pstrcat(pool, file, ".yesterday", NULL);
    ipxe_order_t order = {.act = IPXE_ACT_MARK_INSTALLED,
                          .profile = "rocky",
                          .by = "ops",
                          .now = NOON};
    apr_int64_t machine;
    int i;

    store->ops->close(store);
    copy_file(file, yesterday);
    store = open_store(file, identity, pool);
    install(store, NEW);
    store->ops->close(store);
    remove_database();
    apr_file_rename(yesterday, file, pool);
    store = open_store(file, identity, pool);
    is_int(verdict(store, NEW), IPXE_VERDICT_HOLD, "restored: held");
    for (i = 0; i < 20; i++) {
        order.who = who(
            apr_psprintf(pool, "mac=52:54:00:00:01:%02x", (unsigned)i), pool);
        store->ops->order(&machine, store, &order, pool);
    }
    is_int(verdict(store, NEW), IPXE_VERDICT_HOLD,
           "that its serial caught up makes it no other");
    store->ops->close(store);
}

static void write_text(const char *name, const char *text)
{
    FILE *out = fopen(name, "w");

    if (!out || fputs(text, out) < 0 || fclose(out))
        printf("# %s is not written\n", name);
}

static void test_another(void)
{
    ipxe_store_t *store = begin();
    const char *memory = identity;

    store->ops->close(store);
    store = begin();
    store->ops->close(store);
    store = open_store(file, memory, pool);
    is_int(verdict(store, NEW), IPXE_VERDICT_HOLD, "another's: held");
    store->ops->close(store);
    write_text(memory, "what is this\n");
    store = open_store(file, memory, pool);
    is_int(verdict(store, NEW), IPXE_VERDICT_HOLD,
           "a memory that cannot be read: held");
    store->ops->close(store);
    apr_file_remove(memory, pool);
    store = open_store(file, memory, pool);
    is_int(verdict(store, NEW), IPXE_VERDICT_INSTALL, "no memory: taken");
    store->ops->close(store);
}

/* ---- It cannot be written ---- */

static void test_locked(void)
{
    ipxe_store_t *store = begin(), *other;
    apr_time_t began = apr_time_now();

    other = open_store(file, identity, pool);
    ipxe_sql_begin((ipxe_sql_t *)other);
    ipxe_sql_write((ipxe_sql_t *)other, 0);
    is_int(verdict(store, NEW), 99, "locked: unknown");
    ok(apr_time_now() - began < apr_time_from_sec(30), "after a while");
    is_int(verdict(store, DONE), IPXE_VERDICT_LOCAL, "what only reads goes on");
    ipxe_sql_end((ipxe_sql_t *)other);
    is_int(verdict(store, NEW), IPXE_VERDICT_INSTALL, "free again");
    other->ops->close(other);
    store->ops->close(store);
}

/* In a process of its own: as nobody, for root may write everything. */
static int in_child(int (*what)(void))
{
    int status = 1;
    pid_t child;

    fflush(stdout);
    child = fork();
    if (child == 0)
        _exit(what());
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 99;
}

static int try_read_only(void)
{
    struct passwd *nobody = getpwnam("nobody");
    ipxe_store_t *store;

    if (geteuid() == 0 && (!nobody || setgroups(0, NULL) ||
                           setgid(nobody->pw_gid) || setuid(nobody->pw_uid)))
        return 3;
    store = open_store(file, identity, pool);
    if (!store)
        return 0;
    return verdict(store, NEW) == IPXE_VERDICT_INSTALL ? 1 : 0;
}

static void test_read_only(void)
{
    ipxe_store_t *store = begin();

    store->ops->close(store);
    chmod(folder, 0755);
    chmod(file, 0444);
    chmod(identity, 0444);
    chmod(apr_pstrndup(pool, file, strlen(file) - strlen("/state.db")), 0555);
    is_int(in_child(try_read_only), 0, "a read-only file: no install");
    chmod(apr_pstrndup(pool, file, strlen(file) - strlen("/state.db")), 0755);
    chmod(file, 0644);
    chmod(identity, 0600);
}

/* The file may not grow, as on a disk that is full. */
static void room(rlim_t bytes)
{
    struct rlimit limit;

    getrlimit(RLIMIT_FSIZE, &limit);
    limit.rlim_cur = bytes ? bytes : limit.rlim_max;
    setrlimit(RLIMIT_FSIZE, &limit);
}

static const char *many(int i)
{
    return apr_psprintf(pool, "mac=52:54:02:00:%02x:%02x", (unsigned)i / 256,
                        (unsigned)i % 256);
}

static int try_full(void)
{
    ipxe_store_t *store = open_store(file, identity, pool);
    int i, kept = 0, full = 0;

    signal(SIGXFSZ, SIG_IGN);
    room(256 * 1024);
    for (i = 0; i < 3000 && !full; i++) {
        full = verdict(store, many(i)) == (ipxe_verdict_e)99;
        kept += !full;
    }
    if (!full || verdict(store, DONE) == IPXE_VERDICT_INSTALL)
        return 1;
    room(0);
    store->ops->close(store);
    store = open_store(file, identity, pool);
    if (!store)
        return 2;
    for (i = 0; i < kept; i++) {
        if (enter_at(store, many(i), NOON + HOUR).armed)
            return 3; /* it was lost */
    }
    if (!enter_at(store, many(kept), NOON).armed)
        return 4; /* it was there and not acknowledged */
    return verdict(store, DONE) == IPXE_VERDICT_LOCAL ? 0 : 5;
}

static void test_full(void)
{
    ipxe_store_t *store = begin();

    store->ops->close(store);
    is_int(in_child(try_full), 0,
           "a full disk: what was acknowledged is there, the rest is not");
}

/* ---- Time ---- */

static void test_clock(void)
{
    ipxe_store_t *store = begin();
    apr_int64_t number = enter_at(store, NEW, NOON).install.number;
    ipxe_claim_e claim;

    store->ops->fetch(&claim, store, number, NOON, 0, NOON, pool);
    is_int(enter_at(store, NEW, NOON - 24 * HOUR).install.number, number,
           "the clock set back a day: the same install");
    store->ops->fetch(&claim, store, number, NOON - 24 * HOUR, 0,
                      NOON - 24 * HOUR, pool);
    is_int(claim, IPXE_CLAIM_OVER, "but no try before the last one");
    is_int(report(store, number), IPXE_CLAIM_GOOD, "its report is taken");
    is_int(enter_at(store, NEW, NOON - 24 * HOUR).verdict, IPXE_VERDICT_LOCAL,
           "and it is done");
    store->ops->close(store);
}

/* ---- Killed ---- */

typedef struct said_t { /* what was acknowledged to machine i */
    int machine;
    int stage; /* 0: armed, 1: fetched, 2: installed */
    apr_int64_t number;
} said_t;

static void say(int out, int machine, int stage, apr_int64_t number)
{
    said_t said = {machine, stage, number};

    if (write(out, &said, sizeof said) != (ssize_t)sizeof said)
        _exit(1);
}

/* Installs one machine after the other until it is killed. */
static void install_many(int out, int from)
{
    ipxe_store_t *store = open_store(file, identity, pool);
    ipxe_claim_e claim;
    apr_int64_t number;
    int i;

    for (i = from; store && i < 65536; i++) {
        number = enter_at(store, many(i), NOON).install.number;
        say(out, i, 0, number);
        store->ops->fetch(&claim, store, number, NOON, 0, NOON, pool);
        say(out, i, 1, number);
        report(store, number);
        say(out, i, 2, number);
    }
    _exit(0);
}

static void hear(int in, said_t *heard, int *last)
{
    said_t said;

    while (read(in, &said, sizeof said) == (ssize_t)sizeof said) {
        heard[said.machine] = said;
        heard[said.machine].stage = said.stage + 1;
        *last = said.machine;
    }
}

static int wrong_now(ipxe_store_t *store, const said_t *heard, int i)
{
    ipxe_ruling_t ruling = enter_at(store, many(i), NOON + MINUTE);

    if (heard[i].stage == 3)
        return ruling.verdict != IPXE_VERDICT_LOCAL;
    if (ruling.verdict == IPXE_VERDICT_LOCAL) /* not acknowledged, but done */
        return heard[i].stage < 2;
    return ruling.install.number != heard[i].number || ruling.armed ||
           ruling.view.open.tries < heard[i].stage - 1;
}

static void kill_at_once(apr_interval_time_t patience, int from, said_t *heard,
                         int *last)
{
    int pipes[2];
    pid_t child;

    if (pipe(pipes))
        return;
    fflush(stdout);
    child = fork();
    if (child == 0)
        install_many(pipes[1], from);
    close(pipes[1]);
    apr_sleep(patience);
    kill(child, SIGKILL);
    hear(pipes[0], heard, last);
    waitpid(child, NULL, 0);
    close(pipes[0]);
}

static void test_killed(void)
{
    ipxe_store_t *store = begin();
    said_t *heard = apr_pcalloc(pool, 65536 * sizeof *heard);
    int last = -1, kills, i, wrong = 0;

    store->ops->close(store);
    for (kills = 0; kills < 200 && last < 1000; kills++)
        kill_at_once(20000 + 2000 * kills, last + 1, heard, &last);
    store = open_store(file, identity, pool);
    ok(store && last >= 1000, "killed amid a thousand installs");
    for (i = 0; store && i <= last; i++)
        wrong += heard[i].stage && wrong_now(store, heard, i);
    is_int(wrong, 0, "nothing that was acknowledged is lost");
    is_int(verdict(store, DONE), IPXE_VERDICT_LOCAL, "nor what was before");
    printf("# killed %d times amid %d installs\n", kills, last + 1);
    store->ops->close(store);
}

int main(void)
{
    pool = tap_start();
    folder = test_folder(pool);
    test_corrupt();
    test_newer();
    test_missing();
    test_deleted();
    test_emptied();
    test_restored();
    test_doubt_stays();
    test_another();
    test_locked();
    test_read_only();
    test_full();
    test_clock();
    test_killed();
    remove_folder(folder, pool);
    return tap_end(pool);
}
