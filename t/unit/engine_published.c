/* SPDX-License-Identifier: Apache-2.0 */
/* Published sets, when to load again, and the record of what is served. */
#include <apr_file_io.h>
#include <apr_file_info.h>

#include "engine/bundle.h"
#include "engine/published.h"
#include "engine/status.h"
#include "engine/watch.h"

#include "files_help.h"
#include "tap.h"

static const char rules_text[] =
    "ipxe: 1\n"
    "secrets: { root: \"file:@/a secret\" }\n"
    "profiles: { tool: { kernel: tool.bin, answers: [sub/a.ks] } }\n"
    "hosts: [ { name: web, mac: 52:54:00:00:00:01 } ]\n"
    "rules: [ { name: all, boot: tool } ]\n";

/* A site in a folder of its own, and its settings. */
static const char *make_site(ipxe_settings_t *settings, apr_pool_t *pool)
{
    const char *folder = make_folder(pool), *at, *text;
    apr_array_header_t *rules = apr_array_make(pool, 1, sizeof(char *));

    apr_dir_make_recursive(apr_pstrcat(pool, folder, "/ks/sub", NULL),
                           APR_OS_DEFAULT, pool);
    apr_dir_make(apr_pstrcat(pool, folder, "/rules", NULL), APR_OS_DEFAULT,
                 pool);
    apr_dir_make(apr_pstrcat(pool, folder, "/sets", NULL), APR_OS_DEFAULT,
                 pool);
    at = strchr(rules_text, '@');
    text = apr_pstrcat(
        pool, apr_pstrmemdup(pool, rules_text, (apr_size_t)(at - rules_text)),
        folder, at + 1, NULL);
    write_text(folder, "rules/1 a.yaml", text, pool);
    write_text(folder, "a secret", "xyzzy\n", pool);
    write_text(folder, "ks/sub/a.ks", "{{ root }}\n", pool);
    ipxe_settings_default(settings, pool);
    APR_ARRAY_PUSH(rules, const char *) =
        apr_pstrcat(pool, folder, "/rules", NULL);
    settings->rules = rules;
    settings->templates = apr_pstrcat(pool, folder, "/ks", NULL);
    settings->site = "";
    return folder;
}

static ipxe_snapshot_t *load_live(const ipxe_settings_t *settings,
                                  apr_uint32_t number, apr_pool_t *pool)
{
    ipxe_diags_t *diags = ipxe_diags_make(pool);
    ipxe_snapshot_t *set = ipxe_snapshot_load(settings, diags, pool);

    if (set)
        ipxe_snapshot_publish(set, number);
    else
        tap_say("rules", ipxe_diag_text(ipxe_diags_first_error(diags), pool));
    return set;
}

static void test_sets(apr_pool_t *pool)
{
    ipxe_settings_t settings;
    const char *folder = make_site(&settings, pool), *why = NULL;
    const char *sets = apr_pstrcat(pool, folder, "/sets", NULL);
    ipxe_snapshot_t *set = load_live(&settings, 9, pool), *back;
    const ipxe_published_t *found;
    apr_array_header_t *all;
    apr_file_t *lock;
    int i;

    if (!ok(set != NULL, "a site loads"))
        return;
    ok(ipxe_published_lock(&lock, sets, pool) == APR_SUCCESS,
       "the folder is locked");
    ok(ipxe_published_list(sets, pool)->nelts == 0, "nothing is published");
    ok(ipxe_published_write(sets, set, pool) == APR_SUCCESS, "a set is");
    ipxe_snapshot_publish(set, 10);
    ok(ipxe_published_write(sets, set, pool) == APR_SUCCESS, "and another");
    all = ipxe_published_list(sets, pool);
    ok(all->nelts == 2 && APR_ARRAY_IDX(all, 0, ipxe_published_t).number == 10,
       "the newest stands first");
    found = ipxe_published_find(sets, 9, pool);
    ok(found && strcmp(found->hash, set->hash) == 0, "one is found by number");
    back = ipxe_published_load(&why, found, &settings, pool);
    ok(back != NULL, "and loaded");
    if (!back) {
        tap_say("why", why);
        return;
    }
    is(back->generation, apr_pstrcat(pool, "9-", set->hash, NULL),
       "with its number and hash");
    ok(back->files->nelts == 3, "with all its files");
    for (i = 0; i < back->files->nelts && i < set->files->nelts; i++)
        is(APR_ARRAY_IDX(back->files, i, const char *),
           APR_ARRAY_IDX(set->files, i, const char *),
           "each with the name of the live one");
    write_text(folder, "a secret", "changed\n", pool);
    back = ipxe_published_load(&why, found, &settings, pool);
    ok(back && strcmp(back->hash, set->hash) == 0, "no live file is read");
    write_text(found->path, "named/003-a secret", "cut", pool);
    back = ipxe_published_load(&why, found, &settings, pool);
    ok(!back && strstr(why, "not those that were published"),
       "bytes that were changed are found out");
    ipxe_published_clean(sets, 1, pool);
    all = ipxe_published_list(sets, pool);
    ok(all->nelts == 1 && APR_ARRAY_IDX(all, 0, ipxe_published_t).number == 10,
       "old ones are removed");
    ok(!ipxe_published_find(sets, 9, pool), "and not found any more");
    apr_file_close(lock);
    remove_all(folder, pool);
}

