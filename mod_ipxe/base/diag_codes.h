/* SPDX-License-Identifier: Apache-2.0 */
/* All codes of diagnostics: name, slug, severity, and what it means. The enum,
 * the manual (docs/diagnostics.md) and the golden tests (t/diag/SLUG/) follow
 * this table, and a check in the build holds them together. */
#ifndef IPXE_BASE_DIAG_CODES_H
#define IPXE_BASE_DIAG_CODES_H

/* clang-format off */
#define IPXE_DIAG_CODES(X) \
    /* files */ \
    X(FILE_UNREADABLE, "file-unreadable", ERROR, \
      "A file or folder that is named cannot be read.") \
    X(FILE_TOO_LARGE, "file-too-large", ERROR, \
      "A file is larger than what is read of its kind.") \
    /* functions */ \
    X(BAD_CALL, "bad-call", ERROR, \
      "A function of the product is called in a way that it cannot answer.") \
    /* installing once */ \
    X(NEVER_REPORTS, "never-reports", ERROR, \
      "A profile installs, and nothing in it ever reports that it is done.") \
    X(NO_STATE, "no-state", ERROR, \
      "A server that keeps no state would install at every boot.") \
    /* doubts: what `ipxectl check` adds */ \
    X(MISSING_FILE, "missing-file", WARNING, \
      "A file that machines are to fetch is not under the DocumentRoot.") \
    X(UNUSED_PROFILE, "unused-profile", WARNING, \
      "No rule, host, group or menu leads to a profile.") \
    X(UNUSED_MENU, "unused-menu", WARNING, \
      "No rule, host, group or menu leads to a menu.") \
    X(UNUSED_GROUP, "unused-group", WARNING, \
      "No host is in a group.") \
    X(UNUSED_HOST, "unused-host", WARNING, \
      "Nothing depends on a host.") \
    X(UNUSED_TEMPLATE, "unused-template", WARNING, \
      "Nothing names a template.") \
    X(UNREACHABLE_RULE, "unreachable-rule", WARNING, \
      "A rule stands below one that decides for all its machines.") \
    X(CONTRADICTION, "contradiction", WARNING, \
      "Two conditions that must hold together cannot.") \
    /* YAML */ \
    X(YAML_SYNTAX, "yaml-syntax", ERROR, \
      "The text is not well-formed YAML.") \
    X(YAML_LIMIT, "yaml-limit", ERROR, \
      "A YAML file is deeper, or holds more by its aliases, than is read.") \
    X(YAML_QUOTE, "yaml-quote", ERROR, \
      "YAML takes a value for something else than text: quote it.") \
    X(DUPLICATE_KEY, "duplicate-key", ERROR, \
      "A key stands twice in one mapping.") \
    X(UNKNOWN_KEY, "unknown-key", ERROR, \
      "A key that is none of those a mapping may have here.") \
    X(MISSING_KEY, "missing-key", ERROR, \
      "A key that must be there is not.") \
    X(WRONG_TYPE, "wrong-type", ERROR, \
      "A value of another kind than what belongs here.") \
    X(BAD_VALUE, "bad-value", ERROR, \
      "A value of the right kind that is none of those that work here.") \
    /* rules: names */ \
    X(BAD_NAME, "bad-name", ERROR, \
      "A name with characters that names cannot have.") \
    X(RESERVED_NAME, "reserved-name", ERROR, \
      "A variable has the name of a function or of something always there.") \
    X(FACT_NAME, "fact-name", WARNING, \
      "A variable has the name of a fact, which it hides from templates.") \
    X(DUPLICATE_NAME, "duplicate-name", ERROR, \
      "A name is defined twice.") \
    X(DUPLICATE_ITEM, "duplicate-item", ERROR, \
      "Two items of a menu have one name or one key.") \
    X(UNKNOWN_NAME, "unknown-name", ERROR, \
      "A profile, installer, menu, group, host or item that nothing defines.") \
    X(UNKNOWN_TEMPLATE, "unknown-template", ERROR, \
      "A template that is not in the folder of templates.") \
    X(UNKNOWN_ANSWER, "unknown-answer", ERROR, \
      "An answer file that the profile does not list.") \
    X(UNKNOWN_VARIABLE, "unknown-variable", ERROR, \
      "A condition names what is no fact and no variable known there.") \
    X(CIRCLE, "circle", ERROR, \
      "Something needs, extends or holds itself.") \
    X(CHAIN_TOO_LONG, "chain-too-long", ERROR, \
      "More profiles or installers extend one another than are followed.") \
    X(LIST_CONDITION, "list-condition", ERROR, \
      "A condition is a list, which does not say whether one or all hold.") \
    X(BAD_PATTERN, "bad-pattern", ERROR, \
      "A glob, a regular expression or a comparison that cannot be read.") \
    X(DOUBTFUL_PATTERN, "doubtful-pattern", WARNING, \
      "A pattern that no machine fits.") \
    X(BAD_NETWORK, "bad-network", ERROR, \
      "What should be an address, a network or a range is none.") \
    X(BAD_MAC, "bad-mac", ERROR, \
      "What should be the address of a card is none.") \
    X(BAD_UUID, "bad-uuid", ERROR, \
      "What should be a UUID is none.") \
    X(PATTERN_LIMIT, "pattern-limit", ERROR, \
      "A regular expression needs too many steps for what a machine sent.") \
    /* rules: what machines get */ \
    X(TWO_ACTIONS, "two-actions", ERROR, \
      "Two actions where one can be done.") \
    X(NO_ACTION, "no-action", ERROR, \
      "A rule or an item that does nothing.") \
    X(NOTHING_TO_BOOT, "nothing-to-boot", ERROR, \
      "A profile with nothing that a machine could boot.") \
    X(MIXED_CASES, "mixed-cases", ERROR, \
      "Platforms and processors stand in one mapping.") \
    X(DOUBTFUL_ARGUMENT, "doubtful-argument", WARNING, \
      "An argument looks like the end of another that YAML parted.") \
    X(HOST_CONFLICT, "host-conflict", ERROR, \
      "Two hosts claim one key.") \
    X(HOSTS_UNREADABLE, "hosts-unreadable", ERROR, \
      "A database of hosts cannot be read or written.") \
    X(NOT_IMPORTED, "not-imported", ERROR, \
      "An entry of another system is no host and is left out.") \
    X(NAMES_NOBODY, "names-nobody", ERROR, \
      "Nothing that could tell a machine, or a filler that many send.") \
    X(GROUP_ACTIONS, "group-actions", ERROR, \
      "Two groups of a host have different actions and the host has none.") \
    X(NO_FOLLOW, "no-follow", ERROR, \
      "A host or group has an action, and no rule follows it.") \
    /* scripts */ \
    X(LONG_COMMAND_LINE, "long-command-line", WARNING, \
      "A kernel command line comes near what the machine's kernel takes.") \
    X(COMMAND_LINE_TOO_LONG, "command-line-too-long", ERROR, \
      "A kernel command line is longer than what the machine's kernel takes.") \
    /* scripts of iPXE, by themselves */ \
    X(SCRIPT_START, "script-start", ERROR, \
      "A script does not begin with `#!ipxe`, so that iPXE does not run it.") \
    X(BACKSLASH, "backslash", WARNING, \
      "A backslash continues a line that was not to go on, or does not.") \
    X(SINGLE_PIPE, "single-pipe", ERROR, \
      "A `|` or `&` where iPXE knows `||` and `&&` alone, between blanks.") \
    X(UNKNOWN_COMMAND, "unknown-command", ERROR, \
      "A script uses a command that no iPXE has.") \
    X(UNKNOWN_OPTION, "unknown-option", ERROR, \
      "A script gives a command an option that it does not have.") \
    X(WRONG_ARGUMENTS, "wrong-arguments", ERROR, \
      "A script gives a command more or fewer words than it takes.") \
    X(NOT_IN_BUILD, "not-in-build", WARNING, \
      "A script uses what not every build of iPXE has, and has no `||`.") \
    X(NO_OTHERWISE, "no-otherwise", WARNING, \
      "A command that may well fail has no `||`: its failure ends the " \
      "script.") \
    X(TOO_MANY_WORDS, "too-many-words", WARNING, \
      "A line has more words than iPXE on BIOS takes.") \
    X(QUOTES, "quotes", WARNING, \
      "Quotes stand around an argument, and iPXE takes them for text.") \
    X(BARE_EXIT, "bare-exit", WARNING, \
      "`exit` without a number reports success to the firmware.") \
    X(UNKNOWN_LABEL, "unknown-label", ERROR, \
      "A `goto` leads to a label that is not there.") \
    X(DUPLICATE_LABEL, "duplicate-label", WARNING, \
      "A label stands twice; iPXE finds the first alone.") \
    X(UNUSED_LABEL, "unused-label", WARNING, \
      "No `goto` and no item leads to a label.") \
    X(ITEM_WITHOUT_LABEL, "item-without-label", ERROR, \
      "The script goes to the label of a menu's item, which is not there.") \
    X(FALL_THROUGH, "fall-through", WARNING, \
      "A section of a script runs on into the next.") \
    X(NESTED_CHAIN, "nested-chain", WARNING, \
      "A script runs another inside of itself where it could hand over.") \
    X(NO_MENU, "no-menu", ERROR, \
      "`item` or `choose` without a menu.") \
    X(UNKNOWN_DEFAULT, "unknown-default", WARNING, \
      "The default of a menu is none of its items.") \
    X(MENU_WAITS, "menu-waits", WARNING, \
      "A menu waits for a person for ever.") \
    X(UNSET_VARIABLE, "unset-variable", WARNING, \
      "A script uses a setting that nothing sets.") \
    X(RAW_SETTING, "raw-setting", WARNING, \
      "A text that a maker chose stands in an address as it is.") \
    X(RELATIVE_ADDRESS, "relative-address", WARNING, \
      "An address is relative to wherever the script came from.") \
    X(NO_IMGFREE, "no-imgfree", WARNING, \
      "A kernel is loaded beside whatever was fetched before.") \
    X(MISSING_INITRD, "missing-initrd", WARNING, \
      "A command line does not name its initrd, or one that is not loaded.") \
    X(WIMBOOT_NAME, "wimboot-name", WARNING, \
      "A file for wimboot lacks one of its two names, or has a long one.") \
    X(KERNEL_WORD, "kernel-word", WARNING, \
      "A word of a command line is not what its reader takes.") \
    X(NO_BOOTIF, "no-bootif", WARNING, \
      "An installer is not told which card the machine booted from.") \
    /* answer files, by themselves */ \
    X(UNKNOWN_KEYWORD, "unknown-keyword", WARNING, \
      "A line of an answer file begins with a word that its reader lacks.") \
    X(MISSING_END, "missing-end", ERROR, \
      "A section of a kickstart has no `%end`.") \
    X(INSTALL_ASKS, "install-asks", WARNING, \
      "An answer file leaves questions open, at which the installation " \
      "stops.") \
    X(UNKNOWN_QUESTION, "unknown-question", WARNING, \
      "A preseed answers a question that the installer does not have.") \
    X(LATE_ANSWER, "late-answer", WARNING, \
      "A preseed answers what was decided before it was fetched.") \
    X(PACKAGE_GROUP, "package-group", WARNING, \
      "A kickstart names a group of packages that its release does not have.") \
    X(FIXED_DEVICE, "fixed-device", WARNING, \
      "A disk or a card has a name that other machines give to another.") \
    X(SECRET_IN_FILE, "secret-in-file", WARNING, \
      "A password, or its hash, stands in a file that is served as it is.") \
    X(SEED_START, "seed-start", ERROR, \
      "user-data of cloud-init does not begin with `#cloud-config`.") \
    X(MISSING_TREEINFO, "missing-treeinfo", WARNING, \
      "A tree that Anaconda installs from has no `.treeinfo`.") \
    /* templates */ \
    X(TEMPLATE_SYNTAX, "template-syntax", ERROR, \
      "A template or an expression is not well-formed.") \
    X(UNDEFINED_NAME, "undefined-name", ERROR, \
      "A template uses a name or a key that nothing defines.") \
    X(UNKNOWN_FILTER, "unknown-filter", ERROR, \
      "A template uses a filter that is none of the language's.") \
    X(UNKNOWN_TEST, "unknown-test", ERROR, \
      "A template uses a test that is none of the language's.") \
    X(UNKNOWN_FUNCTION, "unknown-function", ERROR, \
      "A template calls a function or a method that there is not.") \
    X(TEMPLATE_TYPE, "template-type", ERROR, \
      "A template does with a value what its kind cannot do.") \
    X(TEMPLATE_ARGUMENT, "template-argument", ERROR, \
      "A filter, a test, a function or a macro is called with arguments " \
      "that it does not take.") \
    X(TEMPLATE_LIMIT, "template-limit", ERROR, \
      "A render takes more steps, depth, output or memory than it may.") \
    X(TEMPLATE_ESCAPE, "template-escape", ERROR, \
      "A value cannot be written where it stands.") \
    X(TEMPLATE_SECRET, "template-secret", ERROR, \
      "A secret would stand where others can read it.") \
    X(TEMPLATE_MISSING, "template-missing", ERROR, \
      "A template that is included, imported or extended is not there.") \
    X(TEMPLATE_REGEX, "template-regex", ERROR, \
      "A regular expression is not well-formed or costs too much.") \
    X(TEMPLATE_OVERFLOW, "template-overflow", ERROR, \
      "A number of a template does not fit into 64 bits.")
/* clang-format on */

#endif
