#include "worker/cli/worker/worker_log.h"

#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "worker/cli/common/moment.h"
#include "worker/cli/common/print.h"

enum { TEXT_SIZE = 1024, LINE_SIZE = 4 * TEXT_SIZE };

static const char *const levels[] = {[LOG_LEVEL_ERROR] = "error",
                                     [LOG_LEVEL_WARNING] = "warning",
                                     [LOG_LEVEL_INFO] = "info",
                                     [LOG_LEVEL_DEBUG] = "debug"};

static void partition_name(int32_t partition, char *buffer, size_t size)
{
    if (partition == NOTICE_LANE)
        (void)snprintf(buffer, size, "lane");
    else
        (void)snprintf(buffer, size, "%d", partition);
}

/* One call for the whole line, so that lines of several threads do not mix. */
static void write_text(const char *level, int thread, const char *event, int32_t partition, const char *text)
{
    char moment[MOMENT_TEXT], number[16], where[64] = "";
    size_t used = 0;

    partition_name(partition, number, sizeof number);
    if (thread == LOG_FOLLOWER)
        used = (size_t)snprintf(where, sizeof where, " catalogue");
    else if (thread >= 0)
        used = (size_t)snprintf(where, sizeof where, " thread %d", thread);
    if (partition != -1)
        (void)snprintf(where + used, sizeof where - used, " partition %s", number);
    (void)fprintf(stderr, "%s %s%s %s: %s\n", moment_text(moment_now(), moment), level, where, event, text);
}

static void write_json(const char *level, int thread, const char *event, int32_t partition, const char *text)
{
    char moment[MOMENT_TEXT], number[16];
    json_t *json =
        json_pack("{s:s, s:s, s:s}", "time", moment_text(moment_now(), moment), "level", level, "event", event);

    partition_name(partition, number, sizeof number);
    if (thread >= 0)
        json_object_set_new(json, "thread", json_integer(thread));
    if (partition != -1)
        json_object_set_new(json, "partition",
                            partition == NOTICE_LANE ? json_string(number) : json_integer(partition));
    json_object_set_new(json, "text", json_string(text));
    char *line = json_whole(json, JSON_COMPACT | JSON_ENSURE_ASCII);
    if (line)
        (void)fprintf(stderr, "%s\n", line);
    else /* better in another form than not at all */
        write_text(level, thread, event, partition, text);
    free(line);
    json_decref(json);
}

void worker_log(const struct worker_log *log, enum log_level level, int thread, const char *event, int32_t partition,
                const char *format, ...)
{
    char text[TEXT_SIZE], escaped[LINE_SIZE];
    va_list arguments;

    if (level > log->level)
        return;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    /* For JSON too: bytes that are no UTF-8, and a character that the end of `text` cut in two. */
    print_escape((struct text){text, (uint32_t)strlen(text)}, false, escaped, sizeof escaped);
    if (log->format == LOG_FORMAT_JSON)
        write_json(levels[level], thread, event, partition, escaped);
    else
        write_text(levels[level], thread, event, partition, escaped);
}
