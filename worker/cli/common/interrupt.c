#include "worker/cli/common/interrupt.h"

#include <signal.h>
#include <string.h>

static volatile sig_atomic_t caught;

static void on_signal(int number)
{
    struct sigaction usual = {.sa_handler = SIG_DFL};

    caught = number;
    (void)sigaction(SIGINT, &usual, NULL); /* whoever asks twice means it */
    (void)sigaction(SIGTERM, &usual, NULL);
}

void interrupt_catch(void)
{
    struct sigaction action = {.sa_handler = on_signal};

    (void)sigaction(SIGINT, &action, NULL);
    (void)sigaction(SIGTERM, &action, NULL);
}

bool interrupted(void)
{
    return caught != 0;
}

int interrupt_signal(void)
{
    return caught;
}
