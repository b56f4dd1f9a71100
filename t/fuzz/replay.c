/* SPDX-License-Identifier: Apache-2.0 */
/* The main of a fuzz target without libFuzzer: replays its inputs. TAP. */
#include <apr_file_info.h>
#include <stdlib.h>

#include "base/source.h"
#include "fuzz.h"

#include "../unit/tap.h"

static void replay(const char *folder, const char *name, apr_pool_t *pool)
{
    ipxe_source_t *source;
    apr_status_t rv = ipxe_source_read(
        &source, apr_pstrcat(pool, folder, "/", name, NULL), 1 << 20, pool);

    if (rv == APR_SUCCESS)
        LLVMFuzzerTestOneInput((const uint8_t *)source->text, source->len);
    ok(rv == APR_SUCCESS, name);
}

int main(void)
{
    apr_pool_t *pool = tap_start();
    const char *srcdir = getenv("SRCDIR");
    const char *folder = apr_psprintf(
        pool, "%s/t/fuzz/%s", srcdir ? srcdir : ".", fuzz_name);
    apr_finfo_t info;
    apr_dir_t *dir;
    int count = 0;

    if (apr_dir_open(&dir, folder, pool) == APR_SUCCESS) {
        while (apr_dir_read(&info, APR_FINFO_NAME, dir) == APR_SUCCESS) {
            if (info.name[0] == '.')
                continue;
            replay(folder, apr_pstrdup(pool, info.name), pool);
            count++;
        }
        apr_dir_close(dir);
    }
    ok(count > 0, "there are inputs");
    return tap_end(pool);
}
