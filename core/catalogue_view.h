/* The catalogue as a person looks at it: what `osbill template list` and `osbill catalogue show` print.
 *
 * Reads a book and a snapshot built from it; text is the book's, lists are in arena memory. */
#ifndef OSBILL_CORE_CATALOGUE_VIEW_H
#define OSBILL_CORE_CATALOGUE_VIEW_H

#include "core/book.h"
#include "core/catalogue.h"

/* rules.md 1: orderable in all, some or none of the tariffs. Those count that have a module which ever showed the
 * template; without any: NONE. */
enum template_status { TEMPLATE_NONE, TEMPLATE_SOME, TEMPLATE_ALL };

/* One module that ever showed the template. */
struct link_view {
    struct text module_id;
    bool present; /* as far as scans say */
    bool linked;  /* overrides included */
};

/* One tariff that the template has a switch for, or could be ordered in. */
struct switch_view {
    struct text tariff_id;
    bool on;        /* overrides included */
    bool orderable; /* on some module of the tariff */
};

struct override_view {
    bool of_module; /* else of a tariff */
    struct text scope_id;
    const struct override_state *state; /* setting, actor, reason, at */
};

struct template_view {
    struct text template; /* internal name */
    struct text title;    /* empty: none was set */
    struct text os_group;
    int32_t sort;
    int64_t min_disk_mib, min_ram_mib;
    int64_t first_seen_at;  /* 0: never seen, only overrides or settings name it */
    struct text same_as;    /* alias target, empty: none */
    struct text_array tags; /* scanned ones and added ones, in order of bytes, each once */
    enum template_status status;
    struct link_view *links; /* in order of bytes of their ids, like the next two */
    struct switch_view *switches;
    struct override_view *overrides;
    uint32_t link_count, switch_count, override_count;
};

/* All templates that were seen, or that settings, aliases or overrides name, by sort, then bytes. */
struct template_view_list {
    struct template_view *items;
    uint32_t count;
};
bool catalogue_view_templates(const struct catalogue_book *book, const struct catalogue *catalogue, struct arena *arena,
                              struct template_view_list *ret_list) WARN_UNUSED;

/* A module and its scans. */
struct module_view {
    const struct module *module;
    int32_t linked;                 /* templates */
    const struct recent_scan *scan; /* the newest; NULL: none yet */
    struct text held_scan;          /* waits for approval; empty: none */
};
struct module_view_list {
    struct module_view *items; /* by bytes of module_id */
    uint32_t count;
};
bool catalogue_view_modules(const struct catalogue_book *book, struct arena *arena,
                            struct module_view_list *ret_list) WARN_UNUSED;

#endif
