/* BILLmanager 6's price list, the answer of `func=pricelist.export&out=json`, as records of a catalogue file.
 *
 * docs/billmanager-import.md says which shape is read, field by field, and where that is known from. In short:
 *
 *   doc.pricelist[]               tariffs: id, name, active, archived, itemtype, itemtype_info.intname, price
 *     price                       $currency and period[]: $cost, $type, $length
 *     addon[]                     the OS addon: intname or addon_itemtype_info.intname "ostempl", addontype 3, billtype
 * 2 enumeration               an id, the enumeration, or both in a list; enumerationitem: the default item's id
 *         enumerationitem[]       id, intname, name, orderpriority, active, price as above
 *   doc.enumeration[]             enumerations that tariffs name by id alone
 *
 * ISPsystem's JSON writes an element as {"$": "text", "$attribute": "text"} and a list of one element as the element.
 * Tolerant of that: a value may be wrapped or plain, an attribute's name may lack its $, a number may be a string, a
 * list of one may be that one. Strict about money: amounts are read exactly, nothing is guessed, each mistake names its
 * path, and what is left out is said. */
#ifndef OSBILL_CLI_BILLMANAGER_H
#define OSBILL_CLI_BILLMANAGER_H

#include "worker/cli/catalogue_file/catalogue_file.h"

struct json_t; /* jansson's */

struct import_settings {
    const char *module_id; /* that the tariffs are ordered on; "": none is known */
    const char *currency;  /* of prices that name none; "": those are mistakes */
    const char *item_type; /* internal name or id of the products to import: "vds" */
    const char *os_addon;  /* internal name of the addon that bills the OS: "ostempl" */
};

struct import {
    const struct import_settings *settings;
    struct file_problems *problems;                /* each names a path; lines are 0 */
    void (*warn)(void *context, const char *text); /* what is left out; the text is valid during the call */
    void *context;
    struct catalogue_file *file;
    struct imported_enumeration *enumerations;
};

/* Adds what `root` holds to import->file, whose text may point into `root` and into the problems' arena. Check
 * problems->count. */
void billmanager_read(struct import *import, const struct json_t *root);

/* Internal to billmanager*.c: a value and where it is, for mistakes. */
struct place {
    const struct place *parent; /* NULL: the root */
    const char *name;           /* NULL: an item of a list */
    size_t index;
    const struct json_t *value; /* NULL: it is not there */
};
struct place place_child(const struct place *parent, const char *name); /* `name` or, an attribute, `$name` */
/* A list, or one that stands for a list of one; none or null: 0. */
uint32_t place_count(const struct place *list);
struct place place_item(const struct place *list, uint32_t index);

void import_error(struct import *import, const struct place *place, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void import_warning(struct import *import, const struct place *place, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* A string or whole number, wrapped or plain; empty: it is not there. False: it is something else, said. */
bool read_text(struct import *import, const struct place *place, struct text *ret);
/* The same of a field that must be there and be an id: 1 to 128 bytes without blanks and control characters. */
bool read_id(struct import *import, const struct place *place, struct text *ret);
/* on or off, true or false; `preset` when it is not there. */
bool read_switch(struct import *import, const struct place *place, bool preset);
bool read_whole(struct import *import, const struct place *place, int64_t minimum, int64_t maximum, int64_t *ret);
/* Exactly, 0 or more. */
bool read_amount(struct import *import, const struct place *place, int64_t *ret_micros);

/* Adds the record that a change is to be made of; NULL: out of memory, said. */
struct catalogue_change_change *import_add(struct import *import, enum catalogue_change_change_kind kind);

/* billmanager_price.c: adds a Price for each period of `price`. *currency: the tariff's; empty: the first price that
 * names one sets it. False: there is no such price. */
bool import_prices(struct import *import, const struct place *price, struct text tariff_id, struct text item_id,
                   struct text *currency);
/* billmanager_items.c: the OS addon's enumeration and its prices. */
void import_os_addon(struct import *import, const struct place *doc, const struct place *addon, struct tariff *tariff);
void import_enumerations(struct import *import); /* adds all that were found */

#endif
