/* SPDX-License-Identifier: Apache-2.0 */
/* libyaml's events to a tree: the only file that knows libyaml. */
#include "yaml/tree.h"

#include <apr_hash.h>
#include <apr_strings.h>
#include <string.h>
#include <yaml.h>

#include "base/limits.h"
#include "yaml/explain.h"
#include "yaml/marks.h"
#include "yaml/pairs.h"

/* Some editors begin UTF-8 with it; libyaml counts it as a blank. */
#define BOM "\xEF\xBB\xBF"

/* An anchor; its node is NULL until it is complete. */
typedef struct anchor_t {
    ipxe_yaml_t *node;
    apr_size_t weight; /* nodes in it, those of its aliases too */
} anchor_t;

typedef struct reader_t {
    yaml_parser_t parser;
    yaml_event_t event;
    const ipxe_source_t *source;
    ipxe_marks_t marks;
    int bom;                   /* the source begins with a byte order mark */
    apr_hash_t *anchors;       /* of anchor_t */
    apr_array_header_t *stack; /* of ipxe_yaml_t *: children under way */
    apr_size_t nodes, alias_nodes;
    int anchor_count, depth;
    const ipxe_yaml_long_t *list; /* handed out item by item; or NULL */
    apr_size_t quoted; /* where the last yaml-quote ended, to say it once */
    ipxe_diags_t *diags;
    apr_pool_t *pool;
} reader_t;

static ipxe_yaml_t *read_node(reader_t *reader);

/* ---- Places ---- */

static apr_size_t byte_of(const reader_t *reader, const yaml_mark_t *mark)
{
    return ipxe_marks_byte(&reader->marks,
                           mark->index + (apr_size_t)reader->bom);
}

static ipxe_span_t event_span(const reader_t *reader)
{
    return ipxe_span(reader->source, byte_of(reader, &reader->event.start_mark),
                     byte_of(reader, &reader->event.end_mark));
}

/* ---- What goes wrong ---- */

static void want_quotes(reader_t *reader, ipxe_span_t span, const char *reason)
{
    ipxe_yaml_want_quotes(reader->diags, span, "%s", reason);
    reader->quoted = span.end;
}

static void over_limit(reader_t *reader, ipxe_span_t span, const char *what,
                       unsigned most)
{
    ipxe_diag_add(reader->diags, IPXE_DIAG_YAML_LIMIT, span, "%s: more than %u",
                  what, most);
}

/* Bytes that are no text for YAML: libyaml knows only where. */
static void bad_byte(reader_t *reader, apr_size_t at)
{
    ipxe_diag_t *diag = ipxe_diag_add(reader->diags, IPXE_DIAG_YAML_SYNTAX,
                                      ipxe_span(reader->source, at, at + 1),
                                      "byte 0x%02X is not UTF-8",
                                      (unsigned char)reader->source->text[at]);

    ipxe_diag_help(diag, "save the file as UTF-8");
}

static void bad_character(reader_t *reader)
{
    ipxe_diag_t *diag = ipxe_diag_add(
        reader->diags, IPXE_DIAG_YAML_SYNTAX,
        ipxe_span(reader->source, reader->parser.problem_offset,
                  reader->parser.problem_offset + 1),
        "a control character (U+%04X)", (unsigned)reader->parser.problem_value);

    ipxe_diag_help(diag, "take it out, or write it as an escape in double "
                         "quotes");
}

static void syntax_error(reader_t *reader)
{
    const yaml_parser_t *parser = &reader->parser;
    ipxe_yaml_trouble_t trouble;

    if (parser->error == YAML_READER_ERROR) {
        bad_character(reader);
        return;
    }
    trouble.problem = parser->problem ? parser->problem : "not YAML";
    trouble.context = parser->context;
    trouble.at = byte_of(reader, &parser->problem_mark);
    trouble.from = byte_of(reader, &parser->context_mark);
    /* the rest of a value that was already said to need quotes */
    if (!reader->quoted || trouble.at > reader->quoted)
        ipxe_yaml_explain(reader->diags, reader->source, &trouble);
}

/* ---- Events ---- */

