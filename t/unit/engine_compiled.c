/* SPDX-License-Identifier: Apache-2.0 */
/* Hosts of large files in YAML, compiled for all processes: they answer as
 * they do when they are read, and are checked as they are then. */
#include <apr_thread_proc.h>

#include "engine/bundle.h"
#include "engine/hosts.h"
#include "engine/published.h"
#include "rules/hosts.h"
#include "rules/kept.h"

#include "files_help.h"
#include "tap.h"

#define HOSTS   3000
#define ASKED   3000
#define THREADS 4

typedef struct site_t {
    const char *base;          /* a folder, in which are: */
    const char *folder, *sets; /* its rules, published sets */
    ipxe_settings_t settings;
    apr_pool_t *pool;
} site_t;

static const char rules_text[] =
    "ipxe: 1\n"
    "profiles: { tool: { kernel: tool.bin }, other: { kernel: other.bin } }\n"
    "groups:\n"
    "  even: { vars: { side: left }, boot: other, groups: [ all ] }\n"
    "  all: { vars: { disks: [ none ] } }\n"
    "hosts:\n"
    "  - { name: small, mac: \"52:54:00:ff:00:01\", serial: SMALL }\n"
    "rules:\n"
    "  - { name: set, when: { group: even }, set: { far: \"{{ side }}\" } }\n"
    "  - { name: follow, when: { host: \"host*\" }, follow: host }\n"
    "  - { name: known, when: { host: \"*\" }, boot: tool }\n";

static void edit(const site_t *site, const char *name, const char *text)
{
    write_text(site->folder, name, text, site->pool);
}

/* Of every kind that a host may have. */
static const char *vars_of(int i)
{
    static const char *const vars[] = {
        "", ", vars: { address: 10.0.0.1, count: 7, less: -70000, half: 1.5 }",
        ", vars: { on: true, off: false, nil: ~, empty: \"\", zero: 0012 }",
        ", vars: { disks: [ sda, [ 1, 2 ], ~ ], net: { a: { b: [] }, c: {} } }",
        ", vars: { \"word\": 'two words', uni: \"\\u00e4\\u20ac\" }"};

    return vars[i % 5];
}

static const char *action_of(int i)
{
    static const char phrase[] =
        ", boot: \"{{ 'tool' if count|default(0) else 'other' }}\"";
    static const char *const actions[] = {"", ", boot: tool", phrase,
                                          ", local: true",
                                          ", deny: \"no, {{ host.name }}\""};

    return actions[i / 5 % 5];
}

static const char *keys_of(int i, apr_pool_t *pool)
{
    switch (i % 4) {
    case 0:
        return apr_psprintf(pool, "serial: \"SN-%05d\"", i);
    case 1:
        return apr_psprintf(pool,
                            "uuid: \"11112222-3333-4444-5555-%012d\", "
                            "asset: \"A %d\"",
                            i, i);
    case 2:
        return apr_psprintf(pool, "serial: S%d, manufacturer: \"Maker %d\"",
                            i / 8, i % 8);
    default:
        return apr_psprintf(pool,
                            "mac: [ \"52:54:00:01:%02X:%02x\", "
                            "\"52-54-00-02-%02x-%02x\" ]",
                            i / 256, i % 256, i / 256, i % 256);
    }
}

static void write_hosts(const site_t *site, const char *name, int from,
                        const char *sections, const char *extra)
{
    ipxe_text_t *text = ipxe_text_make(HOSTS * 200, site->pool);
    int i;

    ipxe_text_addf(text, "ipxe: 1\n%shosts:\n", sections);
    for (i = from; i < from + HOSTS; i++)
        ipxe_text_addf(text,
                       "  # a line of its own for host %d of %d\n"
                       "  - { name: host%d, %s, groups: [ %s ]%s%s%s }\n",
                       i, HOSTS, i, keys_of(i, site->pool),
                       i % 3 ? i % 2 ? "odd, all" : "even" : "", vars_of(i),
                       action_of(i), i == from ? extra : "");
    edit(site, name, text->data);
}

