/* SPDX-License-Identifier: Apache-2.0 */
/* Private to script/: the lines of an iPXE script. ipxe.c is the one file
 * that names iPXE's commands; each function adds whole lines.
 *
 * Every line is right on the builds of 2019 and later, BIOS and UEFI: what a
 * build may lack is followed by `||`, and fetching hands over by
 * `chain --replace --autofree`, because BIOS has a stack for some twelve
 * scripts inside each other and every image that stays lands in the initrd.
 * Labels are constants of the caller. `url` has no blank; `text` is escaped
 * here; `words` are escaped already. */
#ifndef IPXE_SCRIPT_IPXE_H
#define IPXE_SCRIPT_IPXE_H

#include "script/plan.h"

/* What `choose` sets. */
#define IPXE_CHOSEN "chosen"

/* "#!ipxe", the comment, and which two hosts claim the machine. */
void ipxe_put_head(ipxe_script_t *script);

/* ---- Flow ---- */

void ipxe_put_label(ipxe_script_t *script, const char *label);
void ipxe_put_goto(ipxe_script_t *script, const char *label);

/* Goes on at url; only where that fails, at the label. */
void ipxe_put_chain(ipxe_script_t *script, const char *url,
                    const char *otherwise);

/* Says text, which is the caller's own and not escaped, and waits; a key goes
 * to the label, silence to the next line. */
void ipxe_put_wait(ipxe_script_t *script, int seconds, const char *text,
                   const char *label);

/* Says text and waits for that one key; another, and silence, go to the
 * label. */
void ipxe_put_key(ipxe_script_t *script, int seconds, char key,
                  const char *text, const char *label);

/* Waits that long, or for a key. */
void ipxe_put_pause(ipxe_script_t *script, int seconds);

/* ---- Saying ---- */

/* As many lines as the text needs. */
void ipxe_put_say(ipxe_script_t *script, const char *text);

/* One line, ended by the number of the last error. */
void ipxe_put_say_error(ipxe_script_t *script, const char *text);

/* ---- Booting ---- */

/* Forgets every image: what stays would land in the initrd. */
void ipxe_put_forget(ipxe_script_t *script);
void ipxe_put_kernel(ipxe_script_t *script, const ipxe_plan_t *plan,
                     const char *otherwise);

/* second: where the image stands for the kernel, or NULL. */
void ipxe_put_image(ipxe_script_t *script, const ipxe_image_t *image,
                    const char *name, const char *second,
                    const char *otherwise);
void ipxe_put_boot(ipxe_script_t *script, const char *otherwise);
void ipxe_put_san(ipxe_script_t *script, const char *url,
                  const char *otherwise);

/* ":local" and the disk, by the platform; local: as from ipxe_part_local. The
 * script ends here. */
void ipxe_put_local(ipxe_script_t *script, const char *local);

/* ---- Leaving ---- */

void ipxe_put_shell(ipxe_script_t *script);
void ipxe_put_exit(ipxe_script_t *script, int status);
void ipxe_put_poweroff(ipxe_script_t *script);
void ipxe_put_reboot(ipxe_script_t *script);

/* ---- Menus ---- */

void ipxe_put_picture(ipxe_script_t *script, const char *url);
void ipxe_put_menu(ipxe_script_t *script, const char *title,
                   const char *otherwise);
void ipxe_put_item(ipxe_script_t *script, char key, const char *id,
                   const char *title);
void ipxe_put_gap(ipxe_script_t *script, const char *title);

/* chosen may be NULL; milliseconds 0: for ever. Goes to the label of the
 * item's id. */
void ipxe_put_choose(ipxe_script_t *script, apr_int64_t milliseconds,
                     const char *chosen, const char *otherwise);

/* ---- Asking a person ---- */

/* iPXE's own form for a name and a password; prefilled with the name. Goes to
 * the label where nobody wants to say one. */
void ipxe_put_login(ipxe_script_t *script, const char *user,
                    const char *otherwise);

/* As ipxe_put_chain, with what was said then as the URL's user and password. */
void ipxe_put_chain_login(ipxe_script_t *script, const char *url,
                          const char *otherwise);

/* A question, its answer into the setting; fallback stands there to be
 * changed, or NULL. Goes to the label where nobody wants to answer. */
void ipxe_put_question(ipxe_script_t *script, const char *setting,
                       const char *prompt, const char *fallback,
                       const char *otherwise);

/* ---- Identifying ---- */

/* A setting of iPXE as the value of a query: "${serial:hexraw}". */
const char *ipxe_setting(const char *name, int hex, apr_pool_t *pool);

void ipxe_put_network(ipxe_script_t *script);
void ipxe_put_cpu(ipxe_script_t *script);

/* Leaves "&mac0=...&mac1=..." of all cards in the setting `cards`. */
void ipxe_put_cards(ipxe_script_t *script, int most);

/* A form to fill; the label where this iPXE has none. */
void ipxe_put_form(ipxe_script_t *script, const char *otherwise);
void ipxe_put_field(ipxe_script_t *script, const char *name, const char *value);

/* As ipxe_put_chain, with the form. */
void ipxe_put_post(ipxe_script_t *script, const char *url,
                   const char *otherwise);

#endif
