/* SPDX-License-Identifier: Apache-2.0 */
/* Where in a line of an iPXE script a value stands. */
#include "script/script.h"

#include "tap.h"

#define WORD    IPXE_CONTEXT_ARGUMENT
#define URL     IPXE_CONTEXT_URL
#define TEXT    IPXE_CONTEXT_TEXT
#define COMMENT IPXE_CONTEXT_COMMENT

static const struct {
    const char *line;
    ipxe_context_e context;
} cases[] = {
    /* a command's own place, labels, settings */
    {"", WORD},
    {"  ", WORD},
    {":", WORD},
    {":label ", WORD},
    {"ech", WORD},
    {"set disk ", WORD},
    {"set base http://", URL},
    {"set base http://h/a-", URL},
    {"isset ", WORD},
    {"goto ", WORD},
    {"param serial ", WORD},
    {"unknown a b ", WORD},
    /* text */
    {"echo ", TEXT},
    {"echo Serial", TEXT},
    {"echo a # b", COMMENT},
    {"echo a#b", TEXT},
    {":label echo ", TEXT},
    {"  echo a ", TEXT},
    {"echo -", TEXT},
    {"echo --", WORD},
    {"menu ", TEXT},
    {"menu --name ", WORD},
    {"menu --name x ", TEXT},
    {"item ", WORD},
    {"item one ", TEXT},
    {"item one two ", TEXT},
    {"item --key ", WORD},
    {"item --key k ", WORD},
    {"item --key k one ", TEXT},
    {"item --gap ", TEXT},
    {"item --gap -- ", TEXT},
    {"prompt --key 0x02 --timeout 3000 Press ", TEXT},
    {"prompt --timeout ", WORD},
    /* addresses */
    {"chain ", WORD},
    {"chain http:/", WORD},
    {"chain http://", URL},
    {"chain http://h/", URL},
    {"chain http://h/?serial=", URL},
    {"chain http://h/x ", WORD},
    {"chain --replace --autofree http://h/", URL},
    {"chain --timeout 5 http://h/", URL},
    {"kernel http://h/vmlinuz", URL},
    {"kernel http://h/vmlinuz quiet ks=http://h/", WORD},
    {"kernel --name ", WORD},
    {"kernel --name k http://h/", URL},
    {"initrd --name i http://h/", URL},
    {"initrd http://h/a /etc/", WORD},
    {"sanboot --no-describe --drive ", WORD},
    {"sanboot --no-describe http://h/", URL},
    {"imgverify image http://h/", URL},
    {"console --picture http://h/", URL},
    /* comments, and commands after each other */
    {"#", COMMENT},
    {"# echo ", COMMENT},
    {":label # ", COMMENT},
    {"isset x || echo ", TEXT},
    {"isset x && chain http://h/", URL},
    {"echo a ; kernel http://h/k ", WORD},
    {"echo a || ", WORD},
    {"echo a||", TEXT},
};

int main(void)
{
    apr_pool_t *pool = tap_start();
    size_t i;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        is_int(ipxe_script_place(cases[i].line), cases[i].context,
               apr_psprintf(pool, "'%s' is in context %d", cases[i].line,
                            cases[i].context));
    return tap_end(pool);
}
