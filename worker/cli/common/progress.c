#include "worker/cli/common/progress.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "worker/cli/common/print.h"
#include "worker/cli/common/system_clock.h"

enum { REDRAW_MS = 200, LINES_MS = 10000, BAR = 20 };

void progress_format(const struct progress *progress, int64_t now, char *buffer, size_t size)
{
    int64_t elapsed = now > progress->began ? now - progress->began : 1;
    uint64_t rate = progress->done * 1000 / (uint64_t)elapsed;
    uint64_t done = progress->done < progress->total ? progress->done : progress->total;
    int filled = progress->total ? (int)(done * BAR / progress->total) : 0;

    if (progress->total)
        (void)snprintf(buffer, size, "%s: [%.*s%.*s] %3d %%, %" PRIu64 " of %" PRIu64 " %s, %" PRIu64 "/s",
                       progress->what, filled, "####################", BAR - filled, "....................",
                       (int)(done * 100 / progress->total), progress->done, progress->total, progress->unit, rate);
    else
        (void)snprintf(buffer, size, "%s: %" PRIu64 " %s, %" PRIu64 "/s", progress->what, progress->done,
                       progress->unit, rate);
}

static void draw(struct progress *progress, int64_t now)
{
    char text[PROGRESS_TEXT];

    progress->shown = now;
    progress_format(progress, now, text, sizeof text);
    if (progress->terminal)
        (void)fprintf(stderr, "\r%s\033[K", text);
    else
        say("%s", text);
    progress->drawn = progress->terminal;
    (void)fflush(stderr);
}

void progress_begin(struct progress *progress, const char *unit, uint64_t total, const char *format, ...)
{
    va_list arguments;
    int64_t now = steady_ms();

    *progress = (struct progress){.unit = unit, .total = total, .began = now, .shown = now};
    progress->terminal = isatty(STDERR_FILENO) == 1;
    va_start(arguments, format);
    (void)vsnprintf(progress->what, sizeof progress->what, format, arguments);
    va_end(arguments);
    if (progress->terminal)
        draw(progress, now);
}

void progress_set(struct progress *progress, uint64_t done)
{
    int64_t now = steady_ms();

    progress->done = done;
    if (now - progress->shown >= (progress->terminal ? REDRAW_MS : LINES_MS))
        draw(progress, now);
}

void progress_hide(struct progress *progress)
{
    if (progress->drawn)
        (void)fputs("\r\033[K", stderr);
    progress->drawn = false;
    (void)fflush(stderr);
}
