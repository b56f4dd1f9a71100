# SPDX-License-Identifier: Apache-2.0
"""Random templates from the language's grammar, for compare.py. What is made
is often wrong (a text divided by a list): then both must say so."""

VARS = """{"a": 1, "b": -7, "f": 2.5, "s": "hello", "t": "Grün x", "e": "",
"n": null, "y": true, "l": [3, 1, 2], "w": ["b", "A", "c"], "m": {"k": 1,
"j": "v", "d": {"x": [1, 2]}}, "u": [{"n": "p", "v": 2}, {"n": "q", "v": 1}]}"""

NAMES = ["a", "b", "f", "s", "t", "e", "n", "y", "l", "w", "m", "u", "zz"]
LITERALS = ["0", "1", "2", "10", "1.5", "''", "'ab'", "'x y'", "true",
            "false", "none", "[]", "[1, 2]", "(1, 'a')", "{}", "{'k': 2}"]
BINARY = ["+", "-", "*", "/", "//", "%", "**", "~", "==", "!=", "<", "<=",
          ">", ">=", "in", "not in", "and", "or"]
FILTERS = ["upper", "lower", "title", "capitalize", "trim", "length",
           "string", "list", "sort", "join", "join(',')", "first", "last",
           "int", "float", "abs", "round", "round(1)", "reverse|list",
           "default('d')", "default('d', true)", "replace('l', 'L')",
           "unique|list", "min", "max", "sum", "tojson", "urlencode",
           "wordcount", "center(9)", "indent(2)", "map('string')|list",
           "select|list", "reject|list", "batch(2)|list", "slice(2)|list",
           "items|list", "dictsort", "e", "wordwrap(4)",
           "map('upper')|join", "select('number')|list", "format(1)",
           "map(attribute='n')|list", "sum(attribute='v')",
           "sort(attribute='v')|map(attribute='n')|list"]
TESTS = ["defined", "undefined", "none", "number", "integer", "float",
         "string", "boolean", "mapping", "iterable", "sequence", "odd",
         "even", "lower", "upper", "divisibleby(2)", "eq(1)", "in([1, 2])",
         "lt(3)", "sameas(none)"]
METHODS = ["upper()", "lower()", "strip()", "split()", "title()",
           "startswith('h')", "find('l')", "count('l')", "zfill(7)",
           "replace('e', 'E')", "items()|list", "keys()|list", "get('k')",
           "index(1)", "partition(' ')", "splitlines()", "format(1)"]
ACCESS = [".k", ".d.x", "['j']", "[0]", "[-1]", "[1:]", "[:2]", "[::-1]",
          "[::2]", ".0", ".n"]
TEXT = ["x", " ", "\n", "\n\n", "  ", "a b", "end\n", "\n  ", "{ ", "}", "%",
        "\t"]


def expression(source, depth):
    """One expression; the deeper, the simpler."""
    kind = source.randrange(12) if depth > 0 else source.randrange(2)
    if kind == 0:
        return source.choice(NAMES)
    if kind == 1:
        return source.choice(LITERALS)
    inner = expression(source, depth - 1)
    if kind in (2, 3):
        sign = source.choice(BINARY)
        if sign == "**":  # whole ones: no complex numbers
            return f"{inner} ** {source.randrange(3)}"
        return f"{inner} {sign} {expression(source, depth - 1)}"
    if kind in (4, 5, 6):
        name = source.choice(FILTERS)
        if name == "e" and inner.endswith("tojson"):  # see README
            name = "upper"
        return f"{inner}|{name}"
    if kind == 7:
        word = source.choice(["is", "is not"])
        return f"({inner} {word} {source.choice(TESTS)})"
    if kind == 8:
        return f"({inner}).{source.choice(METHODS)}"
    if kind == 9:
        # of a name: Jinja2 reaches into literals before it renders
        return f"{source.choice(NAMES)}{source.choice(ACCESS)}"
    if kind == 10:
        return f"({inner})"
    return (f"({inner} if {expression(source, depth - 1)} else "
            f"{expression(source, depth - 1)})")


def tag(source, text):
    """A tag with its control of blanks."""
    begin = source.choice(["", "", "", "-", "+"])
    end = source.choice(["", "", "", "-", "+"])
    return "{%" + begin + " " + text + " " + end + "%}"


def body(source, depth):
    return "".join(part(source, depth)
                   for _ in range(source.randrange(1, 4)))


def part(source, depth):
    """Text, output or a statement."""
    kind = source.randrange(9) if depth > 0 else source.randrange(4)
    if kind == 0:
        return source.choice(TEXT)
    if kind in (1, 2):
        sign = source.choice(["", "", "-"])
        return "{{" + sign + " " + expression(source, 2) + " " + sign + "}}"
    if kind == 3:
        return "{#" + source.choice(["", "-"]) + " c " + "#}"
    if kind == 4:
        return (tag(source, "if " + expression(source, 1)) +
                body(source, depth - 1) +
                (tag(source, "else") + body(source, depth - 1)
                 if source.randrange(2) else "") + tag(source, "endif"))
    if kind == 5:
        over = source.choice(["l", "w", "m", "s", "range(3)", "u", "[]",
                              expression(source, 1)])
        return (tag(source, f"for i in {over}") +
                source.choice(["{{ i }}", "{{ loop.index }}",
                               "{{ loop.last }}"]) +
                body(source, depth - 1) + tag(source, "endfor"))
    if kind == 6:
        return tag(source, "set v = " + expression(source, 1)) + "{{ v }}"
    if kind == 7:
        return (tag(source, "macro q(p, o=1)") + "{{ p }}" +
                body(source, depth - 1) + tag(source, "endmacro") +
                "{{ q(" + expression(source, 1) + ") }}")
    return (tag(source, "filter " + source.choice(["upper", "trim",
                                                    "indent(1)"])) +
            body(source, depth - 1) + tag(source, "endfilter"))


def shown(template):
    """Both print these by an address or a name of Python's."""
    return "--- " in template or "=== " in template


def case(source, number):
    """A case as a file of cases has it."""
    while True:
        if source.randrange(2):
            template = "{{ " + expression(source, 3) + " }}"
        else:
            template = body(source, 3)
        if not shown(template):
            return (f"=== random {number}\n--- vars\n{VARS}\n"
                    f"--- template\n{template}\n")
