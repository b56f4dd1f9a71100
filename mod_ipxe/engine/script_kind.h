/* SPDX-License-Identifier: Apache-2.0 */
/* In which language a place of a template is. */
#ifndef IPXE_ENGINE_SCRIPT_KIND_H
#define IPXE_ENGINE_SCRIPT_KIND_H

#include "base/source.h"

/* "sh", "python", "powershell" or "cmd": by the file's name, in a kickstart by
 * the --interpreter of the section. */
const char *ipxe_script_kind(ipxe_span_t place);

#endif