static apr_uint64_t sign(const ipxe_settings_t *settings,
                         const ipxe_snapshot_t *set, int *lost,
                         apr_pool_t *pool)
{
    ipxe_look_t look = ipxe_watch_look(settings, set->bundle->asked,
                                       set->files, pool);

    *lost = look.lost;
    return look.signature;
}

static void test_looks(apr_pool_t *pool)
{
    ipxe_settings_t settings;
    const char *folder = make_site(&settings, pool);
    ipxe_snapshot_t *set = load_live(&settings, 1, pool);
    apr_uint64_t first, next;
    int lost;

    if (!ok(set != NULL, "a site loads"))
        return;
    first = sign(&settings, set, &lost, pool);
    ok(first == sign(&settings, set, &lost, pool) && !lost,
       "two looks agree");
    write_text(folder, "rules/notes.txt", "x", pool);
    write_text(folder, "rules/.hidden.yaml", "x", pool);
    write_text(folder, "rules/a.test.yaml", "x", pool);
    ok(first == sign(&settings, set, &lost, pool),
       "files that do not count do not count");
    write_text(folder, "rules/new.yaml", "ipxe: 1\n", pool);
    next = sign(&settings, set, &lost, pool);
    ok(next != first && !lost, "a new rule file does");
    first = next;
    write_text(folder, "ks/sub/new", "x", pool);
    next = sign(&settings, set, &lost, pool);
    ok(next != first, "a new template too");
    first = next;
    write_text(folder, "a secret", "another\n", pool);
    next = sign(&settings, set, &lost, pool);
    ok(next != first && !lost, "and a file that rules name");
    first = next;
    apr_file_remove(apr_pstrcat(pool, folder, "/ks/sub/a.ks", NULL), pool);
    next = sign(&settings, set, &lost, pool);
    ok(next != first && lost == 1, "a file that is lost is missed");
    remove_all(folder, pool);
}

static void test_moment(void)
{
    ipxe_watch_t watch = {0, 0};
    ipxe_look_t old = {7, 0}, changed = {8, 0}, again = {9, 0}, less = {9, 1};
    apr_interval_time_t second = APR_USEC_PER_SEC;
    apr_time_t now = 100 * second;

    ok(!ipxe_watch_due(&watch, &old, 7, second, now), "nothing changed");
    now += second;
    ok(!ipxe_watch_due(&watch, &changed, 7, second, now), "a change");
    now += second / 2;
    ok(!ipxe_watch_due(&watch, &changed, 7, second, now), "is waited for");
    ok(!ipxe_watch_due(&watch, &again, 7, second, now), "and the next");
    now += second / 2;
    ok(!ipxe_watch_due(&watch, &again, 7, second, now),
       "from the last change on");
    now += second / 2;
    ok(ipxe_watch_due(&watch, &again, 7, second, now),
       "until a whole interval is over");
    ok(!ipxe_watch_due(&watch, &again, 9, second, now),
       "what was tried is not tried again");
    ok(!ipxe_watch_due(&watch, &less, 7, second, now),
       "what has lost a file waits");
    now += 29 * second;
    ok(!ipxe_watch_due(&watch, &less, 7, second, now), "longer");
    now += 2 * second;
    ok(ipxe_watch_due(&watch, &less, 7, second, now), "but not for ever");
}

static void test_record(apr_pool_t *pool)
{
    ipxe_diags_t *diags = ipxe_diags_make(pool);
    ipxe_status_t status, back;
    const char *json;

    memset(&status, 0, sizeof(status));
    status.parent = 4711;
    status.number = 12;
    strcpy(status.generation, "12-4f2a91c03b7e");
    status.origin = IPXE_ORIGIN_RELOAD;
    status.loaded = apr_time_from_sec(1700000000);
    status.hosts = 1000000;
    ipxe_status_fail(&status, "a.yaml:1:2: error: \"x\"\n\xff", 5);
    json = ipxe_status_json(&status, pool);
    ok(ipxe_status_read(&back,
                        ipxe_source_make("status", json, strlen(json), pool),
                        diags, pool) == APR_SUCCESS,
       "a record is written and read");
    is(ipxe_status_json(&back, pool), json, "and the same");
    is(back.failure, "a.yaml:1:2: error: \"x\"??", "a failure is printable");
    ok(back.failing && back.failures == 1, "and counted");
    ok(ipxe_status_read(&back, ipxe_source_make("status", "[1]", 3, pool),
                        diags, pool) != APR_SUCCESS && diags->errors,
       "something else is refused");
}

int main(void)
{
    apr_pool_t *pool = tap_start();

    test_sets(pool);
    test_looks(pool);
    test_moment();
    test_record(pool);
    return tap_end(pool);
}