static site_t *make_site(apr_pool_t *pool)
{
    site_t *site = apr_pcalloc(pool, sizeof(*site));
    apr_array_header_t *rules = apr_array_make(pool, 1, sizeof(char *));

    site->base = make_folder(pool);
    site->folder = apr_pstrcat(pool, site->base, "/rules", NULL);
    site->sets = apr_pstrcat(pool, site->base, "/sets", NULL);
    site->pool = pool;
    apr_dir_make(site->folder, APR_OS_DEFAULT, pool);
    apr_dir_make(site->sets, APR_OS_DEFAULT, pool);
    ipxe_settings_default(&site->settings, pool);
    APR_ARRAY_PUSH(rules, const char *) = site->folder;
    site->settings.rules = rules;
    site->settings.compiled_hosts = 1;
    edit(site, "10.yaml", rules_text);
    write_hosts(site, "20-hosts.yaml", 0,
                "vars: { mine: \"{{ 1 + 1 }}\" }\ngroups: { odd: { vars: "
                "{ side: \"{{ mine }}\" } } }\n",
                "");
    write_hosts(site, "30-hosts.yaml", HOSTS, "", "");
    return site;
}

/* Whatever this process had in memory is another's. */
static void forget(site_t *site)
{
    ipxe_settings_keep_hosts(&site->settings, site->pool);
}

static ipxe_snapshot_t *load_live(site_t *site, ipxe_diags_t **diags)
{
    apr_pool_t *pool;

    apr_pool_create(&pool, site->pool);
    *diags = ipxe_diags_make(site->pool);
    return ipxe_snapshot_load(&site->settings, *diags, pool);
}

static ipxe_snapshot_t *publish(site_t *site, apr_uint32_t number)
{
    ipxe_diags_t *diags;
    ipxe_snapshot_t *set = load_live(site, &diags);

    if (!ok(set != NULL, "the site loads")) {
        tap_say("why",
                ipxe_diag_text(ipxe_diags_first_error(diags), site->pool));
        return NULL;
    }
    ipxe_snapshot_publish(set, number);
    ok(ipxe_published_write(site->sets, set, site->pool) == APR_SUCCESS,
       "and is published");
    return set;
}

static ipxe_snapshot_t *load_published(const site_t *site, apr_uint32_t number)
{
    const char *why = NULL;
    apr_pool_t *pool;
    ipxe_snapshot_t *set;

    apr_pool_create(&pool, site->pool);
    set =
        ipxe_published_load(&why, ipxe_published_find(site->sets, number, pool),
                            &site->settings, pool);
    if (!set)
        tap_say("why", why);
    return set;
}

/* How many of its files lie compiled on the disk. */
static int shared(const ipxe_snapshot_t *set)
{
    int i, count = 0;

    for (i = 0; i < set->bundle->rules; i++) {
        const ipxe_source_t *source =
            APR_ARRAY_IDX(set->bundle->sources, i, const ipxe_source_t *);

        count += ipxe_kept_how(source) == IPXE_KEPT_SHARED;
    }
    return count;
}

/* ---- Answers ---- */

/* A machine of a host, or almost, or of nobody. */
static const char *query_of(int i, apr_pool_t *pool)
{
    int n = i * 7919 % (2 * HOSTS + 50);
    const char *by[] = {
        apr_psprintf(pool, "serial=sn-%05d", n),
        apr_psprintf(pool, "uuid=11112222-3333-4444-5555-%012d", n),
        apr_psprintf(pool, "asset=A+%d", n),
        apr_psprintf(pool, "serial=S%d&manufacturer=MAKER+%d", n / 8, n % 8),
        apr_psprintf(pool, "mac=52:54:00:01:%02x:%02x", n / 256, n % 256),
        apr_psprintf(pool, "mac0=525400:02%02x%02x&mac=52:54:00:ff:00:01",
                     n / 256, n % 256),
        apr_psprintf(pool, "mac=52:54:00:01:%02x:%02x&serial=SN-%05d", n / 256,
                     n % 256, n - n % 4 + 4),
        apr_psprintf(pool, "serial=SNI%04d", n),
        apr_psprintf(pool, "serial=S%d", n / 8)};

    return apr_pstrcat(pool, "platform=efi&arch=x86_64&", by[i % 9], NULL);
}

static const char *ask(const ipxe_snapshot_t *set, ipxe_route_e route,
                       const char *query, apr_pool_t *pool)
{
    ipxe_request_t request;
    ipxe_answer_t answer;

    memset(&request, 0, sizeof(request));
    memset(&answer, 0, sizeof(answer));
    request.target.route = route;
    request.query = query;
    request.ip = "10.0.0.1";
    request.base_url = "http://boot.test";
    request.request_id = "id1";
    request.json = 1;
    ipxe_engine_answer(&answer, set, &request, pool);
    return answer.body->data;
}

/* The answer, the log's steps and the explanation, with the places of hosts
 * and variables. */
