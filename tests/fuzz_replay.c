// Runs a fuzz target over the files of its corpus, for compilers without libFuzzer: every finding stays a regression
// test.
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void fail(const char *what, const char *path)
{
    fprintf(stderr, "%s %s\n", what, path);
    exit(1);
}

static void run_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL || fseek(file, 0, SEEK_END) != 0)
        fail("cannot read", path);
    long size = ftell(file);
    if (size < 0)
        fail("cannot read", path);
    rewind(file);
    uint8_t *data = malloc((size_t)size + 1); // exactly sized for the sanitizers, but never NULL
    if (data == NULL || fread(data, 1, (size_t)size, file) != (size_t)size)
        fail("cannot read", path);
    fclose(file);
    LLVMFuzzerTestOneInput(data, (size_t)size);
    free(data);
}

int main(int argc, char **argv)
{
    int count = 0;
    for (int i = 1; i < argc; i++) {
        DIR *folder = opendir(argv[i]);
        if (folder == NULL)
            fail("cannot open corpus", argv[i]);
        for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
            char path[4096];
            if (entry->d_name[0] == '.')
                continue;
            int length = snprintf(path, sizeof(path), "%s/%s", argv[i], entry->d_name);
            if (length < 0 || (size_t)length >= sizeof(path))
                fail("name too long", entry->d_name);
            run_file(path);
            count++;
        }
        closedir(folder);
    }
    printf("%d corpus files\n", count);
    return count > 0 ? 0 : 1;
}
