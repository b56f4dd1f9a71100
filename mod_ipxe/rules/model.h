/* SPDX-License-Identifier: Apache-2.0 */
/* A rule set: what an operator wrote, read, linked and checked.
 *
 *     profiles:
 *       memtest:
 *         title: Memory test
 *         kernel: { pcbios: tools/memtest.bin, efi: tools/memtest.efi }
 *     rules:
 *       - name: burn-in line
 *         when: { serial: "QC-*" }
 *         boot: memtest
 *
 * All of it is immutable once loaded, lives in the pool of the set, and any
 * thread may read it. All texts are the operator's. The language is described
 * in docs/rules.md. */
#ifndef IPXE_RULES_MODEL_H
#define IPXE_RULES_MODEL_H

#include <apr_hash.h>

#include "base/diag.h"
#include "machine/machine.h"
#include "rules/host_provider.h"
#include "template/template.h"

/* A text of a rule file that may hold {{ }}. */
typedef struct ipxe_phrase_t {
    const ipxe_template_t *compiled;
    const char *written; /* as it stands in the file, unquoted */
    ipxe_span_t span;
} ipxe_phrase_t;

typedef struct ipxe_vars_t ipxe_vars_t;   /* names and values: rules/vars.h */
typedef struct ipxe_cond_t ipxe_cond_t;   /* a `when`: rules/cond.h */
typedef struct ipxe_index_t ipxe_index_t; /* rules/index.h */

/* ---- Actions: what stands in a rule, a host, a group or a menu item ---- */

typedef enum ipxe_action_e {
    IPXE_ACTION_NONE, /* a rule with only `set`; no rule matched */
    IPXE_ACTION_BOOT,
    IPXE_ACTION_MENU,
    IPXE_ACTION_FOLLOW,
    IPXE_ACTION_SCRIPT,
    IPXE_ACTION_CHAIN,
    IPXE_ACTION_LOCAL,
    IPXE_ACTION_HOLD,
    IPXE_ACTION_DENY,
    IPXE_ACTION_SHELL,
    IPXE_ACTION_EXIT,
    IPXE_ACTION_POWEROFF,
    IPXE_ACTION_REBOOT,
    IPXE_ACTION_COUNT
} ipxe_action_e;

struct ipxe_profile_t;
struct ipxe_menu_t;

typedef struct ipxe_action_t {
    ipxe_action_e kind;
    ipxe_span_t span;
    const ipxe_phrase_t *value; /* the name, URL, file or text; for `local` a
                                   drive ("0x81") or NULL; else NULL */
    const struct ipxe_profile_t *profile; /* of boot; NULL while the name has
                                             {{ }} and is not decided yet */
    const struct ipxe_menu_t *menu;       /* of menu; likewise */
    const ipxe_template_t *script;        /* of script; likewise */
} ipxe_action_t;

/* "boot", "menu", ...: the key in YAML, and the word in logs. */
const char *ipxe_action_name(ipxe_action_e kind);

/* ---- Profiles ---- */

/* A file that iPXE loads: a path below the DocumentRoot or a URL. */
typedef struct ipxe_file_t {
    const ipxe_phrase_t *file;
    const ipxe_phrase_t *name; /* the image's name, or NULL: the path's last */
    const ipxe_phrase_t *at;   /* where it stands in the initrd, or NULL */
    const ipxe_phrase_t *mode; /* "755", with `at`; or NULL */
} ipxe_file_t;

/* An answer file: served under `name`, made from the template. */
typedef struct ipxe_served_t {
    const char *name;
    const ipxe_template_t *compiled;
    const char *path; /* of the template below IPXETemplates */
    ipxe_span_t span; /* where it is named */
} ipxe_served_t;

