/* SPDX-License-Identifier: Apache-2.0 */
/* CMS by OpenSSL. */
#include "engine/sign.h"

#include <limits.h>
#include <string.h>

#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#define SOON    apr_time_from_sec(14 * 86400)
#define HOW     (CMS_BINARY | CMS_DETACHED | CMS_NOATTR | CMS_NOSMIMECAP)

struct ipxe_signer_t {
    X509 *certificate;
    STACK_OF(X509) *above;
    EVP_PKEY *key;
};

static apr_status_t free_signer(void *data)
{
    ipxe_signer_t *signer = data;

    X509_free(signer->certificate);
    sk_X509_pop_free(signer->above, X509_free);
    EVP_PKEY_free(signer->key);
    return APR_SUCCESS;
}

/* Nobody is there to type one. */
static int no_passphrase(char *text, int room, int writing, void *baton)
{
    (void)text;
    (void)room;
    (void)writing;
    (void)baton;
    return 0;
}

static BIO *open_text(const char *text, apr_size_t len)
{
    return len <= INT_MAX ? BIO_new_mem_buf(text, (int)len) : NULL;
}

static const char *read_certificates(ipxe_signer_t *signer,
                                     const ipxe_source_t *from)
{
    BIO *in = open_text(from->text, from->len);
    X509 *next;

    signer->above = sk_X509_new_null();
    if (!in || !signer->above) {
        BIO_free(in);
        return "it cannot be read";
    }
    signer->certificate = PEM_read_bio_X509(in, NULL, no_passphrase, NULL);
    while (signer->certificate &&
           (next = PEM_read_bio_X509(in, NULL, no_passphrase, NULL)) != NULL) {
        if (!sk_X509_push(signer->above, next))
            X509_free(next);
    }
    BIO_free(in);
    if (!signer->certificate)
        return "it holds no certificate in PEM";
    if (!(X509_get_key_usage(signer->certificate) & KU_DIGITAL_SIGNATURE))
        return "no iPXE takes its certificate: it wants the keyUsage "
               "digitalSignature";
    /* Without the extension OpenSSL says that it is good for all. */
    if (!(X509_get_extension_flags(signer->certificate) & EXFLAG_XKUSAGE) ||
        !(X509_get_extended_key_usage(signer->certificate) & XKU_CODE_SIGN))
        return "no iPXE takes its certificate: it wants the extendedKeyUsage "
               "codeSigning";
    return NULL;
}

static const char *read_key(ipxe_signer_t *signer, const ipxe_source_t *from,
                            apr_pool_t *pool)
{
    BIO *in = open_text(from->text, from->len);

    signer->key =
        in ? PEM_read_bio_PrivateKey(in, NULL, no_passphrase, NULL) : NULL;
    BIO_free(in);
    if (!signer->key)
        return "it holds no private key in PEM, or one with a passphrase";
    if (!X509_check_private_key(signer->certificate, signer->key))
        return "it is not the key of the certificate";
    return ipxe_signer_sign(signer, ipxe_text_make(1, pool), pool)
               ? NULL
               : "it makes no signatures that iPXE reads: RSA and ECDSA do";
}

ipxe_signer_t *ipxe_signer_make(const char **why, int *of_key,
                                const ipxe_source_t *certificates,
                                const ipxe_source_t *key, apr_pool_t *pool)
{
    ipxe_signer_t *signer = apr_pcalloc(pool, sizeof(*signer));

    apr_pool_cleanup_register(pool, signer, free_signer,
                              apr_pool_cleanup_null);
    *of_key = 0;
    *why = read_certificates(signer, certificates);
    if (!*why) {
        *of_key = 1;
        *why = read_key(signer, key, pool);
    }
    ERR_clear_error();
    return *why ? NULL : signer;
}

/* Is the certificate's time past at `when`? */
static int is_past(const ASN1_TIME *time, apr_time_t when)
{
    time_t at = (time_t)apr_time_sec(when);

    return X509_cmp_time(time, &at) < 0;
}

const char *ipxe_signer_doubt(const ipxe_signer_t *signer, apr_time_t now)
{
    if (!is_past(X509_get0_notBefore(signer->certificate), now))
        return "its certificate is not valid yet";
    if (is_past(X509_get0_notAfter(signer->certificate), now))
        return "its certificate has expired";
    if (is_past(X509_get0_notAfter(signer->certificate), now + SOON))
        return "its certificate expires within two weeks";
    return NULL;
}

/* All that was written to a BIO of memory; NULL where that failed. */
static ipxe_text_t *take_text(BIO *out, int good, apr_pool_t *pool)
{
    char *data = NULL;
    long len = out ? BIO_get_mem_data(out, &data) : 0;
    ipxe_text_t *text = NULL;

    if (good && len > 0) {
        text = ipxe_text_make((apr_size_t)len, pool);
        ipxe_text_add_n(text, data, (apr_size_t)len);
    }
    return text;
}

ipxe_text_t *ipxe_signer_sign(const ipxe_signer_t *signer,
                              const ipxe_text_t *text, apr_pool_t *pool)
{
    BIO *in = open_text(text->data, text->len), *out = BIO_new(BIO_s_mem());
    CMS_ContentInfo *cms =
        in ? CMS_sign(signer->certificate, signer->key, signer->above, in, HOW)
           : NULL;
    ipxe_text_t *signature =
        take_text(out, cms && out && i2d_CMS_bio(out, cms) > 0, pool);

    CMS_ContentInfo_free(cms);
    BIO_free(in);
    BIO_free(out);
    ERR_clear_error();
    return signature;
}