/* The next event; zero at the end and after an error that was added. */
static int next_event(reader_t *reader)
{
    yaml_event_delete(&reader->event);
    if (yaml_parser_parse(&reader->parser, &reader->event))
        return reader->event.type != YAML_NO_EVENT;
    syntax_error(reader);
    return 0;
}

static ipxe_yaml_t *make_node(reader_t *reader, ipxe_yaml_kind_e kind,
                              ipxe_span_t span)
{
    ipxe_yaml_t *node = apr_pcalloc(reader->pool, sizeof(*node));

    node->kind = kind;
    node->span = span;
    node->text = "";
    reader->nodes++;
    return node;
}

/* What stands in the file, as if it were in quotes. */
static ipxe_yaml_t *make_verbatim(reader_t *reader, ipxe_span_t span)
{
    ipxe_yaml_t *node = make_node(reader, IPXE_YAML_SCALAR, span);

    node->count = span.end - span.begin;
    node->text = apr_pstrmemdup(reader->pool, reader->source->text + span.begin,
                                node->count);
    return node;
}

/* ---- Anchors ---- */

/* Where the event has an anchor: its record. Zero past the limit. */
static int note_anchor(reader_t *reader, const yaml_char_t *name,
                       anchor_t **anchor)
{
    *anchor = NULL;
    if (!name)
        return 1;
    if (++reader->anchor_count > IPXE_MAX_YAML_ANCHORS) {
        over_limit(reader, event_span(reader), "too many anchors",
                   IPXE_MAX_YAML_ANCHORS);
        return 0;
    }
    *anchor = apr_pcalloc(reader->pool, sizeof(**anchor));
    apr_hash_set(reader->anchors, apr_pstrdup(reader->pool, (const char *)name),
                 APR_HASH_KEY_STRING, *anchor);
    return 1;
}

static ipxe_yaml_t *read_alias(reader_t *reader)
{
    const char *name = (const char *)reader->event.data.alias.anchor;
    anchor_t *anchor = apr_hash_get(reader->anchors, name, APR_HASH_KEY_STRING);
    ipxe_span_t span = event_span(reader);

    if (!anchor) {
        span = ipxe_yaml_value_at(reader->source, span.begin);
        ipxe_yaml_want_quotes(reader->diags, span,
                              "YAML takes '*' for an alias, and no anchor "
                              "'&%s' stands before it",
                              name);
        reader->quoted = span.end;
        return make_verbatim(reader, span);
    }
    if (!anchor->node) {
        ipxe_diag_add(reader->diags, IPXE_DIAG_YAML_SYNTAX, span,
                      "alias '*%s' within its own anchor", name);
        return NULL;
    }
    reader->nodes += anchor->weight;
    reader->alias_nodes += anchor->weight;
    if (reader->alias_nodes > IPXE_MAX_YAML_ALIAS_NODES) {
        over_limit(reader, span, "too many nodes by aliases",
                   IPXE_MAX_YAML_ALIAS_NODES);
        return NULL;
    }
    return anchor->node;
}

/* ---- Scalars ---- */

static int is_null_word(const char *text)
{
    static const char *const words[] = {"", "~", "null", "Null", "NULL"};

    return ipxe_text_among(text, words, sizeof(words) / sizeof(words[0]));
}

/* A scalar that cannot be one: NULL, or text to go on with. */
static ipxe_yaml_t *refuse_scalar(reader_t *reader, ipxe_span_t span)
{
    apr_size_t len = reader->event.data.scalar.length;

    if (len > IPXE_MAX_YAML_SCALAR)
        over_limit(reader, span, "bytes in one value", IPXE_MAX_YAML_SCALAR);
    else
        ipxe_diag_add(reader->diags, IPXE_DIAG_YAML_SYNTAX, span,
                      "a value with a NUL byte");
    return make_node(reader, IPXE_YAML_SCALAR, span);
}

static ipxe_yaml_t *tagged_scalar(reader_t *reader, ipxe_span_t span)
{
    span = ipxe_yaml_value_at(reader->source, span.begin);
    want_quotes(reader, span, "YAML takes '!' for a tag");
    return make_verbatim(reader, span);
}

