/* Deciding one event of an account, whoever brings it: the log, or the account's parked events. Internal to core. */
#ifndef OSBILL_CORE_EVENT_H
#define OSBILL_CORE_EVENT_H

#include "core/input.h"
#include "core/work.h"

/* Decides the event itself: the decision is filled in, not yet published; parked events and cases are not looked at
 * (work's flags say whether they should). */
void decide_event(struct work *work, const struct input *input);

void decide_order(struct work *work, const struct order *order, const struct input *input);
void decide_install(struct work *work, const struct os_installed *install, const struct input *input);
void decide_account_event(struct work *work, const struct account_event *event, const struct input *input);

/* Ends the decision as a dead letter, nothing having been changed. */
void reject_as_dead(struct work *work, const struct input *input, enum rule rule, struct text message);

/* Everything due for the account now, each as a Decision of its own (rules.md 9). */
void decide_all_due(struct work *work);
/* Sets the account's next reminder and next_due after a change. */
void plan_account(struct work *work);
bool reminder_due(struct work *work);
void send_reminder(struct work *work, const void *argument);
/* A WITHDRAWAL or a lower limit may bring the next reminder forward (rules.md 6). */
void hasten_reminder(struct work *work);

/* Finds what is wrong with an input's fields; INPUT_SOUND: nothing. *ret_message says which field and what is allowed.
 */
enum input_fault validate_input(const struct desk *desk, const struct input *input, struct text *ret_message);

#endif
