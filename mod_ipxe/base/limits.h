/* SPDX-License-Identifier: Apache-2.0 */
/* Every limit, with its reason. */
#ifndef IPXE_BASE_LIMITS_H
#define IPXE_BASE_LIMITS_H

/* Files. A rule file of a large fleet in YAML is some 170 MB; a template is
 * text that people wrote. */
#define IPXE_MAX_RULE_FILE     (512u * 1024 * 1024)
#define IPXE_MAX_TEMPLATE_FILE (4u * 1024 * 1024)
#define IPXE_MAX_FOLDER_DEPTH  16 /* a link may lead in a circle */

/* A file of hosts from this size on, some 1,500 of them, is kept from rule set
 * to rule set: smaller ones are read within milliseconds. */
#define IPXE_KEPT_BYTES (256u * 1024)

/* YAML. libyaml is quadratic in depth; aliases multiply. */
#define IPXE_MAX_YAML_DEPTH       32
#define IPXE_MAX_YAML_ANCHORS     10000
#define IPXE_MAX_YAML_ALIAS_NODES 100000
#define IPXE_MAX_YAML_SCALAR      (64u * 1024)

/* Requests. httpd itself ends a request line at 8190 bytes; 32 cards and all
 * texts of SMBIOS in hex stay below 200 facts and 16 KiB. */
#define IPXE_MAX_REQUEST_FACTS 200
#define IPXE_MAX_REQUEST_BYTES (16u * 1024)
#define IPXE_MAX_FACT_BYTES    1024
#define IPXE_MAX_CARDS         33
/* Nor may an operator allow less than the script that identifies a machine can
 * send: 21 facts, 33 cards, and some arguments of the first request. */
#define IPXE_LEAST_FACTS 64

/* The Host of a request: a name of DNS has 253 bytes, a port 6 with its
 * colon. */
#define IPXE_MAX_HOST_BYTES 259

/* A file of keys: a thousand of them; a secret of rules: a private key with
 * its chain of certificates. */
#define IPXE_MAX_SECRET_FILE (64u * 1024)

/* Regular expressions: a subject of 256 bytes and 10,000 steps of PCRE2 cost
 * microseconds even for the worst of patterns. */
#define IPXE_MAX_REGEX_SUBJECT 256
#define IPXE_MAX_REGEX_STEPS   10000

/* A script that tells a machine that its own is too large has this room. */
#define IPXE_LEAST_ANSWER 1024

/* Templates: past these a render fails, never the server. */
#define IPXE_MAX_RENDER_OUTPUT (4u * 1024 * 1024)
#define IPXE_MAX_RENDER_STEPS  2000000
#define IPXE_MAX_RENDER_DEPTH  40
#define IPXE_MAX_EXPR_DEPTH    100
/* a + b + c ..., x|f|g ...: each part is a level of the stack */
#define IPXE_MAX_CHAIN         200
#define IPXE_MAX_INCLUDE_DEPTH 16
#define IPXE_MAX_VALUE_BYTES   (4u * 1024 * 1024)
#define IPXE_MAX_VALUE_ITEMS   100000

/* Chains of names: `extends`, groups in groups, sub-menus. */
#define IPXE_MAX_EXTENDS    16
#define IPXE_MAX_MENU_DEPTH 8

/* A set with more hosts than these in YAML has them compiled when it is
 * published, so that no other process reads them: fewer are read within half
 * a second. */
#define IPXE_COMPILED_HOSTS 100000

/* Loading renders what hosts follow for sample machines: of hosts with the
 * same groups, action and names of variables this many, so that a million
 * hosts are not six million renders. */
#define IPXE_MAX_HOSTS_ALIKE 200

/* Errors after which the check of a database's hosts stops: a group that was
 * renamed is wrong in all of a million. */
#define IPXE_MAX_HOSTS_WRONG 100

/* `limit` of a rule: what a server counts at once, over all its rules, is
 * IPXE_MAX_COUNTED; each takes 24 bytes of shared memory. */
#define IPXE_MAX_LIMIT   10000
#define IPXE_MAX_COUNTED 65536

/* Boot slots: machines that have one or wait for one, of all tenants together
 * (44 bytes of shared memory each), and tenants. Of a table that is half
 * full the 64 entries at which one may stand are never all taken. */
