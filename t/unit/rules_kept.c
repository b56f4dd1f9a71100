/* SPDX-License-Identifier: Apache-2.0 */
/* Files of hosts that stay from set to set: shared, the same as read anew,
 * and gone with the last set. */
#include <apr_thread_proc.h>

#include "engine/published.h"
#include "rules/hosts.h"
#include "rules/kept.h"

#include "files_help.h"
#include "tap.h"

#define HOSTS   4000
#define THREADS 4
#define ROUNDS  5

/* A site in a folder, and what is loaded from it. */
typedef struct site_t {
    const char *folder;
    ipxe_settings_t settings;
    ipxe_diags_t *diags; /* of the last load */
    apr_pool_t *pool;
} site_t;

static void edit(const site_t *site, const char *name, const char *text)
{
    write_text(site->folder, name, text, site->pool);
}

static void write_rules(const site_t *site, const char *word)
{
    edit(
        site, "10.yaml",
        apr_psprintf(site->pool,
                     "ipxe: 1\n"
                     "profiles: { tool: { kernel: %s.bin } }\n"
                     "groups: { even: { vars: { side: %s } }, odd: ~ }\n"
                     "rules:\n"
                     "  - { name: follow, follow: host }\n"
                     "  - { name: known, when: { host: \"*\" }, boot: tool }\n",
                     word, word));
}

/* `extra` stands in the last of them. */
static void write_hosts(const site_t *site, const char *extra)
{
    ipxe_text_t *text = ipxe_text_make(HOSTS * 100, site->pool);
    int i;

    ipxe_text_add(text, "ipxe: 1\nhosts:\n");
    for (i = 0; i < HOSTS; i++)
        ipxe_text_addf(text,
                       "  - { name: host%d, mac: \"52:54:00:00:%02x:%02x\", "
                       "groups: [ %s ]%s%s, vars: { address: 10.0.%d.%d } }\n",
                       i, i / 256, i % 256, i % 2 ? "odd" : "even",
                       i % 10 == 3 ? ", boot: tool" : "",
                       i == HOSTS - 1 ? extra : "", i / 256, i % 256);
    edit(site, "20-hosts.yaml", text->data);
}

static site_t *make_site(apr_pool_t *pool)
{
    site_t *site = apr_pcalloc(pool, sizeof(*site));
    apr_array_header_t *rules = apr_array_make(pool, 1, sizeof(char *));

    site->folder = make_folder(pool);
    site->pool = pool;
    ipxe_settings_default(&site->settings, pool);
    APR_ARRAY_PUSH(rules, const char *) = site->folder;
    site->settings.rules = rules;
    site->settings.site = "";
    write_rules(site, "one");
    write_hosts(site, "");
    return site;
}

static ipxe_snapshot_t *load(site_t *site)
{
    apr_pool_t *pool;
    ipxe_snapshot_t *set;

    apr_pool_create(&pool, site->pool);
    site->diags = ipxe_diags_make(site->pool);
    set = ipxe_snapshot_load(&site->settings, site->diags, pool);
    if (set)
        ipxe_snapshot_publish(set, 1);
    return set;
}

static const char *ask(const ipxe_snapshot_t *set, int number, apr_pool_t *pool)
{
    ipxe_request_t request;
    ipxe_answer_t answer;

    memset(&request, 0, sizeof(request));
    memset(&answer, 0, sizeof(answer));
    request.target.route = IPXE_ROUTE_EXPLAIN;
    request.query = apr_psprintf(
        pool, "platform=efi&arch=x86_64&mac=52:54:00:00:%02x:%02x",
        number / 256, number % 256);
    request.ip = "10.0.0.1";
    request.base_url = "http://boot.test";
    request.request_id = "id1";
    ipxe_engine_answer(&answer, set, &request, pool);
    return answer.body->data;
}

/* Where a host's name lies. */
static const char *name_of(const ipxe_snapshot_t *set, apr_pool_t *pool)
{
    const ipxe_host_t *host = ipxe_hosts_called(set->rules, "host7", pool);

    return host ? host->name : NULL;
}

