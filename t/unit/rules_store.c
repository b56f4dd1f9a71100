/* SPDX-License-Identifier: Apache-2.0 */
/* A fleet in an LMDB file: what it finds, what it refuses, what it says of a
 * file that is none; and that it finds what rule files would. */
#include "rules/hosts_store.h"

#include <apr_atomic.h>
#include <apr_file_io.h>
#include <apr_thread_proc.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/limits.h"
#include "rules/hosts_edit.h"
#include "rules/hosts_record.h"
#include "t/unit/rules_help.h"

static char folder[] = "/tmp/ipxe-store-XXXXXX";

static const char *path_of(const char *name, apr_pool_t *pool)
{
    return apr_pstrcat(pool, folder, "/", name, NULL);
}

/* A host of its YAML, as an edit takes it. */
static const ipxe_host_t *bind_text(ipxe_text_t *text, const char *yaml,
                                    ipxe_diags_t *diags, apr_pool_t *pool)
{
    ipxe_library_t *library = ipxe_library_make(&help_language, pool);
    const ipxe_host_t *host = NULL;
    ipxe_yaml_t *node;

    ipxe_yaml_parse(&node, ipxe_source_make("in", yaml, strlen(yaml), pool),
                    diags, pool);
    if (node &&
        ipxe_host_bind(&host, node, library, diags, pool) == APR_SUCCESS)
        ipxe_host_write(text, node);
    return host;
}

/* Puts one; "" or the first error. */
static const char *put(ipxe_host_edit_t *edit, const char *yaml,
                       apr_pool_t *pool)
{
    ipxe_diags_t *diags = ipxe_diags_make(pool);
    ipxe_text_t *text = ipxe_text_make(64, pool);
    const ipxe_host_t *host = bind_text(text, yaml, diags, pool);

    if (host)
        ipxe_host_edit_put(edit, host, text->data, text->len, diags);
    return diags->errors ? ipxe_diags_first_error(diags)->message : "";
}

static ipxe_host_edit_t *begin(const char *path, apr_pool_t *pool)
{
    ipxe_diags_t *diags = ipxe_diags_make(pool);
    ipxe_host_edit_t *edit = NULL;

    if (ipxe_host_edit_begin(&edit, path, diags, pool) != APR_SUCCESS)
        tap_say("error", ipxe_diags_first_error(diags)->message);
    return edit;
}

static void commit(ipxe_host_edit_t *edit, apr_pool_t *pool)
{
    ok(ipxe_host_edit_commit(edit, ipxe_diags_make(pool)) == APR_SUCCESS,
       "it is written");
}

static const apr_array_header_t *providers_of(ipxe_host_store_t *store,
                                              apr_pool_t *pool)
{
    apr_array_header_t *providers =
        apr_array_make(pool, 2, sizeof(const ipxe_host_provider_t *));

    APR_ARRAY_PUSH(providers, const ipxe_host_provider_t *) = NULL;
    APR_ARRAY_PUSH(providers, const ipxe_host_provider_t *) =
        ipxe_host_store_provider(store);
    return providers;
}

static help_t *with_store(ipxe_host_store_t *store, const char *yaml,
                          apr_pool_t *pool)
{
    help_t *help = help_make(pool);

    help->providers = providers_of(store, pool);
    if (!help_load(help, yaml))
        tap_say("diagnostics", help_diags(help));
    ipxe_library_finish(help->library);
    return help;
}

/* ---- One file ---- */

static const struct {
    const char *yaml, *says;
} puts_[] = {
    {"{ name: web01, mac: [ 02-00-00-00-00-01, 0200.0000.0002 ], "
     "groups: web, vars: { n: 007 } }",
     ""},
    {"{ name: db01, serial: SN  1, manufacturer: Acme }", ""},
    {"{ name: db02, serial: sn 1, manufacturer: Other }", ""},
    {"{ name: both, uuid: 11112222-3333-4444-5555-666677778888, asset: A7 }",
     ""},
    {"{ name: thief, mac: 02:00:00:00:00:02 }",
     "mac 02:00:00:00:00:02 is claimed by two hosts, 'web01' and 'thief'"},
    {"{ name: thief, serial: SN 1 }",
     "serial sn 1 is claimed by two hosts, 'db01' and 'thief'"},
    {"{ name: thief, serial: SN 1, manufacturer: OTHER }",
     "serial sn 1 is claimed by two hosts, 'db02' and 'thief'"},
    {"{ name: thief, asset: a7 }",
     "asset a7 is claimed by two hosts, 'both' and 'thief'"},
    {"{ name: twice, mac: [ 02:00:00:00:00:09, 020000000009 ] }",
     "02:00:00:00:00:09 stands twice at host 'twice'"},
    {"{ name: no/name, mac: 02:00:00:00:00:09 }",
     "'no/name' cannot be the name of a host"},
    {"{ name: nobody }", "nothing tells which machine host 'nobody' is"},
    {"{ name: web02, mac: 02:00:00:00:00:03, boot: memtest }", ""},
    {"{ name: keeps, mac: 02:00:00:00:00:04, secrets: { p: 'file:x' } }",
     "cannot read 'x': files are not read here"},
};

