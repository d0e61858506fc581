#include "server.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define OPTIONS_MAX 40

void server_init(struct server *server)
{
    *server = (struct server){.folder = "/tmp/osbill-redis-XXXXXX"};
    assert_non_null(mkdtemp(server->folder));
    snprintf(server->socket, sizeof(server->socket), "%s/socket", server->folder);
    snprintf(server->url, sizeof(server->url), "unix://%s", server->socket);
}

static void run_server(const struct server *server, const char *const *options, pid_t parent)
{
    const char *arguments[OPTIONS_MAX] = {"redis-server",
                                          "--port",
                                          "0",
                                          "--unixsocket",
                                          server->socket,
                                          "--dir",
                                          server->folder,
                                          "--save",
                                          "",
                                          "--enable-debug-command",
                                          "yes",
                                          "--daemonize",
                                          "no"};
    size_t count = 13;

    for (; options && *options && count < OPTIONS_MAX - 1; options++)
        arguments[count++] = *options;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(1);
    if (chdir(server->folder) != 0 || !freopen("log", "a", stdout))
        _exit(1);
    execvp(arguments[0], (char *const *)(uintptr_t)arguments);
    _exit(127);
}

static int try_connect(const struct server *server)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);

    snprintf(address.sun_path, sizeof(address.sun_path), "%s", server->socket);
    if (connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0)
        return fd;
    close(fd);
    return -1;
}

void server_start(struct server *server, const char *const *options)
{
    pid_t parent = getpid();

    assert_int_equal(server->pid, 0);
    server->pid = fork();
    assert_true(server->pid >= 0);
    if (server->pid == 0)
        run_server(server, options, parent);
    for (int tries = 0; tries < 2000; tries++) {
        int fd = try_connect(server);
        if (fd >= 0) {
            close(fd);
            if (strstr(server_command(server, "PING"), "LOADING") == NULL)
                return;
        }
        assert_int_equal(waitpid(server->pid, NULL, WNOHANG), 0); /* it ended: see its log */
        nanosleep(&(struct timespec){0, 5000000}, NULL);
    }
    fail_msg("redis-server does not answer");
}

void server_end(struct server *server, int signal)
{
    if (server->pid <= 0)
        return;
    kill(server->pid, signal);
    waitpid(server->pid, NULL, 0);
    server->pid = 0;
}

void server_release(struct server *server)
{
    server_end(server, SIGKILL);
    DIR *folder = opendir(server->folder);
    if (!folder)
        return;
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;)
        unlinkat(dirfd(folder), entry->d_name, 0);
    closedir(folder);
    rmdir(server->folder);
}

int server_send(const struct server *server, const char *command)
{
    int fd = try_connect(server);
    char line[512];
    int size = snprintf(line, sizeof(line), "%s\r\n", command);

    assert_true(fd >= 0 && size > 0 && (size_t)size < sizeof(line));
    assert_int_equal(write(fd, line, (size_t)size), size);
    return fd;
}

const char *server_command(const struct server *server, const char *command)
{
    static char answer[65536];
    size_t size = 0;
    int fd = server_send(server, command);

    while (size < 2 || memcmp(answer + size - 2, "\r\n", 2) != 0) {
        struct pollfd event = {.fd = fd, .events = POLLIN};
        assert_int_equal(poll(&event, 1, 10000), 1);
        ssize_t more = read(fd, answer + size, sizeof(answer) - 1 - size);
        assert_true(more > 0);
        size += (size_t)more;
    }
    answer[size] = '\0';
    close(fd);
    return answer;
}
