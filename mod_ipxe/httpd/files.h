/* SPDX-License-Identifier: Apache-2.0 */
/* Files that profiles name: are they where httpd will look for them?
 *
 *     Alias /images /srv/images
 *
 * has `kernel: images/vmlinuz` looked up as /srv/images/vmlinuz, all else
 * below the DocumentRoot. What a proxy, a redirect or a pattern maps is not
 * looked for. */
#ifndef IPXE_HTTPD_FILES_H
#define IPXE_HTTPD_FILES_H

#include "httpd/serving.h"

/* Adds a warning for each file of a set that is in none of the places of the
 * servers that share it. */
void ipxe_files_check(const ipxe_serving_t *serving, const ipxe_snapshot_t *set,
                      ipxe_diags_t *diags);

#endif
