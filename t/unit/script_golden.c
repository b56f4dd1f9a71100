/* SPDX-License-Identifier: Apache-2.0 */
/* Scripts as machines get them: each case is one machine asking the rules of
 * t/golden/script/ (*.yaml), and its script is NAME.ipxe there (or NAME.grub).
 * With WRITE_GOLDEN=1 the files are written anew, to be looked at;
 * t/golden/run-in-ipxe runs them in a real iPXE. */
#include "rules/load.h"
#include "script/script.h"

#include <apr_file_io.h>
#include <stdlib.h>

#include "tap.h"

#define BASE   "http://10.0.0.1"
#define FOLDER "t/golden/script/"

#define ROWS(table) (sizeof(table) / sizeof((table)[0]))

/* ---- A world ---- */

static apr_time_t world_now(void *baton)
{
    (void)baton;
    return 0;
}

static const char *world_id(void *baton)
{
    (void)baton;
    return "r3q";
}

static const char *world_url(void *baton, const char *path, apr_pool_t *pool)
{
    (void)baton;
    if (strstr(path, "://"))
        return path;
    return apr_pstrcat(pool, BASE "/", ipxe_text_urlencode(path, "/", pool),
                       NULL);
}

static const char *world_answers(void *baton, const char *name,
                                 apr_pool_t *pool)
{
    (void)baton;
    return apr_pstrcat(pool, BASE "/ipxe/answers/TICKET/", name, NULL);
}

static const char *world_menu(void *baton, const char *menu, const char *item,
                              apr_pool_t *pool)
{
    (void)baton;
    return apr_pstrcat(pool, BASE "/ipxe/menu/TICKET/", menu, item ? "/" : "",
                       item ? item : "", NULL);
}

static const char *world_wait(void *baton, apr_pool_t *pool)
{
    (void)baton;
    (void)pool;
    return BASE "/ipxe/wait/TICKET";
}

static const char *world_entry(void *baton, apr_pool_t *pool)
{
    (void)baton;
    (void)pool;
    return BASE "/boot.ipxe";
}

static const ipxe_world_t world = {.now = world_now,
                                   .request_id = world_id,
                                   .url = world_url,
                                   .answers = world_answers,
                                   .menu = world_menu,
                                   .wait = world_wait,
                                   .entry = world_entry};

/* ---- The rules ---- */

typedef struct site_t {
    const ipxe_rules_t *rules;
    ipxe_diags_t *diags;
    apr_pool_t *pool;
} site_t;

static const char *path_of(const char *name, apr_pool_t *pool)
{
    const char *root = getenv("SRCDIR");

    return apr_pstrcat(pool, root ? root : ".", "/" FOLDER, name, NULL);
}

static ipxe_source_t *source_of(const char *name, apr_pool_t *pool)
{
    ipxe_source_t *source = NULL;

    ipxe_source_read(&source, path_of(name, pool), IPXE_MAX_TEMPLATE_FILE,
                     pool);
    return source;
}

static void say_diags(const ipxe_diags_t *diags, apr_pool_t *pool)
{
    int i;

    for (i = 0; i < diags->all->nelts; i++)
        tap_say(
            "diagnostic",
            ipxe_diag_text(APR_ARRAY_IDX(diags->all, i, ipxe_diag_t *), pool));
}

static int load(site_t *site, apr_pool_t *pool)
{
    static const char *const files[] = {"site.yaml", "words.yaml",
                                        "gates.yaml"};
    static const ipxe_language_t language = {NULL, 0, ipxe_script_place};
    ipxe_library_t *library = ipxe_library_make(&language, pool);
    ipxe_rules_input_t input = {0};
    apr_array_header_t *sources =
        apr_array_make(pool, 2, sizeof(const ipxe_source_t *));
    apr_size_t i;

    for (i = 0; i < ROWS(files); i++) {
        ipxe_source_t *rules = source_of(files[i], pool);

        if (!rules)
            return 0;
        rules->name = apr_pstrcat(pool, "rules/", files[i], NULL);
        APR_ARRAY_PUSH(sources, const ipxe_source_t *) = rules;
    }
    ipxe_library_add(library, "written.tmpl", source_of("written.tmpl", pool));
    input.sources = sources;
    input.library = library;
    site->pool = pool;
    site->diags = ipxe_diags_make(pool);
    site->rules = ipxe_rules_load(&input, site->diags, pool);
    say_diags(site->diags, pool);
    return site->rules != NULL;
}

