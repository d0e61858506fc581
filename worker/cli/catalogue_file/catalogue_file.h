/* The catalogue as one file that a human keeps in git (docs/commands.md shows one).
 *
 *   modules:       <module_id>: {title, auto_connect, strict}
 *   enumerations:  <enumeration_id>: {<item_id>: {internal_name, title, sort}}
 *   tariffs:       <tariff_id>: {title, currency, modules, os_param, enumeration, default_item, refund, rounding,
 *                                disk_mib, ram_mib, enabled, prices, os_prices}
 *     prices:      <months>: AMOUNT               of the tariff itself; months 0: for ever
 *                  <months>: {<date>: AMOUNT}     from when on; without a date: since ever
 *     os_prices:   <item_id>: {as prices}
 *   aliases:       <template>: <internal name that it counts as>
 *   templates:     <template>: {title, sort, tags}
 *   overrides:     {tariffs: {<tariff_id>: {<template>: ON|OFF}}, modules: {<module_id>: {<template>: ON|OFF}}}
 *
 * A section that is there is the whole truth of its kind, one that is left out says nothing: without `overrides`, what
 * `osbill template off` set stays. */
#ifndef OSBILL_CLI_CATALOGUE_FILE_H
#define OSBILL_CLI_CATALOGUE_FILE_H

#include "core/book.h"
#include "worker/cli/catalogue_file/catalogue_form.h"

enum catalogue_section {
    SECTION_MODULES,
    SECTION_ENUMERATIONS,
    SECTION_TARIFFS, /* prices too */
    SECTION_ALIASES,
    SECTION_TEMPLATES,
    SECTION_OVERRIDES,
    SECTION_COUNT
};

/* One record that the catalogue is to hold, as the change that would put it there. */
struct wanted {
    struct catalogue_change_change change;
    uint32_t line;
};

struct catalogue_file {
    bool has[SECTION_COUNT];
    struct wanted *items; /* in the order in which a change set should hold them */
    uint32_t count, room;
};

/* All text and lists live as long as `root` and the problems' arena. Check problems->count. */
void catalogue_file_read(const struct yaml_node *root, struct file_problems *problems, struct catalogue_file *ret);

/* Reads "catalogue.yaml" ("-": standard input) into arena memory; false: a message was printed. */
bool catalogue_file_open(const char *name, struct arena *arena, struct catalogue_file *ret);

/* Writes the whole book in the form above. */
void catalogue_file_write(const struct catalogue_book *book, struct arena *arena, FILE *to);

/* Internal to catalogue_file*.c. */
struct catalogue_change_change *catalogue_file_add(struct catalogue_file *file, const struct yaml_node *node,
                                                   struct file_problems *problems);
void catalogue_file_read_tariff(const struct yaml_node *node, struct file_problems *problems,
                                struct catalogue_file *file);
void catalogue_file_write_tariff(const struct catalogue_book *book, const struct tariff *tariff, struct arena *arena,
                                 FILE *to);
/* Live entries of a kind (and group, unless NULL) by group, then name; NULL: out of memory, or there is none. */
const struct book_entry **book_sorted(const struct catalogue_book *book, enum book_kind kind, const struct text *group,
                                      struct arena *arena, uint32_t *ret_count);

#endif
