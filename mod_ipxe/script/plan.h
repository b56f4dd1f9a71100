/* SPDX-License-Identifier: Apache-2.0 */
/* Private to script/: what a decision boots, with every value rendered, for
 * any dialect to write down. */
#ifndef IPXE_SCRIPT_PLAN_H
#define IPXE_SCRIPT_PLAN_H

#include "script/parts.h"

/* A file that is loaded beside the kernel. */
typedef struct ipxe_image_t {
    const char *url;
    const char *name; /* of the image: letters, digits and "._+-@~" */
    int named;        /* the URL alone would not give it that name */
    const char *at;   /* where it stands in the initrd, or NULL */
    const char *mode; /* with `at`, or NULL */
} ipxe_image_t;

typedef struct ipxe_plan_t {
    ipxe_way_e way;
    const ipxe_template_t *script;    /* of IPXE_WAY_SCRIPT */
    const char *kernel;               /* URL of the kernel, program or SAN; for
                                         an ISO of memdisk's */
    const char *iso;                  /* URL of the ISO, or NULL */
    const apr_array_header_t *images; /* of ipxe_image_t */
    const char *line;                 /* the command line as the script has it:
                                         words parted by a blank each */
    apr_size_t line_len;
    int words;                        /* of the line */
} ipxe_plan_t;

/* What the decision boots. *plan is NULL, with success, where nothing of the
 * profile fits the machine. */
apr_status_t ipxe_plan_make(ipxe_plan_t **plan, ipxe_script_t *script);

/* ---- cmdline.c ---- */

/* The line of a plan whose images are known: `initrd=` of these, unless an
 * operator wrote one, then the arguments, escaped, without those taken
 * away. */
apr_status_t ipxe_cmdline_make(ipxe_plan_t *plan, ipxe_script_t *script,
                               const ipxe_boot_t *boot);

/* Is it longer than the machine's kernel takes? A failure with a diagnostic
 * then; a warning alone where it comes near. */
apr_status_t ipxe_cmdline_check(ipxe_script_t *script, const ipxe_plan_t *plan);

/* The name of an image that a URL alone gives. */
const char *ipxe_url_basename(const char *url, apr_pool_t *pool);

#endif