/* ---- Cases ---- */

enum { DECIDE, IDENTIFY, AUTOEXEC, FAILURE, LOGIN, ASK, REFUSED };

typedef struct case_t {
    const char *name;
    const char *query;
    const char *path[4]; /* MENU ITEM MENU ITEM: choices after the rules */
    int what;
    ipxe_dialect_e dialect;
} case_t;

#define BIOS "platform=pcbios&arch=i386&cpu64=true&mac=52:54:00:00:00:01"
#define EFI  "platform=efi&arch=x86_64&mac=52:54:00:00:00:01"

static const case_t cases[] = {
    {"identify", "rack=7&note=a%20b%26c", {0}, IDENTIFY, 0},
    {"autoexec", "rack=7", {0}, AUTOEXEC, 0},
    {"failure", BIOS, {0}, FAILURE, 0},
    {"failure-efi", EFI, {0}, FAILURE, 0},
    {"linux", BIOS "&serial=LINUX%20${x}%20'y'%20%26%26", {0}, 0, 0},
    {"linux-efi", EFI "&serial=LINUX%201", {0}, 0, 0},
    {"two-initrds", BIOS "&serial=TWO", {0}, 0, 0},
    {"own-initrd", BIOS "&serial=OWN", {0}, 0, 0},
    {"many-words", BIOS "&serial=MANY", {0}, 0, 0},
    {"missing", BIOS "&serial=MISSING&rack=7", {0}, 0, 0},
    {"windows", BIOS "&serial=WINDOWS%201", {0}, 0, 0},
    {"windows-slash", EFI "&serial=WINDOWS/../1", {0}, 0, 0},
    {"program", EFI "&serial=PROGRAM", {0}, 0, 0},
    {"program-bios", BIOS "&serial=PROGRAM", {0}, 0, 0},
    {"disc", BIOS "&serial=DISC", {0}, 0, 0},
    {"disc-efi", EFI "&serial=DISC", {0}, 0, 0},
    {"san", BIOS "&serial=SAN", {0}, 0, 0},
    {"written", BIOS "&serial=WRITTEN%20${1}%20%26%26%20exit", {0}, 0, 0},
    {"menu", BIOS "&serial=MENU", {0}, 0, 0},
    {"menu-efi", EFI "&serial=MENU", {0}, 0, 0},
    {"sub-menu", BIOS "&serial=MENU", {"main", "more"}, 0, 0},
    {"chosen", BIOS "&serial=MENU", {"main", "more", "more", "linux"}, 0, 0},
    {"chosen-shell", BIOS "&serial=MENU", {"main", "shell"}, 0, 0},
    {"nothing", BIOS "&serial=NOTHING", {0}, 0, 0},
    {"silent", BIOS "&serial=SILENT", {0}, 0, 0},
    {"chain", BIOS "&serial=CHAIN&rack=7%26x%3D$%7By%7D", {0}, 0, 0},
    {"facts", BIOS "&serial=FACTS&rack=7%268", {0}, 0, 0},
    {"local", BIOS "&serial=LOCAL", {0}, 0, 0},
    {"local-efi", EFI "&serial=LOCAL", {0}, 0, 0},
    {"local-untold", "mac=52:54:00:00:00:01&serial=LOCAL", {0}, 0, 0},
    {"drive", BIOS "&serial=DRIVE", {0}, 0, 0},
    {"variable", BIOS "&serial=VARIABLE", {0}, 0, 0},
    {"hold", BIOS "&serial=HOLD&manufacturer=Acme%20${x}", {0}, 0, 0},
    {"deny", BIOS "&serial=DENY&manufacturer=Acme", {0}, 0, 0},
    {"none", BIOS "&serial=UNKNOWN%20${x}%20%26%26%20exit", {0}, 0, 0},
    {"shell", BIOS "&serial=SHELL", {0}, 0, 0},
    {"exit", BIOS "&serial=EXIT", {0}, 0, 0},
    {"poweroff", BIOS "&serial=POWEROFF", {0}, 0, 0},
    {"reboot", BIOS "&serial=REBOOT", {0}, 0, 0},
    {"login", BIOS "&serial=GATE", {"gated", "erase"}, LOGIN, 0},
    {"login-menu", BIOS "&serial=SHUT&rack=7", {"shut"}, LOGIN, 0},
    {"refused", BIOS "&serial=GATE", {"gated", "erase"}, REFUSED, 0},
    {"ask", BIOS "&serial=GATE%20${1}", {"gated", "asks"}, ASK, 0},
    {"identify", "rack=7", {0}, IDENTIFY, IPXE_DIALECT_GRUB},
    {"failure", EFI, {0}, FAILURE, IPXE_DIALECT_GRUB},
    {"boot", EFI "&serial=LINUX%20'1'", {0}, 0, IPXE_DIALECT_GRUB},
    {"menu", EFI "&serial=MENU", {0}, 0, IPXE_DIALECT_GRUB},
    {"local", EFI "&serial=LOCAL", {0}, 0, IPXE_DIALECT_GRUB},
    {"chain", EFI "&serial=CHAIN", {0}, 0, IPXE_DIALECT_GRUB},
    {"windows", EFI "&serial=WINDOWS", {0}, 0, IPXE_DIALECT_GRUB},
    {"gated", EFI "&serial=GATE", {0}, 0, IPXE_DIALECT_GRUB},
    {"login", EFI "&serial=SHUT", {"shut"}, LOGIN, IPXE_DIALECT_GRUB},
};

