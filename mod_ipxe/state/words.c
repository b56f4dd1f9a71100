/* SPDX-License-Identifier: Apache-2.0 */
/* The words of states, stages and events. */
#include "state/state.h"

#include <string.h>

static const char *const installs[] = {
    "none", "armed", "fetched", "started", "failed", "installed", "closed"};
static const char *const stages[] = {"started", "progress", "installed", "done",
                                     "failed"};
static const char *const events[] = {"asked",  "script", "kernel",
                                     "initrd", "file",   "answers",
                                     "report", "held",   "operator",
                                     "waiting"};

const char *ipxe_install_word(ipxe_install_e state)
{
    return installs[state];
}

const char *ipxe_stage_word(ipxe_stage_e stage)
{
    return stages[stage];
}

ipxe_stage_e ipxe_stage_find(const char *word)
{
    int i;

    for (i = 0; i < IPXE_STAGE_COUNT; i++) {
        if (strcmp(stages[i], word) == 0)
            break;
    }
    return (ipxe_stage_e)i;
}

const char *ipxe_event_word(ipxe_event_e kind)
{
    return events[kind];
}
