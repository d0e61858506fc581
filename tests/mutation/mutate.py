#!/usr/bin/env python3
"""Writes core with all of its mutants compiled in: one of them is switched on at run time (README.md).

    mutate.py OUTPUT_FOLDER core/FILE.c... [--flags COMPILER_FLAGS...]

Writes OUTPUT_FOLDER/FILE.c for each file, mutants.c (the switch) and mutants.json (what each mutant is).
"""
import argparse
import json
import pathlib
import re
import subprocess
from collections import Counter
from dataclasses import dataclass, field

from clang.cindex import Cursor, CursorKind as Kind, Index, StorageClass, TranslationUnit, TypeKind

INTEGERS = {TypeKind.INT, TypeKind.UINT, TypeKind.LONG, TypeKind.ULONG, TypeKind.LONGLONG, TypeKind.ULONGLONG, TypeKind.SHORT,
            TypeKind.USHORT, TypeKind.CHAR_S, TypeKind.SCHAR, TypeKind.UCHAR, TypeKind.INT128, TypeKind.UINT128}
# Those of the other five operators and the two constants that no test can tell apart unless it tells one of these apart.
RELATIONS = {"<": ["<=", "!="], "<=": ["<", "=="], ">": [">=", "!="], ">=": [">", "=="], "==": ["<=", ">="], "!=": ["<", ">"]}
OPPOSITE = {"==": ["!="], "!=": ["=="]}  # of pointers, enumerations and truth values, which have no order
LITERALS = (Kind.INTEGER_LITERAL, Kind.CHARACTER_LITERAL)
LOGIC = {"&&": "||", "||": "&&"}
ARITHMETIC = {"+": "-", "-": "+", "*": "/", "/": "*", "%": "/", "&": "|", "|": "&", "<<": ">>", ">>": "<<"}
ASSIGNED = {"+=": "-=", "-=": "+=", "|=": "&=", "&=": "|="}
# What a condition may be forced to be, by where it stands; the other value is that of a condition around it.
FORCED = {"condition": "10", "loop": "0", "and": "1", "or": "0"}
INSIDE_NOT = {"condition": "condition", "loop": "condition", "and": "or", "or": "and"}
STATEMENT_PARENTS = {Kind.COMPOUND_STMT, Kind.IF_STMT, Kind.WHILE_STMT, Kind.DO_STMT, Kind.FOR_STMT, Kind.CASE_STMT,
                     Kind.DEFAULT_STMT}
DELETED = {Kind.CALL_EXPR, Kind.BINARY_OPERATOR, Kind.COMPOUND_ASSIGNMENT_OPERATOR, Kind.UNARY_OPERATOR, Kind.BREAK_STMT,
           Kind.CONTINUE_STMT, Kind.RETURN_STMT}


@dataclass
class Place:
    """A piece of the source that mutants replace; places are nested."""
    start: int
    end: int
    function: str
    statement: bool = False
    instead: list = field(default_factory=list)


def words(text):
    """In one line, without comments."""
    return re.sub(r"\s+", " ", re.sub(r"/\*.*?\*/|//[^\n]*", " ", text, flags=re.DOTALL)).strip()


def kind_of(node):
    return node.type.get_canonical().kind


def bare(node):
    """Without the implicit casts and parentheses around it."""
    while node.kind in (Kind.UNEXPOSED_EXPR, Kind.PAREN_EXPR):
        inner = list(node.get_children())
        if len(inner) != 1:
            break
        node = inner[0]
    return node


