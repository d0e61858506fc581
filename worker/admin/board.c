#include "worker/admin/board.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

enum { SILENCE_MS = 60000 };

bool board_init(struct board *board, uint32_t thread_count, int64_t started_at, int64_t (*now)(void))
{
    *board = (struct board){
        .threads = calloc(thread_count, sizeof *board->threads),
        .thread_count = thread_count,
        .started_at = started_at,
        .catalogue_version = -1,
        .now = now,
    };
    return board->threads && pthread_mutex_init(&board->lock, NULL) == 0;
}

void board_release(struct board *board)
{
    for (uint32_t i = 0; board->threads && i < board->thread_count; i++)
        free(board->threads[i].partitions);
    free(board->threads);
    pthread_mutex_destroy(&board->lock);
}

/* Room for what the engine may own at most; kept from one post to the next. */
static bool make_room(struct board_thread *thread, uint32_t count)
{
    if (count == 0 || count <= thread->partition_room)
        return true;
    struct board_partition *grown = realloc(thread->partitions, count * sizeof *grown);
    if (!grown)
        return false;
    thread->partitions = grown;
    thread->partition_room = count;
    return true;
}

static void copy_partitions(struct board_thread *thread, const struct partition_view *views, uint32_t count)
{
    thread->partition_count = views && make_room(thread, count) ? count : 0;
    for (uint32_t i = 0; i < thread->partition_count; i++) {
        struct board_partition *to = &thread->partitions[i];
        to->view = views[i];
        strncpy(to->reason, views[i].reason ? views[i].reason : "", sizeof to->reason - 1);
        to->reason[sizeof to->reason - 1] = '\0';
        to->view.reason = NULL;
    }
}

void board_post(struct board *board, uint32_t number, const struct engine *engine)
{
    struct engine_statistics statistics;
    uint32_t room = engine_partitions(engine, NULL, 0);
    struct partition_view *views = calloc(room + 1, sizeof *views);
    uint32_t count = views ? engine_partitions(engine, views, room) : 0;

    engine_statistics(engine, &statistics);
    pthread_mutex_lock(&board->lock);
    board->threads[number].statistics = statistics;
    board->threads[number].posted_at = board->now();
    copy_partitions(&board->threads[number], views, count < room ? count : room);
    pthread_mutex_unlock(&board->lock);
    free(views);
}

void board_ended(struct board *board, uint32_t number)
{
    pthread_mutex_lock(&board->lock);
    board->threads[number].ended = true;
    pthread_mutex_unlock(&board->lock);
}

void board_set_catalogue(struct board *board, int64_t version)
{
    pthread_mutex_lock(&board->lock);
    board->catalogue_version = version;
    pthread_mutex_unlock(&board->lock);
}

static enum board_health thread_health(const struct board *board, const struct board_thread *thread)
{
    const struct engine_statistics *now = &thread->statistics;

    if (thread->ended || (thread->posted_at && board->now() - thread->posted_at > SILENCE_MS))
        return BOARD_DEAD;
    if (now->refused)
        return BOARD_REFUSED;
    return !thread->posted_at || now->paused || now->active < now->assigned ? BOARD_PAUSED : BOARD_HEALTHY;
}

enum board_health board_health(struct board *board)
{
    enum board_health worst = BOARD_HEALTHY;

    pthread_mutex_lock(&board->lock);
    for (uint32_t i = 0; i < board->thread_count; i++) {
        enum board_health health = thread_health(board, &board->threads[i]);
        if (health > worst)
            worst = health;
    }
    pthread_mutex_unlock(&board->lock);
    return worst;
}

char *board_health_text(struct board *board, enum board_health health)
{
    static const char *const names[] = {"healthy", "paused", "refused", "dead"};
    uint32_t assigned = 0, active = 0, refused = 0;

    pthread_mutex_lock(&board->lock);
    for (uint32_t i = 0; i < board->thread_count; i++) {
        assigned += board->threads[i].statistics.assigned;
        active += board->threads[i].statistics.active;
        refused += board->threads[i].statistics.refused;
    }
    int64_t version = board->catalogue_version;
    pthread_mutex_unlock(&board->lock);
    json_t *json = json_pack("{s:s, s:i, s:i, s:i, s:i, s:I}", "health", names[health], "threads",
                             (int)board->thread_count, "assigned", (int)assigned, "active", (int)active, "refused",
                             (int)refused, "catalogue_version", (json_int_t)version);
    char *text = json_dumps(json, JSON_COMPACT);
    json_decref(json);
    return text;
}

static json_t *partition_json(uint32_t thread, const struct board_partition *partition)
{
    const struct partition_view *view = &partition->view;
    json_t *number = view->partition == NOTICE_LANE ? json_string("lane") : json_integer(view->partition);

    return json_pack("{s:i, s:o, s:s, s:s, s:I, s:I, s:I, s:I, s:i}", "thread", (int)thread, "partition", number,
                     "state", view->state, "reason", partition->reason, "seq", (json_int_t)view->seq, "lag",
                     (json_int_t)view->lag, "complete_below", (json_int_t)view->complete_below, "catalogue_version",
                     (json_int_t)view->catalogue_version, "writes_in_flight", (int)view->writes_in_flight);
}

char *board_partitions(struct board *board)
{
    json_t *list = json_array();

    pthread_mutex_lock(&board->lock);
    for (uint32_t i = 0; i < board->thread_count; i++)
        for (uint32_t k = 0; k < board->threads[i].partition_count; k++)
            json_array_append_new(list, partition_json(i, &board->threads[i].partitions[k]));
    pthread_mutex_unlock(&board->lock);
    char *text = json_dumps(list, JSON_COMPACT);
    json_decref(list);
    return text;
}