static ipxe_yaml_t *read_scalar(reader_t *reader)
{
    const char *text = (const char *)reader->event.data.scalar.value;
    apr_size_t len = reader->event.data.scalar.length;
    const char *tag = (const char *)reader->event.data.scalar.tag;
    ipxe_span_t span = event_span(reader);
    ipxe_yaml_t *node;

    if (tag && strcmp(tag, YAML_STR_TAG) != 0)
        return tagged_scalar(reader, span);
    if (len > IPXE_MAX_YAML_SCALAR || memchr(text, '\0', len))
        return refuse_scalar(reader, span);
    node = make_node(reader, IPXE_YAML_SCALAR, span);
    node->plain =
        !tag && reader->event.data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    if (node->plain && is_null_word(text))
        node->kind = IPXE_YAML_NULL;
    node->count = len;
    node->text = apr_pstrmemdup(reader->pool, text, len);
    return node;
}

/* ---- Collections ---- */

/* The end of a block is where its last child ends: libyaml's own mark is
 * behind all blanks and comments. */
static void end_span(reader_t *reader, ipxe_yaml_t *node, apr_size_t base,
                     int block)
{
    apr_size_t i, end;

    if (!block) {
        node->span.end = byte_of(reader, &reader->event.end_mark);
        return;
    }
    node->span.end = node->span.begin;
    for (i = (apr_size_t)reader->stack->nelts; i > base; i--) {
        end = APR_ARRAY_IDX(reader->stack, i - 1, ipxe_yaml_t *)->span.end;
        if (end > node->span.begin) { /* else it is an alias */
            node->span.end = end;
            return;
        }
    }
}

static void set_items(reader_t *reader, ipxe_yaml_t *node,
                      ipxe_yaml_t *const *children, apr_size_t n)
{
    if (n > 0)
        node->items =
            apr_pmemdup(reader->pool, children, n * sizeof(*children));
    node->count = n;
}

/* `{{ x }}` without quotes is a mapping whose key is a mapping. */
static int refuse_key(reader_t *reader, const ipxe_yaml_t *mapping,
                      const ipxe_yaml_t *key)
{
    ipxe_span_t span = mapping->span;

    if (key->kind == IPXE_YAML_MAPPING && key->span.begin == span.begin + 1) {
        want_quotes(reader, ipxe_yaml_value_at(reader->source, span.begin),
                    "YAML takes '{' for a mapping");
        return 1;
    }
    ipxe_diag_help(ipxe_diag_add(reader->diags, IPXE_DIAG_WRONG_TYPE, key->span,
                                 "a key must be text, not %s",
                                 ipxe_yaml_what(key)),
                   "put it in quotes if it is text");
    return 0;
}

/* Hands the children to the node. What should be quoted becomes text. */
static void take_children(reader_t *reader, ipxe_yaml_t *node, apr_size_t base)
{
    ipxe_yaml_t **children = (ipxe_yaml_t **)(void *)reader->stack->elts + base;
    apr_size_t n = (apr_size_t)reader->stack->nelts - base, i;

    if (node->kind == IPXE_YAML_SEQUENCE) {
        set_items(reader, node, children, n);
        return;
    }
    for (i = 0; i < n; i += 2) {
        if (children[i]->kind <= IPXE_YAML_SCALAR)
            continue;
        if (refuse_key(reader, node, children[i])) {
            *node = *make_verbatim(reader, node->span);
            return;
        }
        children[i] = make_verbatim(reader, children[i]->span);
    }
    ipxe_yaml_set_pairs(node, children, n, reader->diags, reader->pool);
}

/* ---- A list that is handed out ---- */

/* Is the event the beginning of that list? Then its key was read last. */
static int begins_list(const reader_t *reader, apr_size_t base)
{
    apr_size_t n = (apr_size_t)reader->stack->nelts;

    return reader->list && reader->depth == 1 && n > base &&
           (n - base) % 2 == 1 &&
           reader->event.type == YAML_SEQUENCE_START_EVENT &&
           !reader->event.data.sequence_start.anchor &&
           !reader->event.data.sequence_start.tag &&
           strcmp(APR_ARRAY_IDX(reader->stack, n - 1, ipxe_yaml_t *)->text,
                  reader->list->key) == 0;
}

