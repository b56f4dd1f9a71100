/* SPDX-License-Identifier: Apache-2.0 */
/* Who may look at the status page, and whose forms it obeys, beyond what
 * `Require` has let in.
 *
 * A browser of an operator may be led by another site: to a name that leads
 * here (DNS rebinding), to a form that is sent here (CSRF). So the Host must be
 * a name of the virtual host or an address; a form must come from a page of
 * the same origin, by what the browser says, and carry a token that only such
 * a page could have. */
#ifndef IPXE_HTTPD_STATUS_GUARD_H
#define IPXE_HTTPD_STATUS_GUARD_H

#include "httpd/serving.h"

/* Nonzero where the Host is one of the server's. */
int ipxe_guard_host(const request_rec *r);

/* Who it is: "user desk1", "address 10.0.0.9". */
const char *ipxe_guard_who(const request_rec *r);

/* The token of a form for who looks at the page, good for one to two hours;
 * NULL where the server has no keys. */
const char *ipxe_guard_token(const request_rec *r,
                             const ipxe_settings_t *settings);

/* NULL where a form with this token (or NULL) is obeyed, else why not. */
const char *ipxe_guard_refusal(const request_rec *r,
                               const ipxe_settings_t *settings,
                               const char *token);

#endif