/* How a profile boots; the first of these that fits the machine is taken. */
typedef enum ipxe_way_e {
    IPXE_WAY_SCRIPT,  /* `script: FILE` is the whole script */
    IPXE_WAY_WIMBOOT, /* `wimboot:` files with wimboot (`kernel`, by default
                         the path "wimboot") as the kernel */
    IPXE_WAY_KERNEL,  /* `kernel`, `initrd`, `args` */
    IPXE_WAY_EFI,     /* `efi:` a UEFI program, `args` */
    IPXE_WAY_ISO,     /* `iso:` by memdisk (`memdisk:`, by default the path
                         "memdisk") on BIOS, by sanboot on UEFI */
    IPXE_WAY_SANBOOT  /* `sanboot:` a URL */
} ipxe_way_e;

/* An item of `args`, or several that stand together and say the same to every
 * machine. */
typedef struct ipxe_words_t {
    const ipxe_phrase_t *phrase; /* to render; NULL: `text` is ready */
    const char *text;            /* the words, parted by a blank each */
    int count;                   /* of them */
    int initrd;                  /* one is `initrd`, or `initrd=...` */
} ipxe_words_t;

/* What of a profile fits a machine's platform and processor. */
typedef struct ipxe_boot_t {
    ipxe_way_e way;
    const ipxe_template_t *script;
    const ipxe_phrase_t *kernel; /* or the UEFI program, the SAN; wimboot or
                                    memdisk of those ways. NULL: SCRIPT */
    const apr_array_header_t *initrds; /* of ipxe_file_t, wimboot's files too */
    const apr_array_header_t *args;    /* of ipxe_words_t, base first;
                                          an item's value is a word, words
                                          parted by blanks, or a list */
    const apr_array_header_t *without; /* of const char *: names of words that
                                          are taken away ("ip", "quiet") */
    const apr_array_header_t *served;  /* of ipxe_served_t */
    const ipxe_phrase_t *tree;         /* or NULL */
    const ipxe_phrase_t *iso;          /* or NULL: as profile.iso too */
} ipxe_boot_t;

/* `report`: how an installer tells of a stage, by the kind of script that does
 * it ("sh", "python", "powershell", "cmd"). In a command `report_url` is the
 * stage's address. */
typedef struct ipxe_reporter_t {
    const char *kind;
    const ipxe_phrase_t *command;
} ipxe_reporter_t;

typedef struct ipxe_reporting_t {
    int none; /* `report: none`: it never does */
    const apr_array_header_t *reporters; /* of ipxe_reporter_t */
} ipxe_reporting_t;

typedef struct ipxe_profile_t {
    const char *name;
    const ipxe_phrase_t *title; /* never NULL: the name where none is given */
    ipxe_span_t span;
    const char *installer;           /* the family's name, or NULL */
    int install;                     /* it wipes a disk */
    int tries;                       /* answer files fetched without
                                        `installed`, before it is held */
    const ipxe_reporting_t *report;  /* how it reports; NULL: not said */
    const ipxe_cond_t *when;         /* machines that it is for, or NULL */
    const ipxe_vars_t *vars;         /* its own and its bases', merged */
    const ipxe_vars_t *family_vars;  /* its installer's; below the site's */
    int extended;                    /* another profile extends it */
    const apr_array_header_t *cases; /* private: rules/recipe.h */
} ipxe_profile_t;

/* ---- Menus ---- */

/* What a person who chooses an item is asked on the console. */
typedef struct ipxe_ask_t {
    const char *var;               /* the variable that the answer sets */
    const ipxe_phrase_t *prompt;   /* never NULL */
    const ipxe_phrase_t *fallback; /* what stands there to be changed, and
                                      counts where nothing is sent; or NULL */
    ipxe_span_t span;
} ipxe_ask_t;

typedef struct ipxe_item_t {
    const char *name;           /* NULL for a separator */
    const ipxe_phrase_t *title; /* the line shown; never NULL */
    char key;                   /* or 0 */
    int separator;
    ipxe_action_t action;
    const ipxe_cond_t *when; /* or NULL */
    const ipxe_vars_t *set;  /* or NULL */
    const apr_array_header_t *asks;         /* of ipxe_ask_t, or NULL */
    const struct ipxe_password_t *password; /* or NULL */
    ipxe_span_t span;
} ipxe_item_t;

