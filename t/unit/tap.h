/* SPDX-License-Identifier: Apache-2.0 */
/* TAP for unit tests in C. A program calls tap_start, then ok() and is(), and
 * returns tap_end(). */
#ifndef IPXE_UNIT_TAP_H
#define IPXE_UNIT_TAP_H

#include <apr_general.h>
#include <apr_pools.h>
#include <apr_strings.h>
#include <stdio.h>
#include <string.h>

static int tap_count, tap_failed;

static inline apr_pool_t *tap_start(void)
{
    apr_pool_t *pool;

    apr_initialize();
    apr_pool_create(&pool, NULL);
    return pool;
}

static inline int tap_ok(int good, const char *file, int line, const char *name)
{
    printf("%sok %d - %s\n", good ? "" : "not ", ++tap_count, name);
    if (!good) {
        tap_failed++;
        printf("# failed at %s:%d\n", file, line);
    }
    return good;
}

static inline void tap_say(const char *what, const char *text)
{
    const char *end;

    printf("# %s:\n", what);
    for (; text && *text; text = *end ? end + 1 : end) {
        end = strchr(text, '\n');
        if (!end)
            end = text + strlen(text);
        printf("#   %.*s\n", (int)(end - text), text);
    }
    if (!text)
        printf("#   (NULL)\n");
}

static inline int tap_is(const char *got, const char *want, const char *file,
                         int line, const char *name)
{
    int good = got && want ? strcmp(got, want) == 0 : got == want;

    if (!tap_ok(good, file, line, name)) {
        tap_say("got", got);
        tap_say("wanted", want);
    }
    return good;
}

static inline int tap_is_int(long long got, long long want, const char *file,
                             int line, const char *name)
{
    int good = got == want;

    if (!tap_ok(good, file, line, name))
        printf("#   got %lld, wanted %lld\n", got, want);
    return good;
}

static inline int tap_end(apr_pool_t *pool)
{
    printf("1..%d\n", tap_count);
    apr_pool_destroy(pool);
    apr_terminate();
    return tap_failed ? 1 : 0;
}

#define ok(good, name)      tap_ok((good) != 0, __FILE__, __LINE__, name)
#define is(got, want, name) tap_is(got, want, __FILE__, __LINE__, name)
#define is_int(got, want, name)                                                \
    tap_is_int((long long)(got), (long long)(want), __FILE__, __LINE__, name)

#endif