static void write_first(const char *path, apr_pool_t *pool)
{
    ipxe_host_edit_t *edit = begin(path, pool);
    apr_size_t i;

    for (i = 0; i < sizeof(puts_) / sizeof(*puts_); i++)
        is(put(edit, puts_[i].yaml, pool), puts_[i].says, puts_[i].yaml);
    commit(edit, pool);
}

static const struct {
    const char *query, *host;
} finds[] = {
    {"mac=020000000001", "web01"},
    {"mac=020000000009&mac1=020000000002", "web01"},
    {"serial=sN%201&manufacturer=acme", "db01"},
    {"serial=SN%201&manufacturer=Other", "db02"},
    {"serial=SN%201&manufacturer=None+such", "-"},
    {"serial=SN%201", "-"},
    {"uuid=11112222-3333-4444-5555-666677778888", "both"},
    {"asset=a7", "both"},
    {"mac=020000000001&asset=A7", "web01/both"},
    {"mac=020000000077", "-"},
    {"", "-"},
};

static const char rules[] = "profiles: { memtest: { kernel: memtest } }\n"
                            "groups: { web: { vars: { role: web } } }\n"
                            "rules: [ { follow: host }, { local: true } ]\n";

static void test_finds(ipxe_host_store_t *store, apr_pool_t *pool)
{
    help_t *help = with_store(store, rules, pool);
    apr_size_t i;

    for (i = 0; i < sizeof(finds) / sizeof(*finds); i++)
        is(help_found(help, finds[i].query), finds[i].host, finds[i].query);
    is(help_outcome(help, "mac=020000000003"), "boot memtest", "its action");
    is(help_say(help, help_decide(help, "mac=020000000001"),
                "{{ role }} {{ n }}"),
       "web 007", "its variables, and its group's");
    is_int(help_decide(help, "mac=020000000077")->untold,
           IPXE_HOST_FACTS & ~IPXE_FACT_BIT(IPXE_FACT_MAC),
           "all by which its hosts are told");
}

/* The name of every host, and how many there are. */
static apr_status_t add_name(void *baton, const char *name,
                             const ipxe_source_t *text, apr_pool_t *scratch)
{
    (void)text;
    (void)scratch;
    ipxe_text_addf(baton, "%s ", name);
    return APR_SUCCESS;
}

static const char *all_names(ipxe_host_store_t *store, apr_pool_t *pool)
{
    const ipxe_host_provider_t *provider = ipxe_host_store_provider(store);
    ipxe_diags_t *diags = ipxe_diags_make(pool);
    ipxe_text_t *names = ipxe_text_make(64, pool);

    provider->each(provider->baton, add_name, names, diags, pool);
    return names->data;
}

/* LMDB files are open once in a process: another writes. */
static int in_child(void (*act)(const char *path, apr_pool_t *pool),
                    const char *path, apr_pool_t *pool)
{
    apr_proc_t child;
    int code;
    apr_exit_why_e why;

    fflush(stdout);
    if (apr_proc_fork(&child, pool) == APR_INCHILD) {
        apr_pool_t *own;

        /* its tests are not of this count */
        if (!freopen("/dev/null", "w", stdout))
            _exit(4);
        tap_failed = 0;
        apr_pool_create_unmanaged(&own);
        act(path, own);
        _exit(tap_failed != 0);
    }
    apr_proc_wait(&child, &code, &why, APR_WAIT);
    return code == 0 && APR_PROC_CHECK_EXIT(why);
}

