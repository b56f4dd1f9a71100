/* SPDX-License-Identifier: Apache-2.0 */
/* The functions of the product that templates may call: url, file, answers.
 * Private to the engine. */
#ifndef IPXE_ENGINE_FUNCTIONS_H
#define IPXE_ENGINE_FUNCTIONS_H

#include "template/template.h"

/* The language of all libraries; immutable, for the life of the process. */
const ipxe_language_t *ipxe_engine_language(void);

#endif
