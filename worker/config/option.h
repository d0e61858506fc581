/* What one configuration option is: a row of a table that drives file, environment, flags, help, man page, docs and
 * validation alike (after pgbouncer's cf_params). The shared table is option_table.c; a command may bring its own. */
#ifndef OSBILL_CONFIG_OPTION_H
#define OSBILL_CONFIG_OPTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum option_type {
    OPTION_TEXT,     /* const char *, printable */
    OPTION_NAME,     /* const char *: letters, digits, . _ - as Kafka allows in names */
    OPTION_PATH,     /* const char * */
    OPTION_URL,      /* const char *, one of `choices` before :// */
    OPTION_ADDRESS,  /* const char *, host:port */
    OPTION_SERVERS,  /* const char *, host:port,host:port */
    OPTION_NUMBER,   /* int64_t */
    OPTION_SIZE,     /* int64_t, bytes; text: 65536, 64 KiB, 64MiB, 1GiB */
    OPTION_DURATION, /* int64_t, milliseconds; text: 20ms, 10 s, 5m, 1h, 7d, 0 */
    OPTION_CHOICE,   /* int, the index into `choices` */
    OPTION_BOOLEAN,  /* bool; text: true, yes, on, 1, ...; as a flag alone: true, with --no-: false */
};

/* Which commands take an option: a command names the groups it needs. */
enum option_group {
    OPTION_OF_ALL = 1 << 0,
    OPTION_OF_KAFKA = 1 << 1,
    OPTION_OF_REGISTRY = 1 << 2,
    OPTION_OF_REDIS = 1 << 3,
    OPTION_OF_WORKER = 1 << 4,
    OPTION_OF_INIT = 1 << 5,
};

enum option_place {
    OPTION_ANYWHERE,    /* file, environment, flag */
    OPTION_NOT_IN_FILE, /* environment, flag */
    OPTION_FLAG_ONLY,
};

struct option {
    const char *name; /* in files and, after --, as a flag; OSBILL_ and upper case in the environment */
    enum option_type type;
    const char *preset;  /* the default, as text; "": none */
    int64_t minimum;     /* of numbers; of the length of texts */
    int64_t maximum;     /* 0 for texts: 1,024 bytes */
    const char *unit;    /* of a number, for people; NULL: none */
    const char *choices; /* CHOICE: a|b|c; URL: schemes */
    bool secret;         /* never printed, not taken as a flag; <name>-file names a file that holds it */
    enum option_place place;
    uint32_t groups;  /* of a command's own option: 0 */
    size_t offset;    /* of its field in struct config, or in the command's struct */
    const char *help; /* one or two sentences */
};

#define OPTION_TEXT_MAX  1024 /* bytes of a text value, when the row says nothing */
#define OPTION_VALUE_MAX 4096 /* bytes of a value as it is written */

/* Reads `text` into the option's field of `base`. False: not allowed, `ret_allowed` (OPTION_VALUE_MAX bytes) says what
 * is. Text values are not copied. */
bool option_parse(const struct option *option, const char *text, void *base, char *ret_allowed);

/* The field as text, in the form that option_parse takes; secrets as ***, passwords in URLs too. */
void option_format(const struct option *option, const void *base, char *ret_text, size_t capacity);

/* What may be written: "a number from 1 to 64 (threads)". */
void option_allowed(const struct option *option, char *ret_text, size_t capacity);

/* What stands for the value in help: NUMBER, text|json. */
const char *option_placeholder(const struct option *option);

/* OSBILL_REDIS_URL for redis-url; `suffix` (may be "") is appended first: "-file". False: no room. */
bool option_environment_name(const char *name, const char *suffix, char *ret_name, size_t capacity);

/* A URL without the password and the query that it may hold. */
void option_redact_url(const char *url, char *ret_text, size_t capacity);
bool option_url_has_password(const char *url);

/* The shared options. */
const struct option *option_table(uint32_t *ret_count);

/* The name in rows[0..count) that `name` was probably meant to be, or NULL. */
const char *option_nearest(const struct option *rows, uint32_t count, const char *name);

#endif
