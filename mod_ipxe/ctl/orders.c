/* SPDX-License-Identifier: Apache-2.0 */
/* ipxectl arm, disarm, release, forget, next, freeze, thaw, state accept. */
#include <string.h>

#include "ctl/state.h"

/* Words of a machine must be there. */
static ipxe_exit_e wants_machine(const ipxe_ctl_t *ctl)
{
    if (ctl->args->nelts)
        return IPXE_EXIT_FINE;
    ipxe_ctl_complain("%s wants a machine: FACT=VALUE or a host's name",
                      ctl->command->name);
    return IPXE_EXIT_USAGE;
}

static ipxe_exit_e wants_nothing(const ipxe_ctl_t *ctl)
{
    if (!ctl->args->nelts)
        return IPXE_EXIT_FINE;
    ipxe_ctl_complain("%s takes no arguments", ctl->command->name);
    return IPXE_EXIT_USAGE;
}

/* A profile that the rules have, where they are known; to be armed, one that
 * installs. */
static ipxe_exit_e check_profile(const ipxe_ctl_state_t *state,
                                 const ipxe_order_t *order)
{
    const char *name = order->profile;
    const ipxe_profile_t *profile;

    if (!name || !*name || !state->set)
        return IPXE_EXIT_FINE;
    profile =
        apr_hash_get(state->set->rules->profiles, name, APR_HASH_KEY_STRING);
    if (profile && (profile->install || order->act != IPXE_ACT_ARM))
        return IPXE_EXIT_FINE;
    ipxe_ctl_complain(profile ? "profile '%s' installs nothing; `ipxectl next` "
                                "boots it once"
                              : "the rules have no profile '%s'",
                      name);
    return IPXE_EXIT_WRONG;
}

static ipxe_exit_e on_machine(ipxe_ctl_t *ctl, ipxe_order_t *order,
                              const apr_array_header_t *words, const char *done)
{
    ipxe_ctl_state_t state;
    ipxe_exit_e code = ipxe_ctl_state_open(
        &state, ctl, order->act == IPXE_ACT_ARM || order->profile);

    if (code == IPXE_EXIT_FINE)
        code = check_profile(&state, order);
    if (code == IPXE_EXIT_FINE)
        code = ipxe_ctl_state_find(order, &state, words);
    return code == IPXE_EXIT_FINE ? ipxe_ctl_state_order(order, &state, done)
                                  : code;
}

static ipxe_exit_e simple(ipxe_ctl_t *ctl, ipxe_act_e act, const char *done)
{
    ipxe_order_t order;

    memset(&order, 0, sizeof(order));
    order.act = act;
    order.profile = ipxe_ctl_value(ctl, IPXE_OPT_BOOT);
    return wants_machine(ctl) == IPXE_EXIT_FINE
               ? on_machine(ctl, &order, ctl->args, done)
               : IPXE_EXIT_USAGE;
}

ipxe_exit_e ipxe_ctl_arm(ipxe_ctl_t *ctl)
{
    return simple(ctl, IPXE_ACT_ARM, "armed, it is installed at its next boot");
}

ipxe_exit_e ipxe_ctl_disarm(ipxe_ctl_t *ctl)
{
    return simple(ctl, IPXE_ACT_DISARM, "disarmed, nothing is installed on it");
}

ipxe_exit_e ipxe_ctl_forget(ipxe_ctl_t *ctl)
{
    if (ctl->given[IPXE_OPT_ALL])
        return simple(ctl, IPXE_ACT_FORGET_ALL,
                      "forgotten; that it was installed, too");
    return simple(ctl, IPXE_ACT_FORGET,
                  "what was seen is forgotten; what was installed is not");
}

/* The last word is the profile, unless --none says that there is none. */
ipxe_exit_e ipxe_ctl_next(ipxe_ctl_t *ctl)
{
    apr_array_header_t *words = apr_array_copy(ctl->pool, ctl->args);
    int none = ctl->given[IPXE_OPT_NONE] != NULL;
    ipxe_order_t order;

    memset(&order, 0, sizeof(order));
    order.act = IPXE_ACT_NEXT;
    order.profile = "";
    if (words->nelts < (none ? 1 : 2)) {
        ipxe_ctl_complain("next wants a machine and a profile");
        return IPXE_EXIT_USAGE;
    }
    if (!none)
        order.profile = *(const char **)apr_array_pop(words);
    return on_machine(ctl, &order, words,
                      none ? "boots what the rules say"
                           : "boots that once, then what the rules say");
}