#define IPXE_MAX_SLOTS         10000
#define IPXE_MAX_SLOT_MACHINES 65536
#define IPXE_MAX_SLOT_SITES    64
#define IPXE_SLOT_WAYS         64

/* What an installer says with a report: two lines of a console. */
#define IPXE_MAX_REPORT_TEXT 160

/* bcrypt doubles its time with each step: 12 is a quarter of a second. */
#define IPXE_MAX_BCRYPT_COST 12

/* Wrong passwords of menus in a minute, of one address and of all: more are
 * not even looked at. */
#define IPXE_MAX_WRONG     5
#define IPXE_MAX_WRONG_ALL 300

/* A fleet's LMDB file: addresses that it may take (it is as long as what is
 * in it), searches at once of all processes (64 bytes each in the lock file),
 * and how long a process may go on with a file that was replaced. */
#define IPXE_HOSTS_MAP_BYTES \
    (sizeof(apr_size_t) > 4 ? (apr_size_t)16 << 30 : (apr_size_t)1 << 30)
#define IPXE_HOSTS_READERS 4096
#define IPXE_HOSTS_LOOK    APR_USEC_PER_SEC

/* Near misses, of hosts and of rules, that explain names; rules it looks at
 * for them, and how many of these by expressions or regular expressions: what
 * a hundred thousand rules take is some tens of milliseconds. */
#define IPXE_MAX_NEAR            5
#define IPXE_MAX_NEAR_RULES      100000
#define IPXE_MAX_NEAR_EXPRESSION 1000

/* Comparisons of rules without an exact key with each other, in `ipxectl
 * check`: two thousand such rules, in a second. */
#define IPXE_MAX_COVER_TESTS 4000000

/* Tickets stand in kernel command lines of 2046 bytes. */
#define IPXE_MAX_TICKET 600

/* State: events that wait for the database, of some 500 bytes each; machines
 * that were only seen; events of one machine, of 100 bytes; texts that a
 * machine reports. */
#define IPXE_MAX_STATE_QUEUE  10000
#define IPXE_MAX_MACHINES     100000
#define IPXE_MAX_TIMELINE     1000
#define IPXE_MAX_REPORT_BYTES 500

/* How long a request waits for the state: a question takes a few of these
 * milliseconds, and whoever asks more often than it answers must not wait. */
#define IPXE_STATE_TIMEOUT apr_time_from_msec(40)

/* What writing events may take of a processor in each child: so many
 * microseconds at once, and one part in so many for long. Past it they wait in
 * the queue: a server that is asked all it can answer is to boot machines, not
 * to write down each time that one asks. */
#define IPXE_MAX_WATCH_BURST 100000
#define IPXE_WATCH_PART      100

/* Machines of a search or a count that one question looks at: some 10 ms.
 * Between two others ask. */
#define IPXE_SEARCH_AT_ONCE 2000

/* Notices to one hook that wait for a receiver that is away, of 500 bytes
 * each, and for how long: three days, a weekend. */
#define IPXE_MAX_NOTICES 10000
#define IPXE_NOTICE_LIFE apr_time_from_sec(3 * 86400)

/* Files of trees that machines fetch: machines that a child counts for at
 * once; the state is told of each after so long, or once it has fetched
 * nothing for so long. An install fetches a thousand in some minutes. */
#define IPXE_MAX_TREES  4096
#define IPXE_TREE_WHILE apr_time_from_sec(60)
#define IPXE_TREE_REST  apr_time_from_sec(5)

/* Hooks: receivers of a server, each with a thread in one child; how long one
 * delivery may take, and of that a connection; and how long who took a notice
 * has for it. What failed is tried again after twice as long each time. */
#define IPXE_MAX_HOOKS       16
#define IPXE_HOOK_TIMEOUT    apr_time_from_sec(10)
#define IPXE_HOOK_CONNECT    apr_time_from_sec(3)
#define IPXE_HOOK_LEASE      apr_time_from_sec(30)
#define IPXE_HOOK_PAUSE      apr_time_from_sec(2)
#define IPXE_HOOK_PAUSE_MOST apr_time_from_sec(600)

/* Metrics: series of answers that all children count together (1.2 MB), and
 * the bytes of a rule's name and of all labels in one. */
#define IPXE_MAX_METRIC_SERIES 2048
#define IPXE_MAX_METRIC_LABEL  100
#define IPXE_MAX_METRIC_LABELS 576

#endif
