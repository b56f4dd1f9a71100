/* SPDX-License-Identifier: Apache-2.0 */
/* Rendering everything for sample machines at load, so that what cannot be
 * rendered fails the configuration check and not a machine at night. Private
 * to the engine. */
#ifndef IPXE_ENGINE_CHECK_H
#define IPXE_ENGINE_CHECK_H

#include "engine/engine.h"

/* Renders each profile, menu and answer file along every way that leads to
 * it, for each platform that the way allows: with the facts that the way
 * demands alone, and with all. Ways alike are rendered once. What fails is
 * added to diags. */
void ipxe_check_samples(const ipxe_snapshot_t *set, ipxe_diags_t *diags);

#endif
