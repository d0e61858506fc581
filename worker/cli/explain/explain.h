/* osbill explain: everything that the topics hold about one id, and how it is told. Internal to explain*.c.
 *
 *   search    the Decisions that name the id, or an event or case that belongs to it
 *   gather    charges, notifications, dead letters and inputs that these name, the tariffs' roundings
 *   judge     each sum done again, what became of each case, what covered
 *   tell      as text, or as one JSON object
 * Nothing is decided here: it presents what was (rules.md is core's). */
#ifndef OSBILL_CLI_EXPLAIN_H
#define OSBILL_CLI_EXPLAIN_H

#include "core/rule_tables.h"
#include "worker/cli/account/account_view.h"
#include "worker/cli/cluster/record_place.h"
#include "worker/cli/explain/explain_line.h"

struct json_t;

enum id_kind { ID_CHARGE, ID_CASE, ID_NOTIFICATION, ID_EVENT, ID_KINDS };
extern const char *const id_kind_names[ID_KINDS];

struct found_decision {
    struct record_place place;
    int64_t seq, decided_at;
    struct decision decision;
};

struct found_charge {
    struct record_place place;
    struct charge charge;
};

struct found_notification {
    struct record_place place;
    struct notification notification;
};

struct found_input {
    struct record_place place;
    const struct record_type *type;
    const void *record;  /* NULL: problem says why */
    const char *problem; /* "retention has deleted it", or why it cannot be read */
};

struct found_dead_letter {
    struct record_place place, input;
    struct text code, message, at;
};

/* What a tariff's rounding was from then on. */
struct found_rounding {
    struct text tariff_id;
    int64_t since; /* ms: when the change was published */
    int64_t rounding_micros;
};

/* Grows in arena memory, in order of addition. */
#define FOUND_LIST(type)      \
    struct type##_list {      \
        struct type *items;   \
        uint32_t count, room; \
    }
FOUND_LIST(found_decision);
FOUND_LIST(found_charge);
FOUND_LIST(found_notification);
FOUND_LIST(found_input);
FOUND_LIST(found_dead_letter);
FOUND_LIST(found_rounding);

/* Ids that belong to the story; each once. */
struct id_list {
    struct text *items;
    uint32_t count, room;
};

struct explanation {
    struct text id;
    enum id_kind kind;
    struct id_list events, cases, charge_ids;
    struct found_decision_list decisions;
    uint64_t left_out; /* decisions beyond 1,000: an event that is delivered again and again */
    struct found_charge_list charges;
    struct found_charge_list history; /* of the VPS, when something was covered */
    struct found_notification_list notifications;
    struct found_input_list inputs;
    struct found_dead_letter_list dead_letters;
    struct found_rounding_list roundings;
    const struct account_view *account; /* NULL: was not looked at */
};

/* --- explain_list.c --- */

/* A zeroed item at the end; NULL: no memory. */
void *found_add(struct memory *memory, void *list, size_t item_size);
/* True: it is new (an empty id never is). */
bool id_add(struct memory *memory, struct id_list *list, struct text id);
bool id_has(const struct id_list *list, struct text id);
enum id_kind id_kind_of(struct text id);
/* Of an input; topic TOPIC_COUNT: it names none. */
struct record_place place_of(const struct caused_by *cause);
const struct found_charge *find_charge(const struct explanation *all, struct text charge_id);
const struct found_input *find_input(const struct explanation *all, const struct record_place *place);

/* The decision's own line, or one of its effects, in one form. */
struct deed {
    struct text event_id, rule, vps_id, template, item_id, charge_id, case_id;
    enum verdict verdict;
    int64_t amount_micros;
    bool own;
};
/* Number 0 is the decision's own, effects follow. False: there is no such. */
bool deed_of(const struct decision *decision, uint32_t number, struct deed *ret);
/* It is about the id that was asked for, or an event or a case that belongs to it. */
bool deed_matters(const struct explanation *all, const struct deed *deed);
/* What it tells belongs to the story from now on. True: events or cases that may be named elsewhere, too. */
bool deed_learn(struct memory *memory, struct explanation *all, const struct deed *deed);

/* --- explain_case.c --- */

enum case_step {
    STEP_OPENED,
    STEP_WAITS,
    STEP_TOLD,
    STEP_SETTLED, /* this and the following end it */
    STEP_COVERED,
    STEP_WAIVED,
    STEP_EXPIRED,
    STEP_REJECTED,
    STEP_CLOSED,
    STEP_COUNT
};
/* What a deed did to the case that it names; `open`: before it. */
enum case_step case_step_of(const struct deed *deed, bool open);
extern const char *const case_step_names[STEP_COUNT]; /* "settled" */
extern const char *const case_step_words[STEP_COUNT]; /* for people */
/* Calls `visit` (NULL: nothing) for each deed that names the case, in order. True: they leave it open. */
typedef void case_visit(void *context, const struct found_decision *found, const struct deed *deed,
                        enum case_step step);
bool case_walk(const struct explanation *all, struct text case_id, case_visit *visit, void *context);
bool case_is_open(const struct explanation *all, struct text case_id);
/* As the state holds it; NULL: it does not, or was not looked at. */
const struct open_case *case_state_of(const struct explanation *all, struct text case_id, struct text *ret_vps_id);
/* "money", "a price": what an open case waits for. */
const char *case_waits_for(enum case_state state);

/* --- explain_sum.c: sums done again --- */

/* The line's sum with the rounding that its tariff had then. */
void explain_line_sum(const struct explanation *all, const struct charge_line *line, int64_t moment,
                      struct line_sum *ret);
/* The charge's amount is the sum of its lines. */
bool charge_adds_up(const struct charge *charge);
int64_t balance_before(const struct charge *charge); /* saturates */
/* How many sums of all charges and open cases do not come out. */
uint32_t count_differences(const struct explanation *all);

/* --- explain_cover.c: why an installed OS cost nothing more (rules.md 3) --- */

struct cover {
    bool by_item;          /* else by level: what is paid for the full period is at least its price */
    struct text item_id;   /* that the charge or case named */
    int64_t level_micros;  /* price that is paid, or owed, for the full period */
    struct text charge_id; /* empty: a case owes it, or only the state says so */
    struct text case_id;   /* empty unless a case owes it */
    int64_t paid_at;       /* when that was decided; 0: not known */
    int64_t period_start, period_end;
};
/* False: the decision covers nothing, or what covers it is not in the topics that were read. */
bool explain_cover(const struct explanation *all, const struct found_decision *found, struct cover *ret);
bool is_covered(const struct decision *decision);

/* --- explain_rows.c: the row of core's decision tables that chose a rule, in words --- */

enum { ROWS_MAX = 8, ROW_WORDS = 400 };
struct matched_row {
    enum rule_table_id table;
    uint32_t number; /* from 1, as docs/rules.md counts */
    bool also;       /* matched besides the one before it; else in its stead: the records do not say which */
};
/* The rows that may have made the deed, by its kind of input and its verdict. Returns how many. */
uint32_t explain_rows(const struct explanation *all, const struct found_decision *found, const struct deed *deed,
                      struct matched_row ret_rows[ROWS_MAX]);
/* "the tariff is unknown, and not: the grace time is over". Returns buffer. */
const char *row_words(const struct matched_row *matched, char buffer[ROW_WORDS]);

/* --- explain_text.c, explain_json.c --- */

void explain_put_text(const struct explanation *all);
struct json_t *explain_json(const struct explanation *all);

#endif
