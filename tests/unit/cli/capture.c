#include "capture.h"

#include "cmocka_all.h"

#include <stdio.h>
#include <unistd.h>

const char *captured(void (*print)(const void *context), const void *context)
{
    static char text[40000];
    int before = dup(STDOUT_FILENO);
    FILE *file = tmpfile();

    assert_non_null(file);
    (void)fflush(stdout);
    dup2(fileno(file), STDOUT_FILENO);
    print(context);
    (void)fflush(stdout);
    dup2(before, STDOUT_FILENO);
    close(before);
    rewind(file);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    (void)fclose(file);
    return text;
}