static ipxe_exit_e read_vars(apr_table_t *vars, const ipxe_ctl_t *ctl)
{
    const apr_array_header_t *given = ctl->given[IPXE_OPT_SET];
    int i;

    for (i = 0; given && i < given->nelts; i++) {
        const char *text = APR_ARRAY_IDX(given, i, const char *), *value;
        const char *name = ipxe_ctl_pair(&value, text, ctl->pool);

        if (!name) {
            ipxe_ctl_complain("--set wants NAME=VALUE, not '%s'", text);
            return IPXE_EXIT_USAGE;
        }
        apr_table_setn(vars, name, value);
    }
    return IPXE_EXIT_FINE;
}

/* By the code that its console shows; else by what names a machine. */
static ipxe_exit_e release_it(ipxe_ctl_t *ctl, ipxe_order_t *order)
{
    const char *word = APR_ARRAY_IDX(ctl->args, 0, const char *);
    static const char done[] = "released, it goes on by itself";
    apr_array_header_t *found;
    ipxe_ctl_state_t state;
    ipxe_exit_e code =
        ipxe_ctl_state_open(&state, ctl, *order->profile != '\0');

    if (code == IPXE_EXIT_FINE)
        code = check_profile(&state, order);
    if (code == IPXE_EXIT_FINE)
        code = ipxe_ctl_state_match(&found, &state, ctl->args);
    if (code != IPXE_EXIT_FINE)
        return code;
    if (found->nelts || ctl->args->nelts > 1 || strchr(word, '='))
        code = ipxe_ctl_state_find(order, &state, ctl->args);
    else
        order->code = word;
    if (order->code)
        order->site = state.site ? state.site : "";
    return code == IPXE_EXIT_FINE ? ipxe_ctl_state_order(order, &state, done)
                                  : code;
}

ipxe_exit_e ipxe_ctl_release(ipxe_ctl_t *ctl)
{
    const char *profile = ipxe_ctl_value(ctl, IPXE_OPT_BOOT);
    apr_table_t *vars = apr_table_make(ctl->pool, 4);
    ipxe_order_t order;

    memset(&order, 0, sizeof(order));
    order.act = IPXE_ACT_RELEASE;
    order.profile = profile ? profile : "";
    if (wants_machine(ctl) != IPXE_EXIT_FINE ||
        read_vars(vars, ctl) != IPXE_EXIT_FINE)
        return IPXE_EXIT_USAGE;
    order.vars = apr_table_elts(vars)->nelts ? vars : NULL;
    return release_it(ctl, &order);
}

static ipxe_exit_e on_fleet(ipxe_ctl_t *ctl, ipxe_act_e act, const char *done)
{
    ipxe_ctl_state_t state;
    ipxe_order_t order;
    ipxe_exit_e code = ipxe_ctl_state_open(&state, ctl, 0);

    if (code != IPXE_EXIT_FINE)
        return code;
    memset(&order, 0, sizeof(order));
    order.act = act;
    order.site = state.site;
    if (!state.site && !ipxe_ctl_value(ctl, IPXE_OPT_STATE)) {
        ipxe_ctl_complain("several virtual hosts have rules: name one by "
                          "--vhost");
        return IPXE_EXIT_USAGE;
    }
    return ipxe_ctl_state_order(&order, &state, done);
}

ipxe_exit_e ipxe_ctl_freeze(ipxe_ctl_t *ctl)
{
    return wants_nothing(ctl) == IPXE_EXIT_FINE
               ? on_fleet(ctl, IPXE_ACT_FREEZE, "frozen, nothing is installed")
               : IPXE_EXIT_USAGE;
}

ipxe_exit_e ipxe_ctl_thaw(ipxe_ctl_t *ctl)
{
    return wants_nothing(ctl) == IPXE_EXIT_FINE
               ? on_fleet(ctl, IPXE_ACT_THAW, "thawed, installs go on")
               : IPXE_EXIT_USAGE;
}

ipxe_exit_e ipxe_ctl_state(ipxe_ctl_t *ctl)
{
    if (ctl->args->nelts == 1 &&
        strcmp(APR_ARRAY_IDX(ctl->args, 0, const char *), "accept") == 0)
        return on_fleet(ctl, IPXE_ACT_ACCEPT,
                        "accepted, machines that it does not know may be "
                        "installed");
    ipxe_ctl_complain("what is done with the state is 'accept'");
    return IPXE_EXIT_USAGE;
}
