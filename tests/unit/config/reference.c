/* Prints the option table: config_reference markdown > docs/configuration.md; config_reference man. */
#include "worker/config/config.h"

#include <string.h>

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "markdown") == 0)
        config_print_markdown(stdout);
    else if (argc == 2 && strcmp(argv[1], "man") == 0)
        config_print_man(stdout);
    else
        return 2;
    return fflush(stdout) == 0 ? 0 : 1;
}
