/* SPDX-License-Identifier: Apache-2.0 */
/* The directives: their names, spelt once, and the table of them. What each
 * means stands in docs/httpd.md. */
#ifndef IPXE_HTTPD_DIRECTIVES_H
#define IPXE_HTTPD_DIRECTIVES_H

#include <httpd.h>
#include <http_config.h>

#define IPXE_NAME_ENGINE            "IPXEEngine"
#define IPXE_NAME_RULES             "IPXERules"
#define IPXE_NAME_TEMPLATES         "IPXETemplates"
#define IPXE_NAME_HOSTS             "IPXEHosts"
#define IPXE_NAME_STATE_DIR         "IPXEStateDir"
#define IPXE_NAME_STATE             "IPXEState"
#define IPXE_NAME_STATE_TIMEOUT     "IPXEStateTimeout"
#define IPXE_NAME_ARM               "IPXEArm"
#define IPXE_NAME_TRACK             "IPXETrack"
#define IPXE_NAME_HOOK              "IPXEHook"
#define IPXE_NAME_BOOT_SLOTS        "IPXEBootSlots"
#define IPXE_NAME_MAX_MACHINES      "IPXEMaxMachines"
#define IPXE_NAME_BASE_URL          "IPXEBaseURL"
#define IPXE_NAME_ENTRY             "IPXEEntry"
#define IPXE_NAME_PREFIX            "IPXEPrefix"
#define IPXE_NAME_VAR               "IPXEVar"
#define IPXE_NAME_SECRET            "IPXESecret"
#define IPXE_NAME_TICKET_LIFE       "IPXETicketLife"
#define IPXE_NAME_TICKET_NETWORK    "IPXETicketNetwork"
#define IPXE_NAME_MAX_REQUEST_FACTS "IPXEMaxRequestFacts"
#define IPXE_NAME_MAX_ANSWER_SIZE   "IPXEMaxAnswerSize"
#define IPXE_NAME_EXPLAIN           "IPXEExplain"
#define IPXE_NAME_TIME_ZONE         "IPXETimeZone"
#define IPXE_NAME_RELOAD            "IPXEReload"
#define IPXE_NAME_SIGN              "IPXESign"

/* Ends with a row whose name is NULL. */
extern const command_rec ipxe_directives[];

#endif