typedef struct ipxe_menu_t {
    const char *name;
    const ipxe_phrase_t *title;      /* never NULL */
    apr_int64_t timeout;             /* milliseconds; 0: none */
    const char *chosen;              /* `default`: an item's name, or NULL */
    const ipxe_phrase_t *background; /* or NULL */
    const apr_array_header_t *items; /* of ipxe_item_t */
    const struct ipxe_password_t *password; /* rules/password.h; or NULL */
    ipxe_span_t span;
} ipxe_menu_t;

/* ---- Hosts and groups ---- */

typedef struct ipxe_group_t {
    const char *name;
    const apr_array_header_t *groups; /* of const struct ipxe_group_t *: it is
                                         in these too */
    const ipxe_vars_t *vars;          /* or NULL */
    ipxe_action_t action;             /* kind NONE: none */
    ipxe_span_t span;
} ipxe_group_t;

typedef struct ipxe_host_t {
    const char *name;
    const char *macs; /* in normal form, parted by blanks; or NULL */
    const char *uuid, *serial, *manufacturer, *asset; /* normal, or NULL */
    const apr_array_header_t *groups; /* of const ipxe_group_t *, as listed,
                                         each followed by those it is in;
                                         hosts with the same share it */
    const apr_array_header_t *layers; /* the same groups, that whose variables
                                         count least first: what a group is
                                         in stands before it */
    const ipxe_vars_t *vars;          /* or NULL */
    const ipxe_action_t *action;      /* never NULL; kind NONE: none */
    ipxe_span_t span;
} ipxe_host_t;

/* ---- Rules ---- */

typedef struct ipxe_rule_t {
    const char *name;        /* never NULL: "rule N" where none is given */
    int index;               /* from 0, over all files */
    const ipxe_cond_t *when; /* NULL: always */
    const ipxe_vars_t *set;  /* or NULL */
    ipxe_action_t action;    /* kind NONE: only `set` */
    int carry_on;            /* continue: true */
    int reinstall_always;    /* reinstall: always */
    int percent;             /* of machines that it is for; 100: all */
    const struct ipxe_window_t *window; /* between, days; or NULL: always */
    const struct ipxe_limit_t *limit;   /* rules/limit.h; or NULL: none */
    ipxe_span_t span;
    const char *place; /* of the span, for comments: "10-site.yaml:12" in
                          printable ASCII */
} ipxe_rule_t;

/* ---- The whole ---- */

typedef struct ipxe_rules_t {
    const ipxe_vars_t *vars;  /* `vars`, then the settings' */
    apr_hash_t *profiles;     /* name -> const ipxe_profile_t * */
    apr_hash_t *menus;        /* name -> const ipxe_menu_t * */
    apr_hash_t *groups;       /* name -> const ipxe_group_t * */
    const ipxe_host_t *hosts; /* host_count of them, one by one */
    int host_count;
    const apr_array_header_t *rules; /* of const ipxe_rule_t *, in order */
    const apr_array_header_t *ignored_macs, *ignored_uuids; /* const char * */
    const ipxe_index_t *index;           /* of the rules; NULL: all are tried */
    struct ipxe_host_keys_t *host_keys;  /* private: rules/hosts.c */
    const apr_array_header_t *mapped; /* private: hosts of compiled files
                                         (rules/mapped.h), which are beside
                                         those above */
    ipxe_facts_t host_facts; /* by which facts all these are found */
    const apr_array_header_t *providers; /* of const ipxe_host_provider_t *: of
                                            hosts, in the order in which they
                                            are asked; NULL among them stands
                                            for the hosts above */
    ipxe_library_t *library;
} ipxe_rules_t;

#endif