static void test_shared(site_t *site, apr_pool_t *pool)
{
    ipxe_kept_t *shelf = site->settings.kept;
    ipxe_snapshot_t *first = load(site), *second, *third;

    if (!ok(first != NULL, "a site with many hosts loads")) {
        tap_say("why", ipxe_diag_text(ipxe_diags_first_error(site->diags),
                                      pool));
        return;
    }
    ok(ipxe_kept_count(shelf) == 1, "its hosts are kept");
    write_rules(site, "two");
    second = load(site);
    ok(second && name_of(first, pool) == name_of(second, pool),
       "an edit of a rule takes them again");
    ok(strstr(ask(first, 8, pool), "one.bin") &&
           strstr(ask(second, 8, pool), "two.bin"),
       "each set decides by its own rules");
    ok(strstr(ask(first, 8, pool), "side") &&
           strstr(ask(second, 8, pool), "two"),
       "and by its own groups");
    ok(strstr(ask(second, 13, pool), "host13") &&
           strstr(ask(second, 13, pool), "'follow'"),
       "a host's action is followed");
    write_hosts(site, ", serial: new");
    third = load(site);
    ok(third && ipxe_kept_count(shelf) == 2, "edited hosts are others");
    apr_pool_destroy(first->pool);
    ok(ipxe_kept_count(shelf) == 2, "the old are there as long as a set");
    ok(strstr(ask(second, 9, pool), "host9") != NULL, "that uses them");
    apr_pool_destroy(second->pool);
    ok(ipxe_kept_count(shelf) == 1, "and then they are gone");
    apr_pool_destroy(third->pool);
    ok(ipxe_kept_count(shelf) == 0, "all of them");
}

/* What a set from the shelf answers is what one without it answers. */
static void test_same(site_t *site, apr_pool_t *pool)
{
    ipxe_kept_t *shelf = site->settings.kept;
    ipxe_snapshot_t *plain, *first, *again;
    int i, same = 1;

    site->settings.kept = NULL;
    plain = load(site);
    site->settings.kept = shelf;
    first = load(site);
    again = load(site);
    if (!ok(plain && first && again, "a site loads with a shelf, and without"))
        return;
    for (i = 0; i < 300; i++) {
        const char *wanted = ask(plain, i * 13, pool);

        same &= strcmp(wanted, ask(first, i * 13, pool)) == 0 &&
                strcmp(wanted, ask(again, i * 13, pool)) == 0;
    }
    ok(same, "each answer is the same");
    apr_pool_destroy(plain->pool);
    apr_pool_destroy(first->pool);
    apr_pool_destroy(again->pool);
}

static apr_finfo_t stat_hosts(const char *sets, const ipxe_snapshot_t *set,
                              apr_pool_t *pool)
{
    const char *path =
        apr_pstrcat(pool, sets, "/", set->generation,
                    "/rules/002-20-hosts.yaml", NULL);
    apr_finfo_t info;

    memset(&info, 0, sizeof(info));
    apr_stat(&info, path, APR_FINFO_IDENT | APR_FINFO_NLINK, pool);
    return info;
}

/* Published, a kept file is one file for all sets, and not read by who has
 * it. */
