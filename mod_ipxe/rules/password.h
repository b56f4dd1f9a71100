/* SPDX-License-Identifier: Apache-2.0 */
/* The password of a menu or an item, as `htpasswd -B` writes it.
 *
 *     password: $2y$05$qE1...            any user's name
 *     password: "ops:$2y$05$qE1..."      this user alone
 *
 * The hash is the operator's; what is held against it is the network's and is
 * kept nowhere. */
#ifndef IPXE_RULES_PASSWORD_H
#define IPXE_RULES_PASSWORD_H

#include "rules/model.h"
#include "yaml/bind.h"

struct ipxe_password_t {
    const char *user; /* NULL: any */
    const char *hash; /* bcrypt: "$2y$05$..." */
};

/* For rows `password`; the member is a const struct ipxe_password_t *. */
ipxe_bind_fn ipxe_bind_password;

/* Nonzero where it is the password. Takes milliseconds, by the hash's cost. */
int ipxe_password_is(const struct ipxe_password_t *password, const char *user,
                     const char *word);

#endif
