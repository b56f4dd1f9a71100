/* SPDX-License-Identifier: Apache-2.0 */
/* The items of `args` while they are loaded. Private to rules/. */
#ifndef IPXE_RULES_WORDS_H
#define IPXE_RULES_WORDS_H

#include "rules/model.h"

/* Adds an item to an array of ipxe_words_t. What says the same to every
 * machine is made ready here, once, and joins the item before it that does;
 * what cannot stand in a command line stays a phrase, and fails when it is
 * rendered for the sample machines. */
void ipxe_words_add(apr_array_header_t *words, const ipxe_phrase_t *phrase);

#endif