static void change(const char *path, apr_pool_t *pool)
{
    ipxe_diags_t *diags = ipxe_diags_make(pool);
    ipxe_host_edit_t *edit = begin(path, pool);
    const ipxe_source_t *text;
    int gone, never;

    if (*put(edit, "{ name: web01, mac: 02:00:00:00:00:05 }", pool) ||
        *put(edit, "{ name: new, mac: 02:00:00:00:00:01 }", pool))
        _exit(1);
    ipxe_host_edit_remove(&gone, edit, "both", diags);
    ipxe_host_edit_remove(&never, edit, "never", diags);
    ipxe_host_edit_get(&text, edit, "web01", diags, pool);
    if (!gone || never || diags->errors || !text ||
        !strstr(text->text, "02:00:00:00:00:05"))
        _exit(2);
    if (ipxe_host_edit_commit(edit, diags) != APR_SUCCESS)
        _exit(3);
}

static void test_change(ipxe_host_store_t *store, const char *path,
                        apr_pool_t *pool)
{
    help_t *help = with_store(store, rules, pool);

    is(all_names(store, pool), "both db01 db02 web01 web02 ", "all there are");
    ok(in_child(change, path, pool), "another process changes them");
    is(help_found(help, "mac=020000000001"), "new", "a card goes to another");
    is(help_found(help, "mac=020000000002"), "-", "one is forgotten");
    is(help_found(help, "mac=020000000005"), "web01", "one is new");
    is(help_found(help, "asset=A7"), "-", "a host is gone");
    is(all_names(store, pool), "db01 db02 new web01 web02 ", "and all see it");
    is_int(help_decide(help, "mac=020000000077")->untold &
               (IPXE_FACT_BIT(IPXE_FACT_ASSET) | IPXE_FACT_BIT(IPXE_FACT_UUID)),
           0, "nobody is told by what it had");
}

static void test_file(apr_pool_t *pool)
{
    const char *path = path_of("hosts.mdb", pool);
    ipxe_host_store_t *store = ipxe_host_store_make(path, pool);

    write_first(path, pool);
    ok(ipxe_host_store_check(path, ipxe_diags_make(pool), pool) == APR_SUCCESS,
       "it begins as such a file does");
    ok(ipxe_host_store_open(store, ipxe_diags_make(pool)) == APR_SUCCESS,
       "it is opened");
    test_finds(store, pool);
    test_change(store, path, pool);
}

/* ---- Files that are none ---- */

static void write_file(const char *path, const char *text, apr_size_t len,
                       apr_pool_t *pool)
{
    apr_file_t *file;

    apr_file_open(&file, path,
                  APR_FOPEN_WRITE | APR_FOPEN_CREATE | APR_FOPEN_TRUNCATE,
                  APR_FPROT_OS_DEFAULT, pool);
    apr_file_write_full(file, text, len, NULL);
    apr_file_close(file);
}

static const char *refusal(const char *path, int open, apr_pool_t *pool)
{
    ipxe_diags_t *diags = ipxe_diags_make(pool);

    if (open)
        ipxe_host_store_open(ipxe_host_store_make(path, pool), diags);
    else
        ipxe_host_store_check(path, diags, pool);
    return diags->errors ? strstr(ipxe_diags_first_error(diags)->message, ": ")
                         : "fine";
}

static void copy_first(const char *from, const char *to, apr_off_t len,
                       apr_pool_t *pool)
{
    apr_file_t *file;

    apr_file_copy(from, to, APR_FPROT_OS_DEFAULT, pool);
    apr_file_open(&file, to, APR_FOPEN_WRITE, APR_FPROT_OS_DEFAULT, pool);
    apr_file_trunc(file, len);
    apr_file_close(file);
}

static void test_none(apr_pool_t *pool)
{
    const char *good = path_of("hosts.mdb", pool);
    const char *bad = path_of("bad.mdb", pool);
    char text[8192];
    int open;

    memset(text, 'x', sizeof(text));
    for (open = 0; open < 2; open++) {
        apr_file_remove(bad, pool);
        is(refusal(bad, open, pool), ": there is no such file", "no file");
        write_file(bad, "", 0, pool);
        is(refusal(bad, open, pool), ": it is no LMDB file", "an empty one");
        write_file(bad, text, sizeof(text), pool);
        is(refusal(bad, open, pool), ": it is no LMDB file", "any other");
        is(refusal(folder, open, pool), ": it is no LMDB file", "a folder");
    }
    copy_first(good, bad, 12288, pool);
    is(refusal(bad, 1, pool), ": it is damaged", "one that was cut");
}

