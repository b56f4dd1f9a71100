/* SPDX-License-Identifier: Apache-2.0 */
/* What a test of rules says that the state knows. */
#include "engine/tests_state.h"

#include <string.h>

/* What a `state` binds to. */
typedef struct known_t {
    const ipxe_yaml_t *installed;
    apr_array_header_t *done, *failed; /* of const char * */
} known_t;

static const ipxe_bind_t state_rows[] = {
    IPXE_BIND("installed", SCALAR, known_t, installed, 0),
    IPXE_BIND("done", TEXTS, known_t, done, 0),
    IPXE_BIND("failed", TEXTS, known_t, failed, 0), IPXE_BIND_END};

void ipxe_test_bind_state(void *member, const ipxe_yaml_t *key,
                          const ipxe_yaml_t *value, void *baton,
                          ipxe_diags_t *diags, apr_pool_t *pool)
{
    ipxe_view_t *view = apr_pcalloc(pool, sizeof(*view));
    known_t known;

    (void)key;
    (void)baton;
    memset(&known, 0, sizeof(known));
    ipxe_bind(&known, value, state_rows, "a state", NULL, diags, pool);
    view->machine = 1;
    view->done =
        known.done ? known.done : apr_array_make(pool, 1, sizeof(const char *));
    view->failed = known.failed ? known.failed
                                : apr_array_make(pool, 1, sizeof(const char *));
    if (known.installed) {
        view->installed.number = 1;
        view->installed.state = IPXE_INSTALL_INSTALLED;
        view->installed.profile = known.installed->text;
    }
    *(ipxe_view_t **)member = view;
}
