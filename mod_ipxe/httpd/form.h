/* SPDX-License-Identifier: Apache-2.0 */
/* What a browser's form sends, in a query or a body.
 *
 *     q=rack+7&set=rack%3D7%0D%0Arole%3Dweb
 *
 * gives q "rack 7", set "rack=7", set "role=web": each line of a field is an
 * entry of its own. Trust: the bytes are the network's; what comes out is
 * UTF-8 without control characters. */
#ifndef IPXE_HTTPD_FORM_H
#define IPXE_HTTPD_FORM_H

#include <apr_tables.h>

/* Never NULL; fields past the limit are left out. */
apr_table_t *ipxe_form_parse(const char *raw, apr_pool_t *pool);

/* The whole number in a field, 0 where it is none or not there. */
apr_int64_t ipxe_form_number(const apr_table_t *form, const char *name);

/* Adds the variables of all fields of that name, NAME=VALUE each, to vars. 0
 * where one is none. */
int ipxe_form_vars(apr_table_t *vars, const apr_table_t *form,
                   const char *name);

#endif
