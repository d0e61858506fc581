#include <string.h>
#include <strings.h>

#include "core/text.h"
#include "worker/cli/catalogue_file/yaml.h"
#include "worker/cli/common/print.h"

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

void yaml_write_quoted(FILE *to, struct text text)
{
    char code[PRINT_CODE] = "";

    (void)fputc('"', to);
    for (uint32_t i = 0; i < text.size;) {
        struct print_character character = print_character(text.data + i, text.size - i);
        if (character.hidden) {
            size_t size = print_code(character.code, code);
            (void)fwrite(code, 1, size, to);
        } else {
            if (character.code == '"' || character.code == '\\')
                (void)fputc('\\', to);
            (void)fwrite(text.data + i, 1, character.size, to);
        }
        i += (uint32_t)character.size;
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