static void test_replaced(apr_pool_t *pool)
{
    const char *good = path_of("hosts.mdb", pool);
    const char *path = path_of("moved.mdb", pool);
    ipxe_host_store_t *store = ipxe_host_store_make(path, pool);
    help_t *help = with_store(store, rules, pool);

    is(help_found(help, "mac=020000000001"),
       apr_pstrcat(pool, "! cannot read the hosts in 'moved.mdb",
                   "': there is no such file", NULL),
       "a file that is not there is told");
    apr_file_copy(good, path, APR_FPROT_OS_DEFAULT, pool);
    is(help_found(help, "mac=020000000001") + 2,
       apr_pstrcat(pool, "cannot read the hosts in 'moved.mdb",
                   "': there is no such file", NULL),
       "within the second it is not looked at again");
    apr_sleep(IPXE_HOSTS_LOOK + 1000);
    is(help_found(help, "mac=020000000001"), "new", "then it is opened");
    apr_file_remove(path, pool);
    apr_sleep(IPXE_HOSTS_LOOK + 1000);
    ok(*help_found(help, "mac=020000000001") == '!', "it was taken away");
    ok(in_child(write_first, path, pool), "another takes its place");
    apr_sleep(IPXE_HOSTS_LOOK + 1000);
    is(help_found(help, "mac=020000000001"), "web01", "which is read");
}

/* ---- Many at once ---- */

#define THREADS 4

/* A thread that searches until it is told to stop. */
typedef struct seeker_t {
    const ipxe_host_provider_t *provider;
    const volatile apr_uint32_t *stop;
    int found, wrong;
} seeker_t;

static void *APR_THREAD_FUNC seek(apr_thread_t *thread, void *data)
{
    static const ipxe_host_key_t key = {IPXE_FACT_MAC, "02:00:00:00:00:01"};
    seeker_t *seeker = data;
    apr_pool_t *pool;

    (void)thread;
    apr_pool_create_unmanaged(&pool);
    while (!apr_atomic_read32((volatile apr_uint32_t *)seeker->stop)) {
        apr_array_header_t *hits =
            apr_array_make(pool, 2, sizeof(ipxe_host_hit_t));
        apr_status_t status =
            seeker->provider->find(hits, seeker->provider->baton, &key, 1,
                                   ipxe_diags_make(pool), pool);

        if (status == APR_SUCCESS && hits->nelts == 1)
            seeker->found++;
        else
            seeker->wrong++;
        apr_pool_clear(pool);
    }
    apr_pool_destroy(pool);
    return NULL;
}

static void test_threads(apr_pool_t *pool)
{
    const char *good = path_of("hosts.mdb", pool);
    const char *path = path_of("busy.mdb", pool);
    const char *fresh = path_of("fresh.mdb", pool);
    ipxe_host_store_t *store = ipxe_host_store_make(path, pool);
    volatile apr_uint32_t stop = 0;
    seeker_t seekers[THREADS];
    apr_thread_t *threads[THREADS];
    apr_status_t status;
    int i, found = 0, wrong = 0;

    apr_file_copy(good, path, APR_FPROT_OS_DEFAULT, pool);
    for (i = 0; i < THREADS; i++) {
        memset(&seekers[i], 0, sizeof(seekers[i]));
        seekers[i].provider = ipxe_host_store_provider(store);
        seekers[i].stop = &stop;
        apr_thread_create(&threads[i], NULL, seek, &seekers[i], pool);
    }
    for (i = 0; i < 8; i++) {
        apr_sleep(IPXE_HOSTS_LOOK / 3);
        apr_file_copy(good, fresh, APR_FPROT_OS_DEFAULT, pool);
        apr_file_rename(fresh, path, pool);
    }
    apr_atomic_set32(&stop, 1);
    for (i = 0; i < THREADS; i++) {
        apr_thread_join(&status, threads[i]);
        found += seekers[i].found;
        wrong += seekers[i].wrong;
    }
    is_int(wrong, 0, "no search fails while the file is replaced");
    ok(found > THREADS, "by many at once");
    printf("# %d searches\n", found);
}

/* ---- The same as rule files ---- */

