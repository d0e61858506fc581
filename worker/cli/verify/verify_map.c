/* The offsets that verify has seen. */
#include <stdlib.h>

#include "worker/cli/verify/verify.h"

#define SPAN (INT64_C(1) << 33) /* offsets: 1 GiB of bits */

enum { WORDS_FIRST = 1024, WORD_BITS = 64 };

void offset_set_release(struct offset_set *set)
{
    free(set->words);
}

static bool make_room(struct offset_set *set, size_t word)
{
    size_t room = set->room ? set->room : WORDS_FIRST;

    if (set->words && word < set->room)
        return true;
    while (room <= word)
        room *= 2;
    uint64_t *words = realloc(set->words, room * sizeof *words);
    if (!words)
        return false;
    memset(words + set->room, 0, (room - set->room) * sizeof *words);
    set->words = words;
    set->room = room;
    return true;
}

bool offset_set_add(struct offset_set *set, int64_t offset)
{
    if (!set->words) {
        set->base = offset - offset % WORD_BITS;
        set->last = -1;
    }
    if (offset < set->base || offset - set->base > SPAN)
        return true;
    size_t bit = (size_t)(offset - set->base);
    if (!make_room(set, bit / WORD_BITS))
        return false;
    set->words[bit / WORD_BITS] |= UINT64_C(1) << (bit % WORD_BITS);
    set->last = offset > set->last ? offset : set->last;
    set->count++;
    return true;
}

bool offset_set_has(const struct offset_set *set, int64_t offset)
{
    size_t bit = (size_t)(offset - set->base);

    return set->words && offset >= set->base && offset <= set->last &&
           (set->words[bit / WORD_BITS] >> (bit % WORD_BITS) & 1);
}
