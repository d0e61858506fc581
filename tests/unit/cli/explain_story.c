#include "explain_story.h"

#include "capture.h"
#include "cmocka_all.h"

#include <string.h>

#include "core/text.h"

struct text of(const char *text)
{
    return (struct text){text, (uint32_t)strlen(text)};
}

struct charge_line story_lines[1] = {{
    .kind = LINE_KIND_OS,
    .item_id = {"windows", 7},
    .tariff_id = {"s", 1},
    .template = {"os__windows", 11},
    .price_micros = 62 * UNIT,
    .credited_price_micros = 31 * UNIT / 2,
    .price_effective_from = MARCH - DAY_MS,
    .period_start = MARCH,
    .period_end = APRIL,
    .charged_from = MARCH + 31 * DAY_MS / 2,
    .charged_until = APRIL,
    .amount_micros = 23250000,
}};
static const struct caused_by installation = {{"ev-1", 4}, {"os-installed", 12}, 1, 17};
static const struct caused_by deposit = {{"dep-1", 5}, {"account", 7}, 1, 3};
static struct effect settled = {
    .rule = {"case.settled", 12}, .verdict = VERDICT_CHARGED, .amount_micros = 23250000, .vps_id = {"vps-1", 5}};
static struct effect others[2];
struct found_decision story_decisions[2];
struct found_charge story_charges[1];
struct found_notification story_notifications[1];
static struct found_rounding roundings[] = {{{"s", 1}, 0, 1}};
static struct text events[] = {{"ev-1", 4}}, cases[1], charge_ids[1];

struct explanation story_short_of_funds(void)
{
    settled.charge_id = charge_ids[0] = of(STORY_CHARGE);
    settled.case_id = cases[0] = of(STORY_CASE);
    others[0] = settled;
    others[1] = (struct effect){.rule = TEXT("case.settled"), .verdict = VERDICT_CHARGED, .case_id = TEXT("k-other")};
    story_decisions[0] = (struct found_decision){{TOPIC_DECISION, 1, 5},
                                                 4,
                                                 MARCH + 16 * DAY_MS,
                                                 {.caused_by = installation,
                                                  .rule = TEXT("os.insufficient-funds"),
                                                  .verdict = VERDICT_INSUFFICIENT_FUNDS,
                                                  .event_id = installation.event_id,
                                                  .account_id = TEXT("a1"),
                                                  .case_id = of(STORY_CASE),
                                                  .amount_micros = 23250000,
                                                  .catalogue_version = 7}};
    story_decisions[1] = (struct found_decision){{TOPIC_DECISION, 1, 6},
                                                 5,
                                                 MARCH + 17 * DAY_MS,
                                                 {.caused_by = deposit,
                                                  .rule = TEXT("account.deposit"),
                                                  .verdict = VERDICT_APPLIED,
                                                  .event_id = deposit.event_id,
                                                  .account_id = TEXT("a1"),
                                                  .effects = {others, 2}}};
    story_charges[0] = (struct found_charge){{TOPIC_CHARGE, 1, 9},
                                             {.caused_by = deposit,
                                              .decided_at = MARCH + 17 * DAY_MS,
                                              .charge_id = of(STORY_CHARGE),
                                              .case_id = of(STORY_CASE),
                                              .account_id = TEXT("a1"),
                                              .vps_id = TEXT("vps-1"),
                                              .currency = TEXT("EUR"),
                                              .amount_micros = 23250000,
                                              .balance_after_micros = 76750000,
                                              .lines = {story_lines, 1}}};
    story_notifications[0] = (struct found_notification){{TOPIC_NOTIFICATION, 1, 2},
                                                         {.caused_by = installation,
                                                          .decided_at = MARCH + 16 * DAY_MS,
                                                          .kind = NOTIFICATION_KIND_INSUFFICIENT_FUNDS,
                                                          .severity = SEVERITY_WARNING,
                                                          .case_id = of(STORY_CASE),
                                                          .amount_micros = 23250000,
                                                          .available_micros = 10 * UNIT,
                                                          .deficit_micros = 13250000,
                                                          .text = TEXT("deposit\x1b[31m")}};
    story_lines[0].amount_micros = 23250000;
    return (struct explanation){.id = of(STORY_CASE),
                                .kind = ID_CASE,
                                .events = {events, 1, 1},
                                .cases = {cases, 1, 1},
                                .charge_ids = {charge_ids, 1, 1},
                                .decisions = {story_decisions, 2, 2},
                                .charges = {story_charges, 1, 1},
                                .notifications = {story_notifications, 1, 1},
                                .roundings = {roundings, 1, 1}};
}

static void tell(const void *all)
{
    explain_put_text(all);
}

void must_say(const struct explanation *all, const char *part)
{
    const char *text = captured(tell, all);

    if (!strstr(text, part))
        fail_msg("expected \"%s\" in:\n%s", part, text);
}

void must_not_say(const struct explanation *all, const char *part)
{
    const char *text = captured(tell, all);

    if (strstr(text, part))
        fail_msg("did not expect \"%s\" in:\n%s", part, text);
}
