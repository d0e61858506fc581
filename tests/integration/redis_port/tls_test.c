/* rediss:// where hiredis has TLS: chain and host name are verified. The certificate is for 127.0.0.1 alone. */
#include "port.h"
#include "server.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

static struct server server;
static char port[8];

/* A port that was free a moment ago. */
static void find_port(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof(address);
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    assert_int_equal(bind(fd, (struct sockaddr *)&address, size), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size), 0);
    snprintf(port, sizeof(port), "%u", (unsigned)ntohs(address.sin_port));
    close(fd);
}

static int start(void **state)
{
    (void)state;
    find_port();
    server_init(&server);
    server_start(&server, (const char *const[]){"--tls-port", port, "--bind", "127.0.0.1", "--tls-cert-file",
                                                TEST_CERTIFICATE, "--tls-key-file", TEST_KEY, "--tls-ca-cert-file",
                                                TEST_CERTIFICATE, "--tls-auth-clients", "no", NULL});
    return 0;
}

static int stop(void **state)
{
    (void)state;
    server_release(&server);
    return 0;
}

static struct store *open_by(const char *host)
{
    char url[64];

    snprintf(url, sizeof(url), "rediss://%s:%s", host, port);
    return port_open(url);
}

static void large_requests_and_answers(void **context)
{
    static char value[3 << 20];
    struct store_record record = {.key = TEXT_LITERAL("v:a/1"), .value = {value, sizeof(value)}};
    struct store *store;

    (void)context;
    setenv("SSL_CERT_FILE", TEST_CERTIFICATE, 1);
    memset(value, 'x', sizeof(value));
    store = open_by("127.0.0.1");
    port_begin(store, 1, 10);
    for (uint8_t nonce = 10; nonce < 20; nonce++) {
        struct store_request request = write_to(1, nonce, (uint8_t)(nonce + 1), &record, 1);
        assert_result(store, &request, RESULT_OK);
        record.value = (struct text){NULL, 0};
        request = read_at(1, (uint8_t)(nonce + 1), &record, 1);
        assert_result(store, &request, RESULT_OK);
        assert_int_equal(record.value.size, sizeof(value));
        assert_memory_equal(record.value.data, value, sizeof(value));
        store->ops->release(store, &request);
        record.value = (struct text){value, sizeof(value)};
    }
    redis_store_close(store);
}

static void another_name_is_refused(void **context)
{
    struct store_request request = claim(1);
    struct store *store;

    (void)context;
    setenv("SSL_CERT_FILE", TEST_CERTIFICATE, 1);
    store = open_by("localhost");
    assert_result(store, &request, RESULT_RETRY);
    assert_reason(&request, "certificate");
    redis_store_close(store);
}

static void an_unknown_authority_is_refused(void **context)
{
    struct store_request request = claim(1);
    struct store *store;

    (void)context;
    setenv("SSL_CERT_FILE", "/dev/null", 1);
    store = open_by("127.0.0.1");
    assert_result(store, &request, RESULT_RETRY);
    assert_reason(&request, "certificate");
    redis_store_close(store);
}

static void plain_text_to_a_tls_port_does_not_hang(void **context)
{
    char url[64];
    struct store_request request = claim(1);

    (void)context;
    snprintf(url, sizeof(url), "redis://127.0.0.1:%s", port);
    struct store *store = port_open(url);
    assert_result(store, &request, RESULT_RETRY);
    redis_store_close(store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(large_requests_and_answers),
        cmocka_unit_test(another_name_is_refused),
        cmocka_unit_test(an_unknown_authority_is_refused),
        cmocka_unit_test(plain_text_to_a_tls_port_does_not_hang),
    };
    return cmocka_run_group_tests_name("redis port: TLS", tests, start, stop);
}