static unsigned seed = 20261122;

static unsigned next_random(unsigned below)
{
    seed = seed * 1103515245u + 12345u;
    return (seed >> 16) % below;
}

/* "&asset=a7" of a machine's query, ", asset: a7" of a host's text. */
static void add_key(ipxe_text_t *text, int machine, const char *name,
                    const char *value)
{
    ipxe_text_addf(text, machine ? "&%s=%s" : ", %s: %s", name, value);
}

static const char *number(const char *before, unsigned n, apr_pool_t *pool)
{
    return apr_psprintf(pool, "%s%02u", before, n);
}

/* Of few values, so that machines meet hosts and hosts each other. */
static const char *random_keys(int machine, apr_pool_t *pool)
{
    static const char *const makers[] = {"Acme", "acme", "Other"};
    ipxe_text_t *text = ipxe_text_make(64, pool);

    if (next_random(3))
        add_key(text, machine, "mac",
                number("0200000000", next_random(60), pool));
    if (machine && next_random(3) == 0)
        add_key(text, machine, "mac1",
                number("0200000000", next_random(60), pool));
    if (next_random(4) == 0)
        add_key(text, machine, "uuid",
                number("11112222-3333-4444-5555-6666777788", next_random(60),
                       pool));
    if (next_random(3) == 0) {
        add_key(text, machine, "serial",
                number(machine ? "s" : "S", next_random(40), pool));
        if (next_random(2))
            add_key(text, machine, "manufacturer", makers[next_random(3)]);
    }
    if (next_random(4) == 0)
        add_key(text, machine, "asset",
                number(machine ? "A" : "a", next_random(40), pool));
    return text->data;
}

/* A fleet in rule files and in a file; what one refuses the other has to. */
static void test_same(int round, apr_pool_t *pool)
{
    const char *path = path_of(apr_psprintf(pool, "same%d.mdb", round), pool);
    ipxe_host_edit_t *edit = begin(path, pool);
    ipxe_text_t *yaml = ipxe_text_make(4096, pool);
    int i, hosts = 0, differ = 0, refused = 0, pairs = 0;
    help_t *files, *store;

    ipxe_text_add(yaml, rules);
    ipxe_text_add(yaml, "hosts:\n");
    for (i = 0; i < 80; i++) {
        const char *host =
            apr_psprintf(pool, "{ name: h%d, vars: { n: %d }%s }", i, i,
                         random_keys(0, pool));
        const char *says = put(edit, host, pool);

        if (*says && strstr(says, "nothing tells"))
            continue;
        if (!*says) {
            ipxe_text_addf(yaml, "  - %s\n", host);
            hosts++;
            continue;
        }
        refused++;
        if (!strstr(
                help_slugs(apr_psprintf(pool, "%s  - %s\n", yaml->data, host),
                           pool),
                "host-conflict"))
            differ++;
    }
    commit(edit, pool);
    is_int(differ, 0, "both refuse the same hosts");
    files = help_rules(yaml->data, pool);
    store = with_store(ipxe_host_store_make(path, pool), rules, pool);
    for (i = 0; i < 2000; i++) {
        const char *query = random_keys(1, pool);
        const char *a = help_found(files, *query ? query + 1 : query);
        const char *b = help_found(store, *query ? query + 1 : query);

        pairs += strcmp(a, "-") != 0;
        if (strcmp(a, b) != 0 && differ++ < 3)
            printf("# %s: %s, not %s\n", query, b, a);
        if (help_decide(files, *query ? query + 1 : query)->untold !=
            help_decide(store, *query ? query + 1 : query)->untold)
            differ++;
    }
    is_int(differ, 0, "both find the same hosts");
    printf("# %d hosts, %d refused, 2000 machines, %d of them known\n", hosts,
           refused, pairs);
}

int main(void)
{
    apr_pool_t *pool = tap_start(), *round;
    int i;

    if (!mkdtemp(folder))
        return 1;
    test_file(pool);
    test_none(pool);
    test_replaced(pool);
    test_threads(pool);
    for (i = 0; i < 10; i++) {
        apr_pool_create(&round, pool);
        test_same(i, round);
        apr_pool_destroy(round);
    }
    if (system(apr_pstrcat(pool, "rm -r ", folder, NULL)) != 0)
        printf("# %s stays\n", folder);
    return tap_end(pool);
}
