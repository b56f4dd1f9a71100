/* SPDX-License-Identifier: Apache-2.0 */
/* Arguments of a kernel that are known at load. */
#include "rules/words.h"

#include <apr_strings.h>
#include <string.h>

/* The item's words as the script will have them; NULL where they depend on
 * the machine or cannot be written. */
static const char *ready_text(const ipxe_phrase_t *phrase, apr_pool_t *pool)
{
    const char *text;

    if (!phrase->compiled || !ipxe_template_constant(phrase->compiled, &text) ||
        ipxe_escape(&text, ipxe_value_text(text, 0, pool),
                    IPXE_CONTEXT_ARGUMENT, phrase->span, ipxe_diags_make(pool),
                    pool) != APR_SUCCESS)
        return NULL;
    return text;
}

static int is_initrd(const char *word)
{
    return strcmp(word, "initrd") == 0 || strncmp(word, "initrd=", 7) == 0;
}

static void join(ipxe_words_t *words, const apr_array_header_t *more,
                 apr_pool_t *pool)
{
    const char *text = apr_array_pstrcat(pool, more, ' ');
    int i;

    if (!more->nelts)
        return;
    words->text = words->count ? apr_pstrcat(pool, words->text, " ", text, NULL)
                               : text;
    words->count += more->nelts;
    for (i = 0; i < more->nelts; i++)
        words->initrd |= is_initrd(APR_ARRAY_IDX(more, i, const char *));
}

void ipxe_words_add(apr_array_header_t *words, const ipxe_phrase_t *phrase)
{
    apr_pool_t *pool = words->pool;
    const char *ready = ready_text(phrase, pool);
    ipxe_words_t *last = NULL, made = {NULL, "", 0, 0};

    if (words->nelts)
        last = &APR_ARRAY_IDX(words, words->nelts - 1, ipxe_words_t);
    if (!ready)
        made.phrase = phrase;
    if (!ready || !last || last->phrase) {
        APR_ARRAY_PUSH(words, ipxe_words_t) = made;
        last = &APR_ARRAY_IDX(words, words->nelts - 1, ipxe_words_t);
    }
    if (ready)
        join(last, ipxe_text_split(ready, " \t\r\n", pool), pool);
}
