/* SPDX-License-Identifier: Apache-2.0 */
/* The scripts that ask a machine who it is and come back. */
#include "script/ipxe.h"

#include <apr_strings.h>

/* net0 to net31: what spec and server take of one machine. */
#define MOST_CARDS 32

/* What is asked for. Text goes as hex: the one form that no iPXE expands,
 * escapes or splits on its way. Addresses, numbers and words need no such
 * thing. SMBIOS: type, offset, 0 for the text whose number stands there. */
static const struct {
    const char *fact;
    const char *setting;
    int hex;
} asked[] = {
    {"mac", "netX/mac", 0},
    {"platform", "platform", 0},
    {"arch", "buildarch", 0},
    {"cpu64", "cpu64", 0},
    {"uuid", "uuid", 0},
    {"serial", "serial", 1},
    {"asset", "asset", 1},
    {"manufacturer", "manufacturer", 1},
    {"product", "product", 1},
    {"family", "smbios/1.26.0", 1},
    {"sku", "smbios/1.25.0", 1},
    {"board_serial", "smbios/2.7.0", 1},
    {"board_product", "smbios/2.5.0", 1},
    {"chassis_serial", "smbios/3.7.0", 1},
    {"hostname", "hostname", 1},
    {"domain", "domain", 1},
    {"memsize", "memsize", 0},
    {"version", "version", 1},
    {"user_class", "user-class", 1},
    {"busid", "netX/busid", 0},
    {"chip", "netX/chip", 1},
};

#define ASKED (sizeof(asked) / sizeof(asked[0]))

static const char *name_of(apr_size_t i, apr_pool_t *pool)
{
    return apr_pstrcat(pool, asked[i].fact, asked[i].hex ? ".hex" : "", NULL);
}

static void put_fields(ipxe_script_t *script)
{
    apr_pool_t *pool = script->writing->pool;
    apr_size_t i;

    for (i = 0; i < ASKED; i++)
        ipxe_put_field(script, name_of(i, pool),
                       ipxe_setting(asked[i].setting, asked[i].hex, pool));
}

/* The facts as a query: mac=${netX/mac}&... and the cards. */
static const char *as_query(const char *entry, char joint, apr_pool_t *pool)
{
    ipxe_text_t *url = ipxe_text_make(1024, pool);
    apr_size_t i;

    ipxe_text_add(url, entry);
    for (i = 0; i < ASKED; i++) {
        ipxe_text_addf(url, "%c%s=%s", joint, name_of(i, pool),
                       ipxe_setting(asked[i].setting, asked[i].hex, pool));
        joint = '&';
    }
    ipxe_text_add(url, "${cards}");
    return url->data;
}

/* The cards' addresses are plain: they stand in the address of the form. */
static const char *with_cards(const char *entry, char joint, apr_pool_t *pool)
{
    return apr_psprintf(pool, "%s%cmac=%s${cards}", entry, joint,
                        ipxe_setting("netX/mac", 0, pool));
}

static void put_retry(ipxe_script_t *script, const char *label)
{
    ipxe_put_label(script, "failed");
    ipxe_put_say_error(script, "The boot server did not answer");
    ipxe_put_wait(script, 15,
                  "Press a key for the local disk, or wait to ask again",
                  "local");
    ipxe_put_goto(script, label);
    ipxe_put_local(script, NULL);
}

apr_status_t ipxe_ipxe_identify(ipxe_script_t *script)
{
    apr_pool_t *pool = script->writing->pool;
    char joint;
    const char *entry = ipxe_part_entry(script, &joint);

    ipxe_put_head(script);
    ipxe_put_label(script, "identify");
    ipxe_put_cpu(script);
    ipxe_put_cards(script, MOST_CARDS);
    ipxe_put_form(script, "get");
    put_fields(script);
    ipxe_put_post(script, with_cards(entry, joint, pool), "get");
    ipxe_put_label(script, "get");
    ipxe_put_chain(script, as_query(entry, joint, pool), "failed");
    put_retry(script, "identify");
    return APR_SUCCESS;
}

apr_status_t ipxe_script_autoexec(ipxe_sink_t *sink,
                                  const ipxe_writing_t *writing)
{
    ipxe_script_t *script = ipxe_script_begin(writing, NULL);
    char joint;
    const char *entry = ipxe_part_entry(script, &joint);

    ipxe_put_head(script);
    ipxe_put_label(script, "network");
    ipxe_put_network(script);
    ipxe_put_chain(script, entry, "failed");
    put_retry(script, "network");
    return ipxe_sink_add_n(sink, script->out->data, script->out->len);
}
