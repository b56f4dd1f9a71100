/* SPDX-License-Identifier: Apache-2.0 */
/* mod_ipxe: what a machine boots, decided by rules. The module's structure
 * and its hooks; docs/httpd.md is its manual. */
#include <httpd.h>
#include <http_config.h>
#include <http_protocol.h>
#include <http_request.h>

#include "httpd/check.h"
#include "httpd/config.h"
#include "httpd/counting.h"
#include "httpd/directives.h"
#include "httpd/handler.h"
#include "httpd/hosts.h"
#include "httpd/log.h"
#include "httpd/metrics.h"
#include "httpd/reload.h"
#include "httpd/request_id.h"
#include "httpd/slots.h"
#include "httpd/state.h"
#include "httpd/track.h"
#include "httpd/track_tree.h"
#include "httpd/status.h"
#include "httpd/tally.h"

static void register_hooks(apr_pool_t *pool)
{
    static const char *const with_connections[] = {"mod_dbd.c", NULL};

    /* Before directives are read: Mutex may name ours. */
    ap_hook_pre_config(ipxe_counting_register, NULL, NULL, APR_HOOK_MIDDLE);
    ap_hook_pre_config(ipxe_slots_register, NULL, NULL, APR_HOOK_MIDDLE);
    /* In each child, before its first request. */
    ap_hook_child_init(ipxe_counting_child, NULL, NULL, APR_HOOK_MIDDLE);
    ap_hook_child_init(ipxe_slots_child, NULL, NULL, APR_HOOK_MIDDLE);
    ap_hook_child_init(ipxe_hosts_child, with_connections, NULL,
                       APR_HOOK_MIDDLE);
    /* After the configuration was read, in each pass: httpd -t, the check
     * before a graceful restart, a start (twice), a restart. */
    ap_hook_check_config(ipxe_check_config, NULL, NULL, APR_HOOK_MIDDLE);
    /* In the parent, still as root, when logs are open and before there are
     * children; under httpd -t never. */
    ap_hook_post_config(ipxe_post_config, NULL, NULL, APR_HOOK_MIDDLE);
    /* In each child, as the server's user, before its threads begin. */
    ap_hook_child_init(ipxe_reload_child_init, NULL, NULL,
                       APR_HOOK_REALLY_FIRST);
    /* In each child, as the server's user: it has a thread of its own. */
    ap_hook_child_init(ipxe_state_child_init, NULL, NULL, APR_HOOK_MIDDLE);
    /* When the last byte went to the kernel. */
    ap_hook_log_transaction(ipxe_state_spend, NULL, NULL, APR_HOOK_MIDDLE);
    ap_hook_log_transaction(ipxe_track, NULL, NULL, APR_HOOK_MIDDLE);
    ap_hook_log_transaction(ipxe_slots_ended, NULL, NULL, APR_HOOK_MIDDLE);
    /* When the client was let in, before the file is sent. */
    ap_hook_fixups(ipxe_slots_began, NULL, NULL, APR_HOOK_LAST);
    /* In each child: its ids differ from the others. */
    ap_hook_child_init(ipxe_request_id_child_init, NULL, NULL, APR_HOOK_MIDDLE);
    /* When a request's header is read and its server known, before anything
     * is logged of it. */
    ap_hook_post_read_request(ipxe_log_hide_ticket, NULL, NULL,
                              APR_HOOK_REALLY_FIRST);
    /* Before any other module looks at the path: aliases and proxies are to see
     * that of the file. */
    ap_hook_translate_name(ipxe_track_map, NULL, NULL, APR_HOOK_REALLY_FIRST);
    ap_hook_child_init(ipxe_track_tree_child, NULL, NULL, APR_HOOK_MIDDLE);
    /* When no other module (an alias, a proxy) wants the path, before it
     * becomes a file below the DocumentRoot. */
    ap_hook_translate_name(ipxe_map, NULL, NULL, APR_HOOK_LAST);
    /* When the client was let in and the section is known, before modules
     * that look for files (mod_dir, mod_speling). */
    ap_hook_fixups(ipxe_claim, NULL, NULL, APR_HOOK_REALLY_FIRST);
    /* Before the handler of any file that lies at our address. */
    ap_hook_handler(ipxe_handle, NULL, NULL, APR_HOOK_REALLY_FIRST);
    /* Where SetHandler says so. */
    ap_hook_handler(ipxe_status_handle, NULL, NULL, APR_HOOK_MIDDLE);
    ap_hook_child_init(ipxe_tally_child_init, NULL, NULL, APR_HOOK_MIDDLE);
    ipxe_metrics_hooks(pool);
}

AP_DECLARE_MODULE(ipxe) = {STANDARD20_MODULE_STUFF, ipxe_section_create,
                           ipxe_section_merge,      ipxe_server_create,
                           ipxe_server_merge,       ipxe_directives,
                           register_hooks,          AP_MODULE_FLAG_NONE};