/* One item, in a pool for the while; zero on an error. What has an anchor in
 * it stays, for its aliases. */
static int hand_out(reader_t *reader, ipxe_yaml_t *list, apr_pool_t **scratch)
{
    apr_pool_t *pool = reader->pool;
    int anchors = reader->anchor_count;
    ipxe_yaml_t *item;

    reader->pool = *scratch;
    item = read_node(reader);
    reader->pool = pool;
    if (!item)
        return 0;
    reader->list->each(reader->list->baton, item, *scratch);
    if (item->span.end > list->span.end)
        list->span.end = item->span.end;
    if (reader->anchor_count == anchors)
        apr_pool_clear(*scratch);
    else
        apr_pool_create(scratch, pool);
    return 1;
}

static ipxe_yaml_t *read_list(reader_t *reader)
{
    ipxe_yaml_t *node =
        make_node(reader, IPXE_YAML_SEQUENCE, event_span(reader));
    apr_pool_t *scratch;

    apr_pool_create(&scratch, reader->pool);
    reader->depth++;
    for (;;) {
        if (!next_event(reader))
            return NULL;
        if (reader->event.type == YAML_SEQUENCE_END_EVENT)
            break;
        if (!hand_out(reader, node, &scratch))
            return NULL;
    }
    reader->depth--;
    apr_pool_destroy(scratch);
    return node;
}

/* Children up to the collection's end event; zero on an error. */
static int read_children(reader_t *reader, apr_size_t base,
                         yaml_event_type_t end)
{
    for (;;) {
        ipxe_yaml_t *child;

        if (!next_event(reader))
            return 0;
        if (reader->event.type == end)
            return 1;
        child =
            begins_list(reader, base) ? read_list(reader) : read_node(reader);
        if (!child)
            return 0;
        APR_ARRAY_PUSH(reader->stack, ipxe_yaml_t *) = child;
    }
}

static ipxe_yaml_t *read_collection(reader_t *reader, ipxe_yaml_kind_e kind,
                                    int block)
{
    yaml_event_type_t end = kind == IPXE_YAML_MAPPING ? YAML_MAPPING_END_EVENT
                                                      : YAML_SEQUENCE_END_EVENT;
    apr_size_t base = (apr_size_t)reader->stack->nelts;
    ipxe_yaml_t *node = make_node(reader, kind, event_span(reader));

    if (++reader->depth > IPXE_MAX_YAML_DEPTH) {
        over_limit(reader, event_span(reader), "nested too deep",
                   IPXE_MAX_YAML_DEPTH);
        return NULL;
    }
    if (!read_children(reader, base, end))
        return NULL;
    end_span(reader, node, base, block);
    take_children(reader, node, base);
    reader->stack->nelts = (int)base;
    reader->depth--;
    return node;
}

static void warn_tag(reader_t *reader, const yaml_char_t *tag)
{
    if (tag)
        want_quotes(
            reader,
            ipxe_yaml_value_at(reader->source, event_span(reader).begin),
            "YAML takes '!' for a tag");
}

/* The node of the current event. NULL: an error was added. */
static ipxe_yaml_t *read_content(reader_t *reader)
{
    const yaml_event_t *event = &reader->event;

    switch (event->type) {
    case YAML_ALIAS_EVENT:
        return read_alias(reader);
    case YAML_SEQUENCE_START_EVENT:
        warn_tag(reader, event->data.sequence_start.tag);
        return read_collection(reader, IPXE_YAML_SEQUENCE,
                               event->data.sequence_start.style ==
                                   YAML_BLOCK_SEQUENCE_STYLE);
    case YAML_MAPPING_START_EVENT:
        warn_tag(reader, event->data.mapping_start.tag);
        return read_collection(reader, IPXE_YAML_MAPPING,
                               event->data.mapping_start.style ==
                                   YAML_BLOCK_MAPPING_STYLE);
    default:
        return read_scalar(reader);
    }
}

