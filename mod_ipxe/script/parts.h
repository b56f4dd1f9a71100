/* SPDX-License-Identifier: Apache-2.0 */
/* Private to script/: values of a decision as text, and addresses. */
#ifndef IPXE_SCRIPT_PARTS_H
#define IPXE_SCRIPT_PARTS_H

#include "script/dialect.h"

/* A phrase's text with its taint. A NULL phrase is the empty text. */
apr_status_t ipxe_part_value(ipxe_value_t *value, ipxe_script_t *script,
                             const ipxe_phrase_t *phrase);

/* The same as plain text, not escaped. */
apr_status_t ipxe_part_text(const char **text, ipxe_script_t *script,
                            const ipxe_phrase_t *phrase);

/* The absolute URL that a phrase names: what has a scheme stays as it is,
 * all else lies below the DocumentRoot. What came from the network is
 * percent-encoded, as one path segment; blanks and control characters always
 * are. Never has a blank. */
apr_status_t ipxe_part_url(const char **url, ipxe_script_t *script,
                           const ipxe_phrase_t *phrase);

/* text in a context of template/escape.h, all of it taken for the network's. */
const char *ipxe_part_escape(ipxe_script_t *script, const char *text,
                             ipxe_context_e context);

/* text as lines of at most 76 characters: array of const char *. Its own line
 * breaks stay; words longer than a line stand alone. */
apr_array_header_t *ipxe_part_lines(const char *text, apr_pool_t *pool);

/* The entry's URL with the arguments of the request, which leads to the rules
 * again by way of the identify script: a machine known by a ticket has told
 * no more than rules asked for when that was made. Text that is not plain
 * goes as NAME.hex, the one form that every iPXE leaves as it is. *joint is
 * the character by which more is added, '?' or '&'. */
const char *ipxe_part_entry(ipxe_script_t *script, char *joint);

/* Where the way back leads: the menu one came from, else the rules again. */
const char *ipxe_part_back(ipxe_script_t *script);

/* The comment on top, without '#': printable ASCII, the request id last. */
const char *ipxe_part_comment(ipxe_script_t *script);

/* Sets *local to how the machine's disk is booted where the operator says so:
 * "sanboot", "exit", a drive ("0x81"), from `local:` and the variable
 * local_boot; else NULL. A failure where it is none of these. */
apr_status_t ipxe_part_local(const char **local, ipxe_script_t *script);

/* The machine is BIOS, or has not said what it is. */
int ipxe_part_is_bios(const ipxe_script_t *script);

#endif
