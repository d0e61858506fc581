/* Tariffs and their prices in a catalogue file. */
#include "core/text.h"
#include "worker/cli/catalogue_file/catalogue_file.h"
#include "worker/cli/common/decimal.h"
#include "worker/cli/common/moment.h"

enum { MONTHS_MAX = 120 }; /* rules.md 2.5 */

/* What all prices of one list have in common. */
struct price_list {
    const struct tariff *tariff;
    struct text item_id; /* empty: the tariff's own */
    int32_t months;
};

static void add_price(const struct price_list *list, const struct yaml_node *node, int64_t effective_from,
                      struct file_problems *problems, struct catalogue_file *file)
{
    int64_t amount;

    if (!yaml_money(node, &amount, problems))
        return;
    struct catalogue_change_change *change = catalogue_file_add(file, node, problems);
    if (!change)
        return;
    change->kind = CATALOGUE_CHANGE_CHANGE_PRICE;
    change->as.price = (struct price){
        .tariff_id = list->tariff->tariff_id,
        .item_id = list->item_id,
        .period_months = list->months,
        .currency = list->tariff->currency,
        .amount_micros = amount,
        .effective_from = effective_from,
    };
}

/* `12: "365.00"` or `12: {2025-01-01: "365.00"}` */
static void read_amounts(struct price_list *list, const struct yaml_node *node, struct file_problems *problems,
                         struct catalogue_file *file)
{
    const struct yaml_node months = {.kind = YAML_TEXT, .line = node->line, .text = node->key, .key = node->key};
    int64_t number, from;

    if (!yaml_number(&months, 0, MONTHS_MAX, &number, problems))
        return;
    list->months = (int32_t)number;
    if (node->kind != YAML_MAP) {
        add_price(list, node, 0, problems, file);
        return;
    }
    for (const struct yaml_node *entry = node->first; entry; entry = entry->next) {
        if (moment_from_text(entry->key, &from))
            add_price(list, entry, from, problems, file);
        else
            file_problem(problems, entry->line, "%.*s must be a date such as 2025-03-01 or 2025-03-01T12:00Z",
                         (int)entry->key.size, entry->key.data);
    }
}

static void read_list(struct price_list *list, const struct yaml_node *node, struct file_problems *problems,
                      struct catalogue_file *file)
{
    if (node->kind != YAML_MAP && !yaml_is_null(node)) {
        file_problem(problems, node->line, "%.*s must be a map of months to amounts", (int)node->key.size,
                     node->key.data);
        return;
    }
    for (const struct yaml_node *entry = node->first; entry; entry = entry->next)
        read_amounts(list, entry, problems, file);
}

void catalogue_file_read_tariff(const struct yaml_node *node, struct file_problems *problems,
                                struct catalogue_file *file)
{
    static const char *const others[] = {"prices", "os_prices", NULL};
    struct catalogue_change_change *change = catalogue_file_add(file, node, problems);

    if (!change)
        return;
    change->kind = CATALOGUE_CHANGE_CHANGE_TARIFF;
    form_read(&tariff_form, node, others, &change->as.tariff, problems);
    change->as.tariff.tariff_id = node->key;
    const struct tariff tariff = change->as.tariff; /* `change` moves when prices are added */
    const struct yaml_node *prices = yaml_find(node, "prices"), *items = yaml_find(node, "os_prices");
    struct price_list list = {.tariff = &tariff};
    if (prices)
        read_list(&list, prices, problems, file);
    if (items && items->kind != YAML_MAP && !yaml_is_null(items))
        file_problem(problems, items->line, "os_prices must be a map of items");
    for (const struct yaml_node *entry = items ? items->first : NULL; entry && items->kind == YAML_MAP;
         entry = entry->next) {
        list.item_id = entry->key;
        read_list(&list, entry, problems, file);
    }
}

/* --- writing --- */

/* One period's rows; a single price since ever needs no date. */
static uint32_t write_period(const struct price_row_array *rows, uint32_t first, int indent, FILE *to)
{
    char amount[DECIMAL_TEXT], moment[MOMENT_TEXT];
    uint32_t end = first;

    while (end < rows->count && rows->items[end].period_months == rows->items[first].period_months)
        end++;
    (void)fprintf(to, "%*s%d: ", indent, "", rows->items[first].period_months);
    if (end == first + 1 && rows->items[first].effective_from == 0) {
        (void)fprintf(to, "\"%s\"\n", decimal_from_micros(rows->items[first].amount_micros, amount));
        return end;
    }
    for (uint32_t i = first; i < end; i++)
        (void)fprintf(to, "%s\"%s\": \"%s\"", i == first ? "{" : ", ",
                      moment_brief(rows->items[i].effective_from, moment),
                      decimal_from_micros(rows->items[i].amount_micros, amount));
    (void)fputs("}\n", to);
    return end;
}

static void write_prices(const struct price_state *state, int indent, FILE *to)
{
    for (uint32_t i = 0; i < state->rows.count;)
        i = write_period(&state->rows, i, indent, to);
}

void catalogue_file_write_tariff(const struct catalogue_book *book, const struct tariff *tariff, struct arena *arena,
                                 FILE *to)
{
    uint32_t count;
    const struct book_entry **entries = book_sorted(book, BOOK_PRICE, &tariff->tariff_id, arena, &count);
    bool titled = false;

    (void)fputs("  ", to);
    yaml_write_text(to, tariff->tariff_id);
    (void)fputs(":\n", to);
    form_write(&tariff_form, tariff, 4, to);
    for (uint32_t i = 0; i < count; i++) { /* the tariff's own come first: an empty name */
        if (text_empty(entries[i]->name)) {
            (void)fputs("    prices:\n", to);
            write_prices(entries[i]->record, 6, to);
            continue;
        }
        if (!titled)
            (void)fputs("    os_prices:\n", to);
        titled = true;
        (void)fputs("      ", to);
        yaml_write_text(to, entries[i]->name);
        (void)fputs(":\n", to);
        write_prices(entries[i]->record, 8, to);
    }
}
