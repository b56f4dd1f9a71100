/* SPDX-License-Identifier: Apache-2.0 */
/* Where in a line of an iPXE script a value stands. */
#include "script/script.h"

#include <string.h>

/* What a command's words are. */
typedef struct ipxe_command_t {
    const char *name;
    /* Options that take a word of their own, parted by blanks. */
    const char *valued;
    int plain;            /* words after the options, before `rest` */
    ipxe_context_e first; /* of those plain words */
    ipxe_context_e rest;
} ipxe_command_t;

#define FETCHING " --name --timeout "

static const ipxe_command_t commands[] = {
    {"echo", "", 0, IPXE_CONTEXT_TEXT, IPXE_CONTEXT_TEXT},
    {"menu", " --name ", 0, IPXE_CONTEXT_TEXT, IPXE_CONTEXT_TEXT},
    {"form", " --name ", 0, IPXE_CONTEXT_TEXT, IPXE_CONTEXT_TEXT},
    {"item", " --menu --form --key ", 1, IPXE_CONTEXT_ARGUMENT,
     IPXE_CONTEXT_TEXT},
    {"prompt", " --key --timeout ", 0, IPXE_CONTEXT_TEXT, IPXE_CONTEXT_TEXT},
    {"chain", FETCHING, 1, IPXE_CONTEXT_URL, IPXE_CONTEXT_ARGUMENT},
    {"boot", FETCHING, 1, IPXE_CONTEXT_URL, IPXE_CONTEXT_ARGUMENT},
    {"imgexec", FETCHING, 1, IPXE_CONTEXT_URL, IPXE_CONTEXT_ARGUMENT},
    {"kernel", FETCHING, 1, IPXE_CONTEXT_URL, IPXE_CONTEXT_ARGUMENT},
    {"imgselect", FETCHING, 1, IPXE_CONTEXT_URL, IPXE_CONTEXT_ARGUMENT},
    {"imgload", FETCHING, 1, IPXE_CONTEXT_URL, IPXE_CONTEXT_ARGUMENT},
    {"initrd", FETCHING, 1, IPXE_CONTEXT_URL, IPXE_CONTEXT_ARGUMENT},
    {"module", FETCHING, 1, IPXE_CONTEXT_URL, IPXE_CONTEXT_ARGUMENT},
    {"imgfetch", FETCHING, 1, IPXE_CONTEXT_URL, IPXE_CONTEXT_ARGUMENT},
    {"imgverify", " --signer --timeout ", 2, IPXE_CONTEXT_URL,
     IPXE_CONTEXT_ARGUMENT},
    {"shim", " --timeout ", 1, IPXE_CONTEXT_URL, IPXE_CONTEXT_ARGUMENT},
    {"fdt", FETCHING, 1, IPXE_CONTEXT_URL, IPXE_CONTEXT_ARGUMENT},
    {"sanboot", " --drive --filename --label --uuid ", 9, IPXE_CONTEXT_URL,
     IPXE_CONTEXT_URL},
    {"sanhook", " --drive --filename --label --uuid ", 9, IPXE_CONTEXT_URL,
     IPXE_CONTEXT_URL},
    /* A word that is no address stays a word: see in_url. */
    {"set", "", 9, IPXE_CONTEXT_URL, IPXE_CONTEXT_URL},
    {"console", " --x --y --depth --left --right --top --bottom ", 9,
     IPXE_CONTEXT_URL, IPXE_CONTEXT_URL},
};

/* A word of a line. */
typedef struct ipxe_word_t {
    const char *s;
    apr_size_t len; /* 0 at the end of a line that ends in a blank */
    int last;       /* nothing follows it yet: it may grow */
} ipxe_word_t;

static ipxe_word_t word_at(const char *s)
{
    ipxe_word_t word;

    word.s = s + strspn(s, " \t");
    word.len = strcspn(word.s, " \t");
    word.last = word.s[word.len] == '\0';
    return word;
}

static ipxe_word_t word_after(ipxe_word_t word)
{
    return word_at(word.s + word.len);
}

static int word_is(ipxe_word_t word, const char *s)
{
    return strlen(s) == word.len && strncmp(word.s, s, word.len) == 0;
}

/* The first word of the command that the line ends in; *comment: a comment
 * begins before. */
static ipxe_word_t last_command(const char *line, int *comment)
{
    ipxe_word_t word = word_at(line), first;

    if (*word.s == ':' && !word.last)
        word = word_after(word);
    first = word;
    for (*comment = *word.s == '#'; !word.last && !*comment;
         *comment = *word.s == '#') {
        int parts =
            word_is(word, "&&") || word_is(word, "||") || word_is(word, ";");

        word = word_after(word);
        if (parts)
            first = word;
    }
    return first;
}

static const ipxe_command_t *command_of(ipxe_word_t word)
{
    apr_size_t i;

    for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
        if (!word.last && word_is(word, commands[i].name))
            return &commands[i];
    }
    return NULL;
}

/* Does this option take the next word? */
static int takes_word(const ipxe_command_t *command, ipxe_word_t option)
{
    const char *found = command->valued;

    for (; (found = strstr(found, "--")) != NULL; found += 2) {
        if (strncmp(found, option.s, option.len) == 0 &&
            found[option.len] == ' ')
            return 1;
    }
    return 0;
}

/* At the begin of an address a value is its host, or the whole of it. */
static ipxe_context_e in_url(ipxe_word_t word)
{
    const char *found = strstr(word.s, "://");

    return found ? IPXE_CONTEXT_URL : IPXE_CONTEXT_ARGUMENT;
}

static ipxe_context_e in_words(const ipxe_command_t *command, int plain,
                               ipxe_word_t word)
{
    ipxe_context_e context =
        plain < command->plain ? command->first : command->rest;

    return context == IPXE_CONTEXT_URL ? in_url(word) : context;
}

static int is_option(ipxe_word_t word)
{
    return word.len > 1 && strncmp(word.s, "--", 2) == 0;
}

/* Options stand before the first plain word. A gap of a menu has no name
 * before its text. */
static ipxe_context_e in_command(const ipxe_command_t *command,
                                 ipxe_word_t word)
{
    int plain = 0;

    while (!word.last && is_option(word)) {
        plain += word_is(word, "--gap");
        if (takes_word(command, word))
            word = word_after(word);
        if (word.last)
            return IPXE_CONTEXT_ARGUMENT;
        word = word_after(word);
    }
    if (is_option(word))
        return IPXE_CONTEXT_ARGUMENT;
    for (; !word.last; plain++)
        word = word_after(word);
    return in_words(command, plain, word);
}

ipxe_context_e ipxe_script_place(const char *line)
{
    int comment;
    ipxe_word_t word = last_command(line, &comment);
    const ipxe_command_t *command = command_of(word);

    if (comment)
        return IPXE_CONTEXT_COMMENT;
    return command ? in_command(command, word_after(word))
                   : IPXE_CONTEXT_ARGUMENT;
}
