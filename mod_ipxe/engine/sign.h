/* SPDX-License-Identifier: Apache-2.0 */
/* Signatures of scripts, for iPXE's imgverify: detached CMS (RFC 5652), DER,
 * SHA-256, without signed attributes (iPXE reads none), with the certificates
 * that lead from the signer's to a root that the iPXE trusts.
 *
 *     openssl cms -verify -binary -inform DER -in boot.ipxe.sig \
 *         -content boot.ipxe -purpose any -CAfile ca.crt
 *
 * Lifetime: a signer is its pool's. Threads: any number may sign. Trust: the
 * certificates and the key are the operator's; what is signed is our own. */
#ifndef IPXE_ENGINE_SIGN_H
#define IPXE_ENGINE_SIGN_H

#include <apr_time.h>

#include "base/source.h"
#include "base/text.h"

typedef struct ipxe_signer_t ipxe_signer_t;

/* From texts in PEM: the signer's certificate first, and those above it behind
 * it; its private key, without a passphrase. NULL: *why says what is wrong,
 * *of_key whether with the key. A certificate that no iPXE would take is
 * refused: it must be for digital signatures and for signing code. */
ipxe_signer_t *ipxe_signer_make(const char **why, int *of_key,
                                const ipxe_source_t *certificates,
                                const ipxe_source_t *key, apr_pool_t *pool);

/* What an operator should know of a signer that works: its certificate is not
 * valid yet, or no more, or soon. NULL where nothing. */
const char *ipxe_signer_doubt(const ipxe_signer_t *signer, apr_time_t now);

/* The signature of a text; NULL where it cannot be made. */
ipxe_text_t *ipxe_signer_sign(const ipxe_signer_t *signer,
                              const ipxe_text_t *text, apr_pool_t *pool);

#endif
