#include "worker/engine/follower.h"

#include "worker/engine/memory.h"
#include "worker/engine/snapshots.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { BOOK_CHUNK = 256 << 10, SCRATCH = 64 << 10 };

struct follower {
    struct follower_config config;
    struct log *log;
    const struct record_codec *codec;
    const struct clock *clock;
    struct catalogue_source source;

    struct memory books[2], scratch;
    uint32_t turn;
    size_t copied_bytes;
    struct catalogue_book book;
    int64_t from, end; /* end -1: not asked yet */
    int64_t version;   /* of the last position record */
    bool boundary;     /* nothing was read since it: the book is whole */
    bool dirty;        /* newer than the newest snapshot */
    bool again;        /* a schema is not available */
    int64_t built_at;
    char reason[200];
    struct snapshots snapshots;
};

static const struct catalogue *acquire(void *context)
{
    return snapshots_acquire(&((struct follower *)context)->snapshots);
}

static void release(void *context, const struct catalogue *catalogue)
{
    snapshots_release(&((struct follower *)context)->snapshots, catalogue);
}

/* --- records --- */

static bool complain(struct follower *follower, struct text key, const char *what)
{
    snprintf(follower->reason, sizeof follower->reason, "catalogue-state key %.*s: %s", (int)key.size, key.data, what);
    return false;
}

static bool decode(struct follower *follower, const struct record_type *type, const struct log_message *message,
                   void *ret_record)
{
    struct decode_answer answer =
        follower->codec->decode(follower->codec->context, type, message->value, &follower->scratch.arena, ret_record);
    switch (answer.status) {
    case DECODE_OK: return true;
    case DECODE_UNAVAILABLE: follower->again = true; return false;
    case DECODE_BAD: return complain(follower, message->key, answer.message ? answer.message : "unreadable");
    case DECODE_NO_MEMORY: break;
    }
    return complain(follower, message->key, "out of memory");
}

static bool take_state(struct follower *follower, const struct log_message *message)
{
    struct catalogue_state state = {0};

    if (message->has_value && !decode(follower, &catalogue_state_record, message, &state))
        return false;
    follower->boundary = false;
    switch (book_load(&follower->book, message->key, message->has_value ? &state.body : NULL)) {
    case BOOK_LOADED: return true;
    case BOOK_NOT_UNDERSTOOD: return complain(follower, message->key, "not understood: written by a newer version?");
    case BOOK_NO_MEMORY: break;
    }
    return complain(follower, message->key, "out of memory");
}

/* The end of a transaction: the read stops here, so that the book can be shown as a whole. */
static bool take_position(struct follower *follower, const struct log_message *message)
{
    struct position position;

    if (decode(follower, &position_record, message, &position)) {
        follower->version = position.catalogue_version;
        follower->boundary = follower->dirty = true;
    }
    return false;
}

static bool record_read(void *context, const struct log_message *message)
{
    struct follower *follower = context;

    if (!message->has_key)
        return true;
    memory_reset(&follower->scratch);
    if (text_equal(message->key, TEXT("p:lane")))
        return !message->has_value || take_position(follower, message);
    return take_state(follower, message);
}

/* --- steps --- */

static bool tidy(struct follower *follower)
{
    struct memory *from = &follower->books[follower->turn], *to = &follower->books[1 - follower->turn];
    struct catalogue_book copy;

    if (memory_used(from) < follower->copied_bytes * 2 + (size_t)4 * BOOK_CHUNK)
        return true;
    if (!book_copy(&follower->book, &to->arena, &copy))
        return false;
    copy.revision = follower->book.revision;
    follower->book = copy;
    memory_clear(from);
    follower->turn = 1 - follower->turn;
    follower->copied_bytes = memory_used(to);
    return true;
}

static struct result no_memory(void)
{
    return (struct result){RESULT_STOP, "catalogue follower: out of memory"};
}

/* Under a stream of transactions not each is shown; when nothing more comes, the last one is. */
static struct result show(struct follower *follower, struct result result)
{
    int64_t now = follower->clock->monotonic(follower->clock->context);
    bool none = follower_version(follower) < 0, wanted = follower->dirty || none;

    if (!follower->boundary || !wanted || follower->from < follower->end)
        return result;
    if (result.kind == RESULT_OK && !none &&
        now - follower->built_at < (int64_t)follower->config.build_interval_ms * 1000)
        return result;
    if (!tidy(follower) || !snapshots_build(&follower->snapshots, &follower->book, follower->version))
        return no_memory();
    follower->built_at = now;
    follower->dirty = false;
    return result;
}

static struct result ask_end(struct follower *follower)
{
    int64_t first = 0, end = 0;
    struct result result = follower->log->ops->bounds(follower->log, TOPIC_CATALOGUE_STATE, 0, LOG_READ_COMMITTED,
                                                      follower->config.port_timeout_ms, &first, &end);

    if (result.kind == RESULT_OK) {
        follower->from = first;
        follower->end = end;
    }
    return result;
}

struct result follower_step(struct follower *follower)
{
    struct log_handler handler = {.context = follower, .message = record_read};
    int64_t before = follower->from;

    if (follower->end < 0)
        return ask_end(follower);
    int64_t to = follower->from < follower->end ? follower->end : LOG_FOLLOW;
    follower->again = false;
    follower->reason[0] = 0;
    struct result result = show(follower, RESULT_SUCCESS);
    if (result.kind != RESULT_OK)
        return result;
    result = follower->log->ops->read(follower->log, TOPIC_CATALOGUE_STATE, 0, &follower->from, to,
                                      follower->config.port_timeout_ms, &handler);
    if (follower->reason[0])
        return (struct result){RESULT_STOP, follower->reason};
    if (follower->again) {
        follower->from = before; /* loading a record twice changes nothing */
        return (struct result){RESULT_RETRY, "the schema of catalogue-state is not available"};
    }
    return show(follower, result);
}

struct follower *follower_open(const struct follower_config *config, struct log *log, const struct record_codec *codec,
                               const struct clock *clock)
{
    struct follower *follower = calloc(1, sizeof *follower);

    if (!follower)
        return NULL;
    follower->config = *config;
    follower->log = log;
    follower->codec = codec;
    follower->clock = clock;
    follower->end = -1;
    follower->boundary = true;
    follower->source = (struct catalogue_source){follower, acquire, release};
    memory_init(&follower->books[0], BOOK_CHUNK, 0);
    memory_init(&follower->books[1], BOOK_CHUNK, 0);
    memory_init(&follower->scratch, SCRATCH, SCRATCH);
    if (!snapshots_open(&follower->snapshots) || !book_init(&follower->book, &follower->books[0].arena)) {
        memory_clear(&follower->books[0]);
        free(follower);
        return NULL;
    }
    return follower;
}

void follower_close(struct follower *follower)
{
    if (!follower)
        return;
    memory_clear(&follower->books[0]);
    memory_clear(&follower->books[1]);
    memory_clear(&follower->scratch);
    snapshots_close(&follower->snapshots);
    free(follower);
}

const struct catalogue_source *follower_source(const struct follower *follower)
{
    return &follower->source;
}

int64_t follower_version(struct follower *follower)
{
    const struct catalogue *catalogue = snapshots_acquire(&follower->snapshots);
    int64_t version = catalogue ? catalogue_version(catalogue) : -1;

    if (catalogue)
        snapshots_release(&follower->snapshots, catalogue);
    return version;
}
