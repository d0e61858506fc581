/* SIGINT and SIGTERM as a flag that loops look at: the only mutable global. The second one ends the process at once. */
#ifndef OSBILL_CLI_INTERRUPT_H
#define OSBILL_CLI_INTERRUPT_H

#include <stdbool.h>

/* For commands that wait or follow. The signals arrive in any thread; system calls are interrupted. */
void interrupt_catch(void);
bool interrupted(void);
/* The signal's number, 0: none came. */
int interrupt_signal(void);

#endif