static ipxe_machine_t *machine_of(const char *query, apr_pool_t *pool)
{
    ipxe_machine_input_t input = {0};

    input.query = query;
    input.query_len = strlen(query);
    input.ip = "10.0.0.50";
    return ipxe_machine_parse(&input, pool);
}

/* Follows the case's choices from the rules' decision. */
static ipxe_decision_t *decide(const site_t *site, const case_t *one,
                               const ipxe_machine_t *machine)
{
    ipxe_decision_t *decision = NULL;
    int i;

    if (ipxe_rules_decide(&decision, site->rules, machine, &world, site->diags,
                          site->pool))
        return NULL;
    for (i = 0; i < 4 && one->path[i] && decision; i += 2) {
        const ipxe_menu_t *menu =
            apr_hash_get(site->rules->menus, one->path[i], APR_HASH_KEY_STRING);
        const ipxe_item_t *item = ipxe_menu_item(menu, one->path[i + 1]);
        ipxe_decision_t *next = NULL;

        ipxe_decision_choose(&next, decision, menu, item, site->diags,
                             site->pool);
        decision = next;
    }
    return decision;
}

static apr_status_t decided(ipxe_sink_t *sink, const site_t *site,
                            const case_t *one, const ipxe_writing_t *writing)
{
    const ipxe_decision_t *decision = decide(site, one, writing->machine);

    return decision ? ipxe_script_decision(sink, decision, writing)
                    : APR_EGENERAL;
}

static apr_status_t write_gate(ipxe_sink_t *sink, const site_t *site,
                               const case_t *one, ipxe_writing_t *writing)
{
    const ipxe_menu_t *menu =
        apr_hash_get(site->rules->menus, one->path[0], APR_HASH_KEY_STRING);
    const ipxe_item_t *item =
        one->path[1] ? ipxe_menu_item(menu, one->path[1]) : NULL;
    case_t top = *one;
    const ipxe_decision_t *decision;

    top.path[0] = NULL;
    decision = decide(site, &top, writing->machine);
    if (one->what == LOGIN)
        return ipxe_script_login(sink, decision, menu, item, writing);
    if (one->what == ASK)
        return ipxe_script_ask(sink, decision, menu, item, writing);
    writing->forget_password = 1;
    return ipxe_script_refused(sink, decision, menu, item, "Wrong password",
                               writing);
}