static int same_answer(const ipxe_snapshot_t *a, const ipxe_snapshot_t *b,
                       const char *query, apr_pool_t *pool)
{
    static const ipxe_route_e routes[] = {IPXE_ROUTE_ENTRY, IPXE_ROUTE_EXPLAIN};
    apr_size_t i;

    for (i = 0; i < 2; i++) {
        const char *first = ask(a, routes[i], query, pool);
        const char *second = ask(b, routes[i], query, pool);

        if (strcmp(first, second) != 0) {
            tap_say("read", first);
            tap_say("compiled", second);
            return 0;
        }
    }
    return 1;
}

static void compare(const ipxe_snapshot_t *a, const ipxe_snapshot_t *b,
                    const char *what, apr_pool_t *pool)
{
    int i, same = 1, known = 0;
    apr_pool_t *scratch;

    apr_pool_create(&scratch, pool);
    for (i = 0; i < ASKED && same; i++) {
        const char *query = query_of(i, scratch);

        same = same_answer(a, b, query, scratch);
        known +=
            strstr(ask(b, IPXE_ROUTE_ENTRY, query, scratch), "follow") != NULL;
        apr_pool_clear(scratch);
    }
    apr_pool_destroy(scratch);
    ok(same, what);
    ok(!same || (known > ASKED / 10 && known < ASKED), "known ones and others");
}

static void test_answers(site_t *site, apr_pool_t *pool)
{
    ipxe_snapshot_t *read, *kept = publish(site, 1), *mapped;
    ipxe_kept_t *shelf = site->settings.kept;
    ipxe_diags_t *diags;
    const ipxe_host_t *host;

    if (!kept)
        return;
    site->settings.kept = NULL;
    read = load_live(site, &diags);
    ipxe_snapshot_publish(read, 1);
    site->settings.kept = shelf;
    ok(read->rules->host_count == 2 * HOSTS + 1 &&
           ipxe_hosts_count(kept->rules) == 2 * HOSTS + 1,
       "all hosts are there");
    ok(ipxe_published_lighter(ipxe_published_find(site->sets, 1, pool), kept,
                              pool),
       "a published set shares them");
    forget(site);
    mapped = load_published(site, 1);
    if (!ok(mapped != NULL, "another process loads it"))
        return;
    ok(mapped->rules->host_count == 1 && shared(mapped) == 2 &&
           ipxe_hosts_count(mapped->rules) == 2 * HOSTS + 1,
       "and has none in its memory but the small file's");
    ok(!ipxe_published_lighter(ipxe_published_find(site->sets, 1, pool), mapped,
                               pool),
       "what is shared is not shared again");
    compare(read, mapped, "compiled hosts answer as those that were read",
            pool);
    compare(kept, mapped, "and as those that are kept", pool);
    host = ipxe_hosts_named(mapped->rules, "host4001", pool);
    ok(host && host->uuid && strcmp(host->asset, "A 4001") == 0,
       "one is found by name");
    is(ipxe_span_short(host->span, pool), "30-hosts.yaml:2006",
       "and by its line");
    ok(!ipxe_hosts_named(mapped->rules, "HOST4001", pool), "exactly");
    apr_pool_destroy(read->pool);
    apr_pool_destroy(kept->pool);
    apr_pool_destroy(mapped->pool);
    ok(ipxe_kept_count(site->settings.kept) == 0, "nothing is left open");
}

/* ---- Edits ---- */

static apr_ino_t inode_of(const site_t *site, const ipxe_snapshot_t *set)
{
    apr_finfo_t info;

    memset(&info, 0, sizeof(info));
    apr_stat(&info,
             apr_pstrcat(site->pool, site->sets, "/", set->generation,
                         "/rules/003-30-hosts.yaml.compiled", NULL),
             APR_FINFO_IDENT, site->pool);
    return info.inode;
}

