/* SPDX-License-Identifier: Apache-2.0 */
/* The JSON Schema of rule files: data/rules.schema.json, as a text that the
 * build makes of it. */
#ifndef IPXE_CTL_SCHEMA_H
#define IPXE_CTL_SCHEMA_H

extern const char ipxe_schema_text[];

#endif