static apr_status_t write_case(ipxe_sink_t *sink, const site_t *site,
                               const case_t *one)
{
    ipxe_writing_t writing = {0};

    writing.dialect = one->dialect;
    writing.machine = machine_of(one->query, site->pool);
    writing.world = &world;
    writing.generation = "1-0123456789ab";
    writing.diags = site->diags;
    writing.pool = site->pool;
    if (one->what == IDENTIFY)
        return ipxe_script_identify(sink, &writing);
    if (one->what == AUTOEXEC)
        return ipxe_script_autoexec(sink, &writing);
    if (one->what == FAILURE)
        return ipxe_script_failure(
            sink,
            "rules/site.yaml:7:3: error: no such profile\n&& exit\n-1 "
            "is no number\n--x",
            &writing);
    if (one->what == LOGIN || one->what == ASK || one->what == REFUSED)
        return write_gate(sink, site, one, &writing);
    return decided(sink, site, one, &writing);
}

static const char *script_of(const site_t *site, const case_t *one)
{
    ipxe_text_t *text = ipxe_text_make(1024, site->pool);
    apr_status_t status =
        write_case(ipxe_sink_to_text(text, 0, site->pool), site, one);

    return status == APR_SUCCESS ? text->data : NULL;
}

/* ---- Golden files ---- */

static void write_golden(const char *name, const char *text, apr_pool_t *pool)
{
    apr_file_t *file;

    if (!text ||
        apr_file_open(&file, path_of(name, pool),
                      APR_FOPEN_WRITE | APR_FOPEN_CREATE | APR_FOPEN_TRUNCATE,
                      APR_FPROT_OS_DEFAULT, pool))
        return;
    apr_file_write_full(file, text, strlen(text), NULL);
    apr_file_close(file);
}

/* ---- What holds for every script ---- */

/* What a build may lack, or what may fail: the script goes on. */
static const char *const may_fail[] = {
    "boot",   "chain", "choose", "console", "cpuid",  "ifconf",  "imgfree",
    "initrd", "iseq",  "isset",  "kernel",  "menu",   "param",   "params",
    "prompt", "sleep", "shell",  "sanboot", "reboot", "poweroff",
    "login",  "read",  "clear"};
static const char *const cannot_fail[] = {"echo", "exit", "goto",
                                          "inc",  "item", "set"};

static int among(const char *word, const char *const *words, size_t n)
{
    size_t i;

    for (i = 0; i < n; i++) {
        if (strcmp(words[i], word) == 0)
            return 1;
    }
    return 0;
}

/* How many of the script's lines are the label. */
static int labels(const apr_array_header_t *lines, const char *label)
{
    int i, found = 0;

    for (i = 0; i < lines->nelts; i++) {
        const char *line = APR_ARRAY_IDX(lines, i, const char *);

        found += *line == ':' && strcmp(line + 1, label) == 0;
    }
    return found;
}

/* NULL, or what is wrong with a line of words. */
static const char *wrong_words(const apr_array_header_t *words,
                               const apr_array_header_t *lines)
{
    const char *first = APR_ARRAY_IDX(words, 0, const char *);
    int i, caught = 0;

    if (words->nelts > 200)
        return "too many words";
    for (i = 0; i < words->nelts; i++) {
        const char *word = APR_ARRAY_IDX(words, i, const char *);

        caught |= strcmp(word, "||") == 0;
        if (i &&
            strcmp(APR_ARRAY_IDX(words, i - 1, const char *), "goto") == 0 &&
            *word != '$' && labels(lines, word) != 1)
            return "goes to a label that does not stand once";
    }
    if (among(first, may_fail, ROWS(may_fail)))
        return caught ? NULL : "ends the script where it fails";
    return among(first, cannot_fail, ROWS(cannot_fail)) ? NULL
                                                        : "unknown command";
}