class Source:
    """One file: where its mutants are."""

    def __init__(self, path, flags):
        self.name = path.name
        self.text = path.read_text(encoding="latin-1")  # libclang counts bytes
        self.places = {}
        self.function = ""
        unit = Index.create().parse(str(path), args=flags, options=TranslationUnit.PARSE_DETAILED_PROCESSING_RECORD)
        errors = [str(problem) for problem in unit.diagnostics if problem.severity >= 3]
        if errors:
            raise SystemExit("\n".join(errors))
        here = [node for node in unit.cursor.get_children()
                if node.location.file and node.location.file.name == str(path)]
        self.macros = [self.extent(node) for node in here if node.kind == Kind.MACRO_INSTANTIATION]
        for node in here:
            if node.kind == Kind.FUNCTION_DECL and node.is_definition():
                self.function = node.spelling
                self.visit(list(node.get_children())[-1], node)

    # --- the source's text ---

    @staticmethod
    def extent(node):
        return node.extent.start.offset, node.extent.end.offset

    def of(self, node):
        start, end = self.extent(node)
        return words(self.text[start:end])

    def in_macro(self, node):
        """Written by a macro, or an argument of one: there is no place of its own for it."""
        start, end = self.extent(node)
        return any(first <= start and end <= last for first, last in self.macros)

    def operator(self, node):
        """+ and so on"""
        left, right = list(node.get_children())
        between = words(self.text[self.extent(left)[1]:self.extent(right)[0]])
        return between

    def replace(self, node, *instead):
        """Each of `instead` is a mutant."""
        start, end = self.extent(node)
        self.add(start, end, False, instead)

    def add(self, start, end, statement, instead):
        place = self.places.setdefault((start, end, statement), Place(start, end, self.function, statement))
        place.instead += [text for text in instead if text not in place.instead]

    # --- what can be wrong with it ---

    def visit(self, node, parent):
        self.delete(node, parent)
        if self.in_macro(node) and self.of(node) not in ("true", "false"):
            return
        visitor = getattr(self, "visit_" + node.kind.name.lower(), None)
        if visitor:
            visitor(node)
        else:
            self.visit_children(node)

    def visit_children(self, node):
        for child in node.get_children():
            self.visit(child, node)

    def delete(self, node, parent):
        start, end = self.extent(node)
        rest = self.text[end:]
        if not (node.kind in DELETED or self.in_macro(node)) or parent.kind not in STATEMENT_PARENTS or not rest.lstrip().startswith(";"):
            return
        if parent.kind == Kind.FOR_STMT and node != list(parent.get_children())[-1]:
            return
        if node.kind == Kind.RETURN_STMT and list(node.get_children()):
            return
        self.add(start, end + rest.index(";") + 1, True, [""])

    def visit_cxx_unary_expr(self, node):
        """sizeof"""

    def visit_enum_decl(self, node):
        """constants"""

    def visit_var_decl(self, node):
        start = self.extent(node)[0]
        is_value = "=" in self.text[start:self.extent(node)[1]]
        if node.storage_class == StorageClass.STATIC or not is_value:
            return
        value = list(node.get_children())[-1]
        self.visit(value, node)

    def visit_case_stmt(self, node):
        self.visit(list(node.get_children())[-1], node)

    def visit_if_stmt(self, node):
        condition, *branches = node.get_children()
        self.condition(condition, "condition")
        for branch in branches:
            self.visit(branch, node)

    def visit_while_stmt(self, node):
        condition, body = node.get_children()
        self.condition(condition, "loop")
        self.visit(body, node)

    def visit_do_stmt(self, node):
        body, condition = node.get_children()
        self.visit(body, node)
        self.condition(condition, "loop")

    def visit_for_stmt(self, node):
        *head, body = node.get_children()
        for part in head:
            before = self.text[self.extent(node)[0]:self.extent(part)[0]].count(";")
            if before == 0:
                self.visit(part, node)
            elif before == 1:
                self.condition(part, "loop")
        self.visit(body, node)

    def visit_conditional_operator(self, node):
        condition, yes, no = node.get_children()
        self.condition(condition, "condition")
        self.visit(yes, node)
        self.visit(no, node)

    def visit_binary_operator(self, node):
        operator = self.operator(node)
        if operator in RELATIONS or operator in LOGIC:
            self.condition(node, "condition")
            return
        left, right = node.get_children()
        if operator in ARITHMETIC and kind_of(right) != TypeKind.POINTER:
            self.replace(node, f"{self.of(left)} {ARITHMETIC[operator]} {self.of(right)}")
        self.visit_children(node)

    def visit_compound_assignment_operator(self, node):
        left, right = node.get_children()
        operator = self.operator(node)
        if operator in ASSIGNED:
            self.replace(node, f"{self.of(left)} {ASSIGNED[operator]} {self.of(right)}")
        self.visit(right, node)

    def visit_unary_operator(self, node):
        text = self.of(node)
        inner = next(node.get_children())
        if text.startswith("!"):
            self.condition(node, "condition")
            return
        if text[0] in "-~" and not text.startswith("--"):
            self.replace(node, self.of(inner))
        self.visit(inner, node)

    def visit_integer_literal(self, node):
        text = self.of(node)
        if text in ("true", "false"):
            self.replace(node, "false" if text == "true" else "true")
        else:
            self.replace(node, f"{text} + 1", f"{text} - 1")

    visit_character_literal = visit_integer_literal

    def visit_init_list_expr(self, node):
        if self.of(node) == "{0}":
            return
        for child in node.get_children():
            value = list(child.get_children())[-1] if child.kind == Kind.UNEXPOSED_EXPR and self.of(child)[0] in ".[" else child
            if bare(value).kind not in (*LITERALS, Kind.INIT_LIST_EXPR) and not self.in_macro(value):
                self.replace(value, *self.nothing(value))
            self.visit(value, node)

    def visit_return_stmt(self, node):
        for value in node.get_children():
            if bare(value).kind not in LITERALS and not self.in_macro(value):
                self.replace(value, *self.nothing(value))
            self.visit(value, node)

    def nothing(self, value):
        """Zero; of truth values also one."""
        kind = kind_of(value)
        if kind in (TypeKind.RECORD, TypeKind.ELABORATED):
            return [f"(__typeof__({self.of(value)})){{0}}"]
        if kind == TypeKind.BOOL:
            return ["0", "1"]
        declared = bare(value).referenced if bare(value).kind == Kind.DECL_REF_EXPR else None
        if declared and declared.kind == Kind.ENUM_CONSTANT_DECL:
            return [f"{self.of(value)} + 1"] if declared.enum_value == 0 else ["0"]
        return ["0"]

    # --- conditions ---

    def condition(self, node, role):
        node = bare(node)
        if self.in_macro(node):
            return
        operator = self.operator(node) if node.kind == Kind.BINARY_OPERATOR else ""
        if operator in LOGIC:
            self.logic(node, operator, role)
        elif operator in RELATIONS:
            self.relation(node, operator, role)
        elif node.kind == Kind.UNARY_OPERATOR and self.of(node).startswith("!"):
            self.negation(node, role)
        elif node.kind == Kind.INTEGER_LITERAL:
            return
        else:
            self.replace(node, f"!({self.of(node)})", *FORCED[role])
            self.visit_children(node)

    def logic(self, node, operator, role):
        left, right = node.get_children()
        inner = "and" if operator == "&&" else "or"
        self.replace(node, f"{self.of(left)} {LOGIC[operator]} {self.of(right)}", *(FORCED[role] if role != inner else ""))
        self.condition(left, inner)
        self.condition(right, inner)

    def relation(self, node, operator, role):
        left, right = node.get_children()
        sides = [bare(left), bare(right)]
        unordered = any(kind_of(side) not in INTEGERS or self.is_enumeration(side) for side in sides)
        others = OPPOSITE.get(operator, RELATIONS[operator]) if unordered else RELATIONS[operator]
        if role == "loop":  # counting in ones: != is <
            others = [other for other in others if other != "!="]
        if bare(right).kind == Kind.INTEGER_LITERAL and self.of(right) == "0" and not self.is_signed(left):
            others = OPPOSITE.get(operator, [])
        self.replace(node, *(f"{self.of(left)} {other} {self.of(right)}" for other in others), *FORCED[role])
        for side in (left, right):  # `< 3` for `< 2` is `<= 2`
            if bare(side).kind not in LITERALS:
                self.visit(side, node)

    @staticmethod
    def is_signed(side):
        return kind_of(bare(side)) in (TypeKind.INT, TypeKind.LONG, TypeKind.LONGLONG, TypeKind.SHORT, TypeKind.INT128)

    @staticmethod
    def is_enumeration(side):
        return kind_of(side) == TypeKind.ENUM or (
            side.kind == Kind.DECL_REF_EXPR and side.referenced.kind == Kind.ENUM_CONSTANT_DECL)

    def negation(self, node, role):
        inner = bare(next(node.get_children()))
        if inner.kind == Kind.BINARY_OPERATOR and self.operator(inner) in (*LOGIC, *RELATIONS):
            self.condition(inner, INSIDE_NOT[role])
            return
        self.replace(node, self.of(inner), *FORCED[role])
        self.visit_children(inner)

    # --- what comes of it ---

    def mutants(self):
        """One after the other, as mutants.json has them."""
        seen = Counter()
        for place in sorted(self.places.values(), key=lambda place: (place.start, -place.end)):
            for instead in place.instead:
                name = f"{self.name}: {place.function}: {self.marked(place)} -> {instead or 'nothing'}"
                seen[name] += 1
                line = self.text.count("\n", 0, place.start) + 1
                yield {"name": name if seen[name] == 1 else f"{name} #{seen[name]}", "file": self.name, "line": line}

    def marked(self, place):
        """Its line, with marks around what is replaced."""
        first = self.text.rindex("\n", 0, place.start) + 1
        last = self.text.index("\n", place.end)
        return words(f"{self.text[first:place.start]}@{self.text[place.start:place.end]}@{self.text[place.end:last]}")

    def schemata(self, first):
        """The file with its mutants, numbered from `first`."""
        places = sorted(self.places.values(), key=lambda place: (place.start, -place.end))
        number = first
        for place in places:
            place.first = number
            number += len(place.instead)
        text, rest = self.emit(places, 0, len(self.text))
        assert not rest
        return ('extern int mutant_active;\nextern unsigned char *mutant_reached;\n'
                '#define MUTANT(n) (mutant_reached[n] = 1, mutant_active == (n))\n' + text)

    def emit(self, places, start, end):
        """The text from start to end; the places that begin after it."""
        out = ""
        while places and places[0].start < end:
            place, *places = places
            out += self.text[start:place.start]
            inner, places = self.emit(places, place.start, place.end)
            if place.statement:
                out += f"{{ if (!MUTANT({place.first})) {{ {inner} }} }}"
            else:
                choices = "".join(f"MUTANT({place.first + i}) ? {text} : " for i, text in enumerate(place.instead))
                out += f"({choices}({inner}))"
            start = place.end
        return out + self.text[start:end], places


def compiler_headers():
    """libclang comes without the compiler's own headers (stddef.h)."""
    folder = subprocess.run(["clang", "-print-resource-dir"], capture_output=True, text=True, check=True).stdout.strip()
    return ["-resource-dir", folder]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("output", type=pathlib.Path)
    parser.add_argument("sources", type=pathlib.Path, nargs="+")
    parser.add_argument("--flags", nargs=argparse.REMAINDER, default=[])
    options = parser.parse_args()
    flags = ["-std=c11", *compiler_headers(), *options.flags]
    mutants = []
    for path in options.sources:
        source = Source(path, flags)
        (options.output / path.name).write_text(source.schemata(len(mutants) + 1), encoding="latin-1")
        mutants += source.mutants()
    (options.output / "mutants.c").write_text(f"const int mutant_count = {len(mutants)};\n", encoding="utf-8")
    (options.output / "mutants.json").write_text(json.dumps(mutants, indent=0), encoding="utf-8")


if __name__ == "__main__":
    main()
