/* SPDX-License-Identifier: Apache-2.0 */
/* Names: which are well-formed, which are taken, and which template sees
 * what. */
#ifndef IPXE_RULES_NAMES_H
#define IPXE_RULES_NAMES_H

#include "base/diag.h"

/* A name that stands in addresses: letters, digits, '.', '_', '-'. */
int ipxe_name_good(const char *name);

/* Adds an error where `name` cannot be a variable (not letters, digits and
 * '_', or a function's, a word of the language, a name that is always there),
 * a warning where a fact has it. Nonzero where there was no error. */
int ipxe_name_check_var(const char *name, ipxe_span_t span,
                        ipxe_diags_t *diags);

/* Nonzero for names that every condition sees beside facts and variables:
 * host, args, facts, raw, vars. */
int ipxe_name_in_conditions(const char *name);

/* Nonzero for a function's name. */
int ipxe_name_is_function(const char *name);

#endif