static void test_edits(site_t *site, apr_pool_t *pool)
{
    ipxe_snapshot_t *first = load_published(site, 1), *second, *third;

    ok(first && inode_of(site, first), "compiled hosts lie with the set");
    edit(
        site, "10.yaml",
        apr_pstrcat(pool, rules_text, "  - { name: new, boot: tool }\n", NULL));
    second = publish(site, 2);
    ok(second && shared(second) == 2,
       "after an edit of a rule they are not read");
    ok(second && inode_of(site, first) == inode_of(site, second),
       "and are one file for both sets");
    apr_pool_destroy(first->pool);
    ok(strstr(ask(second, IPXE_ROUTE_EXPLAIN,
                  "platform=efi&arch=x86_64&asset=A+5", pool),
              "host5") != NULL,
       "who uses them keeps them");
    ipxe_published_clean(site->sets, 1, pool);
    ok(strstr(ask(second, IPXE_ROUTE_EXPLAIN,
                  "platform=efi&arch=x86_64&asset=A+5001", pool),
              "host5001") != NULL,
       "though the file that was opened is removed");
    write_hosts(site, "20-hosts.yaml", 0, "groups: { odd: ~ }\n",
                ", asset: edited");
    third = publish(site, 3);
    ok(third && shared(third) == 1,
       "after an edit of hosts theirs alone are read");
    ok(inode_of(site, third) == inode_of(site, second),
       "and the others still are one file");
    apr_pool_destroy(third->pool);
    third = load_published(site, 3);
    ok(third && shared(third) == 2 &&
           strstr(ask(third, IPXE_ROUTE_EXPLAIN,
                      "platform=efi&arch=x86_64&asset=edited", pool),
                  "host0"),
       "the edit is published");
    apr_pool_destroy(second->pool);
    apr_pool_destroy(third->pool);
}

/* ---- Faults ---- */

static const char *faults(site_t *site)
{
    ipxe_diags_t *diags;
    ipxe_snapshot_t *set = load_live(site, &diags);
    const char *said = all_said(diags, site->pool);

    if (set)
        apr_pool_destroy(set->pool);
    return said;
}

/* What is wrong with an edit is said though no host is read for it; where the
 * first of many hosts is named, it is one of those that are when they are
 * read. */
static void test_faults(site_t *site)
{
    static const struct {
        const char *extra, *words;
        int all; /* every word is the same */
    } edits[] = {
        {"hosts: [ { name: host7, mac: 52:54:00:00:00:01 } ]\n",
         "host 'host7' is defined twice", 0},
        {"hosts: [ { name: x, mac: 52:54:00:01:00:03 } ]\n",
         "mac 52:54:00:01:00:03 is claimed by two hosts", 0},
        {"hosts: [ { name: x, serial: S0 } ]\n",
         "serial S0 is claimed by two hosts", 0},
        {"hosts: [ { name: x, serial: S0, manufacturer: Else } ]\n", "", 1},
        {"ignore: { mac: [ 52:54:00:02:00:03 ] }\n",
         "host 'host3' is told by 52:54:00:02:00:03, which is ignored", 1},
        {"groups: { even: { boot: tool }, all: ~ }\n", "", 1},
        {"groups: { even: { boot: tool } }\n", "there is no group 'all'", 0},
        {"groups: { all: { boot: tool }, even: { boot: other, groups: [ all ] "
         "} }\n",
         "groups 'even' and 'all' of host", 0},
    };
    static const char base[] =
        "ipxe: 1\nprofiles: { tool: { kernel: x }, other: { kernel: y } }\n"
        "rules: [ { name: follow, follow: host } ]\n";
    ipxe_snapshot_t *held = load_published(site, 3);
    ipxe_kept_t *shelf = site->settings.kept;
    apr_size_t i;

    for (i = 0; i < sizeof(edits) / sizeof(*edits); i++) {
        const char *mapped, *read;

        edit(site, "10.yaml",
                   apr_pstrcat(site->pool, base, edits[i].extra,
                               strstr(edits[i].extra, "groups")
                                   ? ""
                                   : "groups: { even: ~, all: ~ }\n",
                               NULL));
        mapped = faults(site);
        site->settings.kept = NULL;
        read = faults(site);
        site->settings.kept = shelf;
        ok(strstr(mapped, edits[i].words) != NULL, edits[i].extra);
        ok(strstr(read, edits[i].words) != NULL, "as when they are read");
        if (edits[i].all)
            is(mapped, read, "the same");
    }
    edit(site, "10.yaml",
               "ipxe: 1\nprofiles: { tool: { kernel: x }, other: { kernel: y } "
               "}\ngroups: { even: ~, all: ~ }\n");
    ok(strstr(faults(site), "no rule follows the action of host 'host5'") !=
           NULL,
       "nor does an action stay without its rule");
    ok(held && shared(held) == 2, "and the old set serves on");
    apr_pool_destroy(held->pool);
    edit(site, "10.yaml", rules_text);
}

