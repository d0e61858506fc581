/* P's totals: what a batch moved, counted twice (promise 2). */
#include "core/decide.h"
#include "core/text.h"

struct change {
    struct arena *arena;
    struct currency_total_array *totals;
};

/* The row of a currency, made when there is none; NULL: out of memory. */
static struct currency_total *row_of(struct change *change, struct text currency)
{
    struct currency_total_array *totals = change->totals;

    for (uint32_t i = 0; i < totals->count; i++)
        if (text_equal(totals->items[i].currency, currency))
            return &totals->items[i];
    struct currency_total *grown =
        arena_alloc(change->arena, (totals->count + 1) * sizeof *grown, _Alignof(struct currency_total));
    struct text kept = text_copy(change->arena, currency);
    if (!grown || !kept.size)
        return NULL;
    if (totals->count)
        memcpy(grown, totals->items, totals->count * sizeof *grown);
    totals->items = grown;
    grown[totals->count] = (struct currency_total){.currency = kept};
    return &grown[totals->count++];
}

/* Totals may wrap: what counts is that both ways of counting wrap alike. */
static int64_t add(int64_t a, int64_t b)
{
    return (int64_t)((uint64_t)a + (uint64_t)b);
}

static int64_t subtract(int64_t a, int64_t b)
{
    return (int64_t)((uint64_t)a - (uint64_t)b);
}

static bool add_balance(struct change *change, const struct account_state *account, int sign)
{
    if (!account || text_empty(account->currency))
        return true;
    struct currency_total *row = row_of(change, account->currency);
    if (row)
        row->balance_micros = (sign > 0 ? add : subtract)(row->balance_micros, account->balance_micros);
    return row != NULL;
}

static bool add_move(struct change *change, const struct move *move)
{
    struct currency_total *row = row_of(change, move->currency);

    if (!row)
        return false;
    switch (move->kind) {
    case MOVE_DEPOSIT: row->deposited_micros = add(row->deposited_micros, move->amount_micros); break;
    case MOVE_WITHDRAWAL: row->withdrawn_micros = add(row->withdrawn_micros, move->amount_micros); break;
    case MOVE_CHARGE: row->charged_micros = add(row->charged_micros, move->amount_micros); break;
    }
    return true;
}

enum totals_status decide_totals(const struct overlay *overlay, const struct outcome *outcome, struct arena *arena,
                                 struct currency_total_array *totals)
{
    struct change change = {arena, totals};
    bool memory = true;

    if (totals->count) { /* the caller's rows are its last P's: never written to */
        struct currency_total *copy = arena_alloc(arena, totals->count * sizeof *copy, _Alignof(struct currency_total));
        if (!copy)
            return TOTALS_NO_MEMORY;
        memcpy(copy, totals->items, totals->count * sizeof *copy);
        totals->items = copy;
    }
    for (const struct state *state = overlay->first; state && memory; state = state->next)
        if (state->dirty && state->kind == STATE_ACCOUNT)
            memory = add_balance(&change, state->value, 1) && add_balance(&change, state->loaded, -1);
    for (uint32_t i = 0; i < outcome->moves.count && memory; i++)
        memory = add_move(&change, &outcome->moves.items[i]);
    if (!memory)
        return TOTALS_NO_MEMORY;
    for (uint32_t i = 0; i < totals->count; i++) {
        const struct currency_total *row = &totals->items[i];
        if (subtract(subtract(row->deposited_micros, row->withdrawn_micros), row->charged_micros) !=
            row->balance_micros)
            return TOTALS_UNBALANCED;
    }
    return TOTALS_OK;
}
