/* The catalogue lane: the thread that owns partition 0 of catalogue and template-discovered applies them to
 * catalogue-state, in transactions of its own (design.md, "Catalogue lane"). Its state is the book, read from the topic
 * on assignment; no store. */
#include "worker/engine/inside.h"

#include <stdlib.h>

enum { BOOK_CHUNK = 256 << 10, SCRATCH = 64 << 10 };

struct lane_office {
    struct memory books[2]; /* the book lives in one; the other takes its copy when too much in it is dead */
    uint32_t turn;
    size_t copied_bytes; /* held after the last copy */
    struct catalogue_book book;
    bool open;
    struct memory scratch;
};

static struct lane_office *office(struct engine *engine)
{
    struct lane_office *lane = engine->lane;

    if (!lane) {
        lane = engine->lane = calloc(1, sizeof *lane);
        if (!lane) {
            fail(engine, "out of memory");
            return NULL;
        }
        memory_init(&lane->books[0], BOOK_CHUNK, 0);
        memory_init(&lane->books[1], BOOK_CHUNK, 0);
        memory_init(&lane->scratch, SCRATCH, SCRATCH);
    }
    if (!lane->open) {
        lane->open = book_init(&lane->book, &lane->books[lane->turn].arena);
        if (!lane->open) {
            fail(engine, "out of memory");
            return NULL;
        }
    }
    return lane;
}

void lane_forget(struct engine *engine)
{
    if (!engine->lane)
        return;
    engine->lane->open = false;
    engine->lane->copied_bytes = 0;
    memory_clear(&engine->lane->books[0]);
    memory_clear(&engine->lane->books[1]);
}

void lane_close(struct engine *engine)
{
    if (!engine->lane)
        return;
    lane_forget(engine);
    memory_clear(&engine->lane->scratch);
    free(engine->lane);
    engine->lane = NULL;
}

/* --- the book --- */

static enum place_status load(struct engine *engine, struct lane_office *lane, struct text key, struct text value)
{
    struct catalogue_state state = {0};

    memory_reset(&lane->scratch);
    if (value.data) {
        struct decode_answer answer =
            engine->codec->decode(engine->codec->context, &catalogue_state_record, value, &lane->scratch.arena, &state);
        if (answer.status == DECODE_UNAVAILABLE)
            return PLACE_UNAVAILABLE;
        if (answer.status != DECODE_OK)
            return answer.status == DECODE_BAD ? PLACE_UNREADABLE : PLACE_NO_MEMORY;
    }
    switch (book_load(&lane->book, key, value.data ? &state.body : NULL)) {
    case BOOK_LOADED: return PLACE_OK;
    case BOOK_NOT_UNDERSTOOD: return PLACE_UNREADABLE;
    case BOOK_NO_MEMORY: break;
    }
    return PLACE_NO_MEMORY;
}

enum place_status lane_take(struct engine *engine, struct text key, struct text value)
{
    struct lane_office *lane = office(engine);

    if (!lane)
        return PLACE_NO_MEMORY;
    enum place_status status = load(engine, lane, key, value);
    if (status == PLACE_UNREADABLE)
        part_refuse(engine, engine->lane_part,
                    "catalogue-state key %.*s is not understood: written by a newer version?", (int)key.size, key.data);
    return status;
}

/* Replaced records stay in the arena: when they are half of it, what is live moves to a fresh one. */
static void tidy(struct engine *engine, struct lane_office *lane)
{
    struct memory *from = &lane->books[lane->turn], *to = &lane->books[1 - lane->turn];
    struct catalogue_book copy;

    if (lane->copied_bytes == 0)
        lane->copied_bytes = memory_used(from);
    if (memory_used(from) < lane->copied_bytes * 2 + (size_t)4 * BOOK_CHUNK)
        return;
    if (!book_copy(&lane->book, &to->arena, &copy)) {
        fail(engine, "out of memory");
        return;
    }
    lane->book = copy;
    memory_clear(from);
    lane->turn = 1 - lane->turn;
    lane->copied_bytes = memory_used(to);
}

/* --- a round --- */

static struct text event_id(const struct input *input)
{
    return input->topic == TOPIC_CATALOGUE ? input->as.catalogue_change.event_id
                                           : input->as.template_discovered.event_id;
}

static enum decide_status decide(struct lane *desk, const struct job *job, struct outcome *outcome)
{
    if (job->kind != JOB_INPUT)
        return DECIDE_DONE;
    if (job->dead == INPUT_SOUND)
        return lane_decide(desk, &job->in, outcome);
    return lane_dead_letter(desk, &job->in, event_id(&job->in), job->dead, job->code, job->message, outcome);
}

void lane_decide_step(struct engine *engine)
{
    struct round *round = &engine->round;
    struct round_part *rp = &round->parts[0];
    struct lane_office *lane = office(engine);

    if (!lane)
        return;
    struct lane desk = {
        .book = &lane->book,
        .hashes = engine->hashes,
        .settings = &engine->config.lane,
        .now = rp->desk.now,
        .version = rp->part->place.seq + 1,
    };
    for (; round->decided < round->end; round->decided++) {
        const struct job *job = engine->batch->jobs[round->decided];
        if (decide(&desk, job, &rp->outcome) != DECIDE_DONE || rp->outcome.out_of_memory || lane->book.out_of_memory) {
            fail(engine, "out of memory");
            return;
        }
        round->outputs += job->kind == JOB_INPUT;
        if (round->outputs >= engine->config.batch_records)
            round->end = round->decided + 1;
    }
    engine->phase = PHASE_PREPARE;
}

bool lane_prepare(struct engine *engine, struct round_part *rp)
{
    struct lane_office *lane = office(engine);
    const struct book_entry *entry = lane ? book_first_dirty(&lane->book) : NULL;

    rp->state_first = engine->round.record_count;
    for (; entry; entry = book_next_dirty(entry)) {
        struct catalogue_state state;
        bool deleted;
        if (!book_state(entry, &engine->round.memory.arena, &state, &deleted)) {
            fail(engine, "out of memory");
            return false;
        }
        if (!prepare_state(engine, state.key, deleted ? NULL : &state))
            return false;
    }
    rp->state_count = engine->round.record_count - rp->state_first;
    return true;
}

void lane_committed(struct engine *engine)
{
    struct lane_office *lane = office(engine);

    if (!lane)
        return;
    book_written(&lane->book);
    tidy(engine, lane);
}

void lane_aborted(struct engine *engine)
{
    if (engine->lane && engine->lane->open)
        book_discard(&engine->lane->book);
}