/* What each set must read for itself is not compiled. */
static void test_unfit(site_t *site)
{
    static const char *const extras[] = {", secrets: { root: x }",
                                         ", vars: { x: \"{{ serial }}\" }"};
    ipxe_snapshot_t *set;
    apr_uint32_t number = 10;
    apr_size_t i;

    for (i = 0; i < 2; i++) {
        write_hosts(site, "30-hosts.yaml", HOSTS, "", extras[i]);
        forget(site);
        set = publish(site, ++number);
        if (!set)
            continue;
        apr_pool_destroy(set->pool);
        set = load_published(site, number);
        ok(set && set->rules->host_count == HOSTS + 1, extras[i]);
        if (set)
            apr_pool_destroy(set->pool);
    }
    write_hosts(site, "30-hosts.yaml", HOSTS, "", "");
}

/* A file that is cut, or another's, is not used: its hosts are read. */
static void test_damage(site_t *site, apr_pool_t *pool)
{
    static const char place[] = "/rules/003-30-hosts.yaml.compiled";
    ipxe_snapshot_t *set;
    apr_file_t *file;
    const char *path;

    forget(site);
    set = publish(site, 20);
    if (!set)
        return;
    path = apr_pstrcat(pool, site->sets, "/", set->generation, place, NULL);
    apr_pool_destroy(set->pool);
    apr_file_open(&file, path, APR_FOPEN_WRITE, APR_OS_DEFAULT, pool);
    apr_file_trunc(file, 100000);
    apr_file_close(file);
    set = load_published(site, 20);
    ok(set && shared(set) == 1 && ipxe_hosts_count(set->rules) == 2 * HOSTS + 1,
       "one that was cut is read");
    apr_pool_destroy(set->pool);
    forget(site);
    edit(site, "../none", "");
    apr_file_open(&file, path, APR_FOPEN_WRITE | APR_FOPEN_TRUNCATE,
                  APR_OS_DEFAULT, pool);
    apr_file_puts("nothing", file);
    apr_file_close(file);
    set = load_published(site, 20);
    ok(set && shared(set) == 1 && ipxe_hosts_count(set->rules) == 2 * HOSTS + 1,
       "and so is another's");
    apr_pool_destroy(set->pool);
    apr_file_remove(apr_pstrcat(site->pool, site->base, "/none", NULL),
                    site->pool);
}

/* ---- Threads ---- */

typedef struct asker_t {
    const site_t *site;
    int good;
} asker_t;

static void *APR_THREAD_FUNC ask_often(apr_thread_t *thread, void *data)
{
    asker_t *asker = data;
    const site_t *site = asker->site;
    int i;

    (void)thread;
    asker->good = 1;

    for (i = 0; i < 20; i++) {
        apr_pool_t *pool;
        ipxe_snapshot_t *set;
        const char *why;

        apr_pool_create_unmanaged_ex(&pool, NULL, NULL);
        set =
            ipxe_published_load(&why, ipxe_published_find(site->sets, 30, pool),
                                &site->settings, pool);
        asker->good &=
            set && strstr(ask(set, IPXE_ROUTE_EXPLAIN,
                              "platform=efi&arch=x86_64&asset=A+5", pool),
                          "host5") != NULL;
        apr_pool_destroy(pool);
    }
    return NULL;
}

static void test_threads(site_t *site, apr_pool_t *pool)
{
    apr_thread_t *threads[THREADS];
    asker_t askers[THREADS];
    ipxe_snapshot_t *set = publish(site, 30);
    apr_status_t status;
    int i, good = 1;

    apr_pool_destroy(set->pool);
    forget(site);
    for (i = 0; i < THREADS; i++) {
        askers[i].site = site;
        askers[i].good = 0;
        apr_thread_create(&threads[i], NULL, ask_often, &askers[i], pool);
    }
    for (i = 0; i < THREADS; i++) {
        apr_thread_join(&status, threads[i]);
        good &= askers[i].good;
    }
    ok(good, "threads open and ask at the same time");
    ok(ipxe_kept_count(site->settings.kept) == 0, "and leave nothing");
}

int main(void)
{
    apr_pool_t *pool = tap_start();
    site_t *site = make_site(pool);

    ipxe_settings_keep_hosts(&site->settings, pool);
    test_answers(site, pool);
    test_edits(site, pool);
    test_faults(site);
    test_unfit(site);
    test_damage(site, pool);
    test_threads(site, pool);
    ipxe_published_clean(site->sets, 0, pool);
    ok(apr_dir_remove(site->sets, pool) == APR_SUCCESS, "all is removed");
    remove_all(site->base, pool);
    return tap_end(pool);
}
