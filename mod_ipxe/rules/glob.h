/* SPDX-License-Identifier: Apache-2.0 */
/* Globs over a whole text: `*` any text, `?` one character, `[a-z]` one of a
 * set, `[!a-z]` (or `[^a-z]`) one that is not in it, `\` takes the meaning off
 * the next character. Letters of ASCII match in either case. */
#ifndef IPXE_RULES_GLOB_H
#define IPXE_RULES_GLOB_H

/* NULL where the glob is well-formed, else what is wrong with it. */
const char *ipxe_glob_fault(const char *glob);

/* Nonzero where it has a wildcard that has its meaning. */
int ipxe_glob_wild(const char *glob);

/* Nonzero where the whole text matches a well-formed glob. */
int ipxe_glob_matches(const char *glob, const char *text);

#endif