static void test_published(site_t *site, apr_pool_t *pool)
{
    const char *sets = apr_pstrcat(pool, site->folder, ".sets", NULL);
    ipxe_snapshot_t *first = load(site), *second, *back;
    const char *why = NULL;
    apr_finfo_t one, two;
    apr_file_t *lock;

    ipxe_published_lock(&lock, sets, pool);
    ipxe_published_write(sets, first, pool);
    write_rules(site, "three");
    second = load(site);
    ipxe_snapshot_publish(second, 2);
    ok(ipxe_published_write(sets, second, pool) == APR_SUCCESS,
       "sets with kept hosts are published");
    one = stat_hosts(sets, first, pool);
    two = stat_hosts(sets, second, pool);
    ok(one.inode && one.inode == two.inode, "which are one file for both");
    apr_pool_destroy(first->pool);
    back = ipxe_published_load(&why, ipxe_published_find(sets, 2, pool),
                               &site->settings, second->pool);
    if (!ok(back != NULL, "one is loaded"))
        tap_say("why", why);
    ok(back && name_of(back, pool) == name_of(second, pool),
       "with the hosts that are there");
    is(back ? ask(back, 8, pool) : "", ask(second, 8, pool),
       "and answers the same");
    apr_pool_destroy(second->pool);
    back = ipxe_published_load(&why, ipxe_published_find(sets, 2, pool),
                               &site->settings, pool);
    ok(back && ipxe_hosts_count(back->rules) == HOSTS, "and so does who has none");
    ok(ipxe_published_last(sets, pool) == 2, "the last number is known");
    ipxe_published_note(sets, 7, pool);
    ok(ipxe_published_last(sets, pool) == 7, "and one that was noted");
    ipxe_published_clean(sets, 0, pool);
    apr_file_remove(apr_pstrcat(pool, sets, "/number", NULL), pool);
    apr_file_remove(apr_pstrcat(pool, sets, "/lock", NULL), pool);
    ok(apr_dir_remove(sets, pool) == APR_SUCCESS, "all of it is removed");
}

/* Loads and ends sets, while others do the same with the same files. */
static void *APR_THREAD_FUNC load_often(apr_thread_t *thread, void *data)
{
    const site_t *site = data;
    int i, good = 1;

    for (i = 0; i < ROUNDS; i++) {
        apr_pool_t *pool;
        ipxe_snapshot_t *set;

        apr_pool_create_unmanaged_ex(&pool, NULL, NULL);
        set = ipxe_snapshot_load(&site->settings, ipxe_diags_make(pool), pool);
        good &= set && ipxe_hosts_count(set->rules) == HOSTS &&
                strstr(ask(set, 7 + i, pool), "host") != NULL;
        apr_pool_destroy(pool);
    }
    apr_thread_exit(thread, good ? APR_SUCCESS : APR_EGENERAL);
    return NULL;
}

static void test_threads(site_t *site, apr_pool_t *pool)
{
    apr_thread_t *threads[THREADS];
    apr_status_t status;
    int i, good = 1;

    for (i = 0; i < THREADS; i++)
        apr_thread_create(&threads[i], NULL, load_often, site, pool);
    for (i = 0; i < THREADS; i++) {
        apr_thread_join(&status, threads[i]);
        good &= status == APR_SUCCESS;
    }
    ok(good, "threads load at the same time");
    ok(ipxe_kept_count(site->settings.kept) == 0, "and leave nothing");
}

static const char *faults(site_t *site)
{
    load(site);
    return all_said(site->diags, site->pool);
}

/* Diagnostics are the same, too. */
static void test_faults(site_t *site)
{
    static const char *const extras[] = {
        ", serial: \"0\"", ", mac: x", ", kernal: x", ", boot: nothing",
        ", uuid: \"{{ x }}\"", ", secrets: { a: b }"};
    ipxe_kept_t *shelf = site->settings.kept;
    const char *with, *without;
    apr_size_t i;

    for (i = 0; i < sizeof(extras) / sizeof(*extras); i++) {
        write_hosts(site, extras[i]);
        with = faults(site);
        site->settings.kept = NULL;
        without = faults(site);
        site->settings.kept = shelf;
        is(with, without, extras[i]);
    }
    write_hosts(site, "");
    load(site);
    edit(site, "10.yaml",
               "ipxe: 1\nprofiles: { tool: { kernel: x } }\n"
               "groups: { even: ~ }\n"
               "rules: [ { name: follow, follow: host } ]\n");
    with = faults(site);
    ok(strstr(with, "there is no group 'odd'") &&
           strstr(with, "20-hosts.yaml:4:"),
       "a group that kept hosts name is missed");
}

int main(void)
{
    apr_pool_t *pool = tap_start();
    site_t *site = make_site(pool);

    ipxe_settings_keep_hosts(&site->settings, pool);
    test_shared(site, pool);
    test_same(site, pool);
    test_threads(site, pool);
    test_faults(site);
    write_rules(site, "one");
    write_hosts(site, "");
    test_published(site, pool);
    remove_all(site->folder, pool);
    return tap_end(pool);
}