static const char *wrong_line(const char *line, const apr_array_header_t *lines,
                              apr_pool_t *pool)
{
    if (line[strlen(line) - 1] == '\\')
        return "goes on in the next line";
    if (*line == ':')
        return labels(lines, line + 1) == 1 ? NULL : "a label twice";
    return *line == '#' ? NULL
                        : wrong_words(ipxe_text_split(line, " ", pool), lines);
}

static void check_lines(const char *name, const char *script, apr_pool_t *pool)
{
    apr_array_header_t *lines = ipxe_text_split(script, "\n", pool);
    const char *wrong = NULL;
    int i;

    for (i = 0; i < lines->nelts && !wrong; i++)
        wrong = wrong_line(APR_ARRAY_IDX(lines, i, const char *), lines, pool);
    if (!ok(!wrong && strncmp(script, "#!ipxe\n# ", 9) == 0,
            apr_pstrcat(pool, name, " has no line that may end it", NULL)))
        tap_say(wrong ? wrong : "no head",
                wrong ? APR_ARRAY_IDX(lines, i - 1, const char *) : script);
}

static void check_case(const site_t *site, const case_t *one)
{
    const char *script = script_of(site, one);
    const char *name = apr_pstrcat(
        site->pool, one->name,
        one->dialect == IPXE_DIALECT_GRUB ? ".grub" : ".ipxe", NULL);
    ipxe_source_t *golden;

    if (!script)
        say_diags(site->diags, site->pool);
    if (getenv("WRITE_GOLDEN"))
        write_golden(name, script, site->pool);
    golden = source_of(name, site->pool);
    is(script, golden ? golden->text : "(no such file)", name);
    if (script && one->dialect == IPXE_DIALECT_IPXE &&
        strcmp(one->name, "written") != 0)
        check_lines(name, script, site->pool);
}

/* ---- What has no golden file ---- */

static void check_bad_local(const site_t *site)
{
    static const case_t bad = {"", BIOS "&serial=BAD", {0}, 0, 0};
    const ipxe_diag_t *diag;

    ok(script_of(site, &bad) == NULL, "a local_boot that is none fails");
    diag = ipxe_diags_first_error(site->diags);
    ok(diag && diag->code == IPXE_DIAG_BAD_VALUE, "with a diagnostic");
}

/* A script with a command line of about twice `bytes`, by a long serial. */
static apr_status_t try_length(ipxe_text_t *script, site_t *site, int bytes)
{
    char *fill = apr_palloc(site->pool, (apr_size_t)bytes + 1);
    case_t one = {0};

    memset(fill, 'x', (apr_size_t)bytes);
    fill[bytes] = '\0';
    one.query = apr_pstrcat(site->pool, BIOS "&serial=LONG&fill=", fill, NULL);
    site->diags = ipxe_diags_make(site->pool);
    ipxe_text_cut(script, 0);
    return write_case(ipxe_sink_to_text(script, 0, site->pool), site, &one);
}

static void check_lengths(site_t *site)
{
    ipxe_text_t *script = ipxe_text_make(4096, site->pool);
    const char *line;

    is_int(try_length(script, site, 900), APR_SUCCESS, "1800 bytes are taken");
    is_int(site->diags->warnings, 0, "without a warning");
    line = strstr(script->data, "\nkernel ");
    ok(line && strcspn(line + 1, "\n") > 1700, "and are the command line");
    is_int(try_length(script, site, 960), APR_SUCCESS, "1920 are taken");
    is_int(site->diags->warnings, 1, "with a warning");
    ok(try_length(script, site, 1023) != APR_SUCCESS, "2051 are too many");
    is_int(site->diags->errors, 1, "with an error");
}

int main(void)
{
    apr_pool_t *pool = tap_start();
    site_t site;
    size_t i;

    if (ok(load(&site, pool), "the rules load")) {
        for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
            check_case(&site, &cases[i]);
        check_bad_local(&site);
        check_lengths(&site);
    }
    return tap_end(pool);
}
