/* SPDX-License-Identifier: Apache-2.0 */
/* `state:` of a test of rules. Private to the engine. */
#ifndef IPXE_ENGINE_TESTS_STATE_H
#define IPXE_ENGINE_TESTS_STATE_H

#include "engine/tests.h"
#include "yaml/bind.h"

/* For the row `state`: the member is an ipxe_view_t *. */
ipxe_bind_fn ipxe_test_bind_state;

#endif