static const yaml_char_t *anchor_of(const yaml_event_t *event)
{
    switch (event->type) {
    case YAML_SCALAR_EVENT:
        return event->data.scalar.anchor;
    case YAML_SEQUENCE_START_EVENT:
        return event->data.sequence_start.anchor;
    case YAML_MAPPING_START_EVENT:
        return event->data.mapping_start.anchor;
    default:
        return NULL;
    }
}

static ipxe_yaml_t *read_node(reader_t *reader)
{
    apr_size_t before = reader->nodes;
    anchor_t *anchor;
    ipxe_yaml_t *node;

    if (!note_anchor(reader, anchor_of(&reader->event), &anchor))
        return NULL;
    node = read_content(reader);
    if (node && anchor) {
        anchor->node = node;
        anchor->weight = reader->nodes - before;
    }
    return node;
}

/* ---- Documents ---- */

static void second_document(reader_t *reader, ipxe_span_t first)
{
    ipxe_diag_t *diag =
        ipxe_diag_add(reader->diags, IPXE_DIAG_YAML_SYNTAX, event_span(reader),
                      "a second document in one file");

    ipxe_diag_help(diag, "give it a file of its own");
    ipxe_diag_note(diag, ipxe_span(first.source, first.begin, first.begin),
                   "the first begins here");
}

/* Events up to the stream's end. */
static ipxe_yaml_t *read_stream(reader_t *reader)
{
    ipxe_yaml_t *root = NULL;

    for (;;) {
        if (!next_event(reader))
            return NULL;
        switch (reader->event.type) {
        case YAML_STREAM_START_EVENT:
        case YAML_DOCUMENT_END_EVENT:
            break;
        case YAML_STREAM_END_EVENT:
            return root ? root
                        : make_node(reader, IPXE_YAML_NULL,
                                    ipxe_span(reader->source, 0, 0));
        case YAML_DOCUMENT_START_EVENT:
            if (!root)
                break;
            second_document(reader, root->span);
            return root;
        default:
            root = read_node(reader);
            if (!root)
                return NULL;
        }
    }
}

static ipxe_yaml_t *read_source(reader_t *reader)
{
    const ipxe_source_t *source = reader->source;
    apr_size_t bad = ipxe_marks_make(&reader->marks, source, reader->pool);
    apr_size_t skip;
    ipxe_yaml_t *root;

    reader->bom = strncmp(source->text, BOM, sizeof(BOM) - 1) == 0;
    if (bad < source->len) {
        bad_byte(reader, bad);
        return NULL;
    }
    if (!yaml_parser_initialize(&reader->parser))
        return NULL;
    skip = reader->bom ? sizeof(BOM) - 1 : 0;
    yaml_parser_set_encoding(&reader->parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&reader->parser,
                                 (const unsigned char *)source->text + skip,
                                 source->len - skip);
    root = read_stream(reader);
    yaml_event_delete(&reader->event);
    yaml_parser_delete(&reader->parser);
    return root;
}

apr_status_t ipxe_yaml_parse_long(ipxe_yaml_t **root,
                                  const ipxe_source_t *source,
                                  const ipxe_yaml_long_t *list,
                                  ipxe_diags_t *diags, apr_pool_t *pool)
{
    int before = diags->errors;
    apr_pool_t *scratch;
    reader_t reader;

    memset(&reader, 0, sizeof(reader));
    apr_pool_create(&scratch, pool);
    reader.source = source;
    reader.list = list;
    reader.diags = diags;
    reader.pool = pool;
    reader.anchors = apr_hash_make(scratch);
    reader.stack = apr_array_make(scratch, 64, sizeof(ipxe_yaml_t *));
    *root = read_source(&reader);
    apr_pool_destroy(scratch);
    return *root && diags->errors == before ? APR_SUCCESS : APR_EGENERAL;
}

apr_status_t ipxe_yaml_parse(ipxe_yaml_t **root, const ipxe_source_t *source,
                             ipxe_diags_t *diags, apr_pool_t *pool)
{
    return ipxe_yaml_parse_long(root, source, NULL, diags, pool);
}
