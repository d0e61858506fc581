#include <string.h>
#include <strings.h>

#include "core/text.h"
#include "worker/cli/yaml.h"

/* What YAML 1.1 or 1.2 take for something else than text. */
static const char *const reserved[] = {"true", "false", "yes", "no", "on", "off", "null", "y", "n"};

static bool is_reserved(struct text text)
{
    for (size_t i = 0; i < sizeof reserved / sizeof reserved[0]; i++)
        if (strlen(reserved[i]) == text.size && strncasecmp(reserved[i], text.data, text.size) == 0)
            return true;
    return false;
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

/* A word that every reader of YAML takes for text. */
static bool is_plain(struct text text)
{
    if (text_empty(text) || !is_letter(text.data[0]) || is_reserved(text))
        return false;
    for (uint32_t i = 1; i < text.size; i++) {
        char c = text.data[i];
        if (!is_letter(c) && !(c >= '0' && c <= '9') && c != '.' && c != '-')
            return false;
    }
    return true;
}

/* C0, DEL, and C1 as it is in UTF-8; *size: its bytes. */
static bool is_control(const unsigned char *at, size_t left, size_t *size)
{
    bool c1 = left > 1 && at[0] == 0xc2 && at[1] >= 0x80 && at[1] < 0xa0;

    *size = c1 ? 2 : 1;
    return c1 || at[0] < ' ' || at[0] == 0x7f;
}

void yaml_write_quoted(FILE *to, struct text text)
{
    (void)fputc('"', to);
    for (uint32_t i = 0; i < text.size;) {
        const unsigned char *at = (const unsigned char *)text.data + i;
        size_t size;
        if (is_control(at, text.size - i, &size))
            (void)fprintf(to, "\\x%02x", at[size - 1]);
        else {
            if (*at == '"' || *at == '\\')
                (void)fputc('\\', to);
            (void)fputc(*at, to);
        }
        i += (uint32_t)size;
    }
    (void)fputc('"', to);
}

void yaml_write_text(FILE *to, struct text text)
{
    if (is_plain(text))
        (void)fwrite(text.data, 1, text.size, to);
    else
        yaml_write_quoted(to, text);
}
