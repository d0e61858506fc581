#include "worker/http/schema_cache.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* FNV-1a: names a folder, protects nothing. */
static uint64_t hash_of(const char *text)
{
    uint64_t hash = UINT64_C(0xCBF29CE484222325);

    for (; *text; text++)
        hash = (hash ^ (unsigned char)*text) * UINT64_C(0x100000001B3);
    return hash;
}

void schema_cache_open(struct schema_cache *cache, const char *directory, const char *url)
{
    int length = 0;

    if (directory && directory[0])
        length =
            snprintf(cache->folder, sizeof cache->folder, "%s/%016llx", directory, (unsigned long long)hash_of(url));
    if (length <= 0 || (size_t)length >= sizeof cache->folder - 64) /* room for file names */
        cache->folder[0] = '\0';
}

/* False: no cache, or no room. */
static bool path_of(const struct schema_cache *cache, int32_t id, const char *ending, char *ret_path)
{
    int length = snprintf(ret_path, SCHEMA_CACHE_PATH, "%s/%ld.avsc%s", cache->folder, (long)id, ending);

    return cache->folder[0] && length > 0 && length < SCHEMA_CACHE_PATH;
}

static bool read_all(int file, char *bytes, size_t size)
{
    size_t done = 0;

    while (done < size) {
        ssize_t got = read(file, bytes + done, size - done);
        if (got <= 0)
            return false;
        done += (size_t)got;
    }
    return true;
}

static bool write_all(int file, struct text text)
{
    size_t done = 0;

    while (done < text.size) {
        ssize_t put = write(file, text.data + done, text.size - done);
        if (put <= 0)
            return false;
        done += (size_t)put;
    }
    return true;
}

char *schema_cache_read(const struct schema_cache *cache, int32_t id, uint32_t *ret_size)
{
    char path[SCHEMA_CACHE_PATH];
    struct stat status;
    char *bytes = NULL;

    if (!path_of(cache, id, "", path))
        return NULL;
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (file < 0)
        return NULL;
    if (fstat(file, &status) == 0 && S_ISREG(status.st_mode) && status.st_size > 0 &&
        status.st_size <= (off_t)SCHEMA_CACHE_LIMIT)
        bytes = malloc((size_t)status.st_size);
    if (bytes && !read_all(file, bytes, (size_t)status.st_size)) {
        free(bytes);
        bytes = NULL;
    }
    close(file);
    *ret_size = bytes ? (uint32_t)status.st_size : 0;
    return bytes;
}

static void make_folder(const char *folder)
{
    char path[SCHEMA_CACHE_PATH];

    snprintf(path, sizeof path, "%s", folder);
    for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdir(path, 0777);
        *slash = '/';
    }
    mkdir(path, 0777);
}

void schema_cache_store(const struct schema_cache *cache, int32_t id, struct text json)
{
    char path[SCHEMA_CACHE_PATH], unfinished[SCHEMA_CACHE_PATH];

    if (json.size == 0 || json.size > SCHEMA_CACHE_LIMIT || !path_of(cache, id, "", path) ||
        !path_of(cache, id, ".XXXXXX", unfinished))
        return;
    make_folder(cache->folder);
    int file = mkstemp(unfinished);
    if (file < 0)
        return;
    bool written = write_all(file, json) && fsync(file) == 0;
    written = close(file) == 0 && written;
    if (!written || rename(unfinished, path) != 0)
        unlink(unfinished);
}

void schema_cache_clear(const struct schema_cache *cache)
{
    DIR *folder = cache->folder[0] ? opendir(cache->folder) : NULL;

    int number = folder ? dirfd(folder) : -1;

    if (number >= 0)
        for (struct dirent *entry = readdir(folder); entry; entry = readdir(folder))
            if (strstr(entry->d_name, ".avsc"))
                (void)unlinkat(number, entry->d_name, 0);
    if (folder)
        closedir(folder);
}
