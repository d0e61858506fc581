#include "tests/unit/cmocka_all.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "server.h"
#include "worker/http/http.h"

struct fixture {
    struct server server;
    struct http_client *client;
};

static const struct http_options quick = {.connect_timeout_ms = 500, .total_timeout_ms = 200, .response_limit = 1000};

static int setup(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);

    *state = fixture;
    if (!fixture || !server_start(&fixture->server, NULL, NULL))
        return -1;
    fixture->client = http_client_new(&quick);
    return fixture->client ? 0 : -1;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;

    http_client_free(fixture->client);
    server_stop(&fixture->server);
    free(fixture);
    return 0;
}

static struct http_answer get(struct fixture *fixture, const char *url)
{
    return http_send(fixture->client, &(struct http_request){.method = "GET", .url = url});
}

static void an_answer_has_status_and_body(void **state)
{
    struct fixture *fixture = *state;

    server_answer(&fixture->server, 404, "not here");
    struct http_answer answer = get(fixture, fixture->server.url);
    assert_int_equal(answer.outcome, HTTP_ANSWERED);
    assert_int_equal(answer.status, 404);
    assert_int_equal(answer.body.size, 8);
    assert_memory_equal(answer.body.data, "not here", 8);
    assert_string_equal(fixture->server.method, "GET");
    assert_string_equal(fixture->server.authorization, "");
}

static void a_body_and_headers_are_sent(void **state)
{
    struct fixture *fixture = *state;
    static const char *const headers[] = {"Content-Type: application/json", NULL};
    struct http_request request = {"PUT", fixture->server.url, headers, {"{\"a\":1}", 7}, NULL, NULL, NULL};

    server_answer(&fixture->server, 200, "");
    assert_int_equal(http_send(fixture->client, &request).status, 200);
    assert_string_equal(fixture->server.method, "PUT");
    assert_string_equal(fixture->server.body, "{\"a\":1}");
    assert_string_equal(fixture->server.content_type, "application/json");
    /* and nothing of it stays for the next request */
    assert_int_equal(get(fixture, fixture->server.url).status, 200);
    assert_string_equal(fixture->server.method, "GET");
    assert_string_equal(fixture->server.body, "");
}

static void credentials_are_sent(void **state)
{
    struct fixture *fixture = *state;
    struct http_request request = {.method = "GET", .url = fixture->server.url, .username = "me", .password = "you"};

    server_answer(&fixture->server, 200, "");
    assert_int_equal(http_send(fixture->client, &request).status, 200);
    assert_string_equal(fixture->server.authorization, "Basic bWU6eW91");
    request = (struct http_request){.method = "GET", .url = fixture->server.url, .bearer_token = "t0ken"};
    assert_int_equal(http_send(fixture->client, &request).status, 200);
    assert_string_equal(fixture->server.authorization, "Bearer t0ken");
}

static void redirects_are_not_followed(void **state)
{
    struct fixture *fixture = *state;

    server_answer(&fixture->server, 302, "");
    assert_int_equal(get(fixture, fixture->server.url).status, 302);
    assert_int_equal(fixture->server.requests, 1);
}

static void an_answer_beyond_the_limit_is_refused(void **state)
{
    struct fixture *fixture = *state;

    server_answer(&fixture->server, 200, "0123456789");
    fixture->server.answers[0].repeat = 100;
    assert_int_equal(get(fixture, fixture->server.url).body.size, 1000);
    fixture->server.answers[0].repeat = 101;
    struct http_answer answer = get(fixture, fixture->server.url);
    assert_int_equal(answer.outcome, HTTP_TOO_LARGE);
    assert_string_equal(answer.reason, "the answer is larger than the limit");
    assert_int_equal(get(fixture, fixture->server.url).outcome, HTTP_TOO_LARGE);
}

/* A socket that is bound; with a backlog it takes connections, and nobody reads them. */
static int silent_socket(bool listening, char *ret_url, size_t size)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    int descriptor = socket(AF_INET, SOCK_STREAM, 0);

    assert_true(descriptor >= 0);
    assert_int_equal(bind(descriptor, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(getsockname(descriptor, (struct sockaddr *)&address, &length), 0);
    if (listening)
        assert_int_equal(listen(descriptor, 1), 0);
    snprintf(ret_url, size, "http://127.0.0.1:%u/", (unsigned)ntohs(address.sin_port));
    return descriptor;
}

static void a_server_that_says_nothing_times_out(void **state)
{
    char url[64];
    int descriptor = silent_socket(true, url, sizeof url);

    assert_int_equal(get(*state, url).outcome, HTTP_TIMED_OUT);
    close(descriptor);
}

static void a_closed_port_is_unreachable(void **state)
{
    char url[64];
    int descriptor = silent_socket(false, url, sizeof url);
    struct http_answer answer = get(*state, url);

    assert_int_equal(answer.outcome, HTTP_UNREACHABLE);
    assert_non_null(strstr(answer.reason, "127.0.0.1"));
    close(descriptor);
}

static void only_http_and_https(void **state)
{
    assert_int_equal(get(*state, "file:///etc/passwd").outcome, HTTP_INVALID);
    assert_int_equal(get(*state, "ftp://127.0.0.1/").outcome, HTTP_INVALID);
    assert_int_equal(get(*state, "http://:bad:").outcome, HTTP_INVALID);
}

static void names_are_escaped(void **state)
{
    char text[32];

    (void)state;
    assert_true(http_escape("a-Z_0.~", text, sizeof text));
    assert_string_equal(text, "a-Z_0.~");
    assert_true(http_escape("a/b c\xC3\xA9", text, sizeof text));
    assert_string_equal(text, "a%2Fb%20c%C3%A9");
    assert_true(http_escape("", text, 1));
    assert_false(http_escape("a", text, 1));
    assert_false(http_escape("////", text, 12));
}

#ifdef TEST_CERTIFICATE
static char *read_file(const char *path)
{
    FILE *file = fopen(path, "r");
    char *text = calloc(1, 16384);

    assert_non_null(file);
    assert_non_null(text);
    assert_true(fread(text, 1, 16383, file) > 0);
    fclose(file);
    return text;
}

static enum http_outcome get_trusting(const char *ca_file, const char *url)
{
    struct http_options options = quick;
    struct http_request request = {.method = "GET", .url = url};

    options.connect_timeout_ms = options.total_timeout_ms = 5000;
    options.ca_file = ca_file;
    struct http_client *client = http_client_new(&options);
    assert_non_null(client);
    enum http_outcome outcome = http_send(client, &request).outcome;
    http_client_free(client);
    return outcome;
}

static void certificates_are_verified(void **state)
{
    char *certificate = read_file(TEST_CERTIFICATE), *key = read_file(TEST_KEY), url[64];
    struct server server;

    (void)state;
    assert_true(server_start(&server, certificate, key));
    server_answer(&server, 200, "");
    assert_int_equal(get_trusting(TEST_CERTIFICATE, server.url), HTTP_ANSWERED);
    assert_int_equal(get_trusting(NULL, server.url), HTTP_UNTRUSTED);
    snprintf(url, sizeof url, "https://localhost%s", strrchr(server.url, ':')); /* the certificate is 127.0.0.1's */
    assert_int_equal(get_trusting(TEST_CERTIFICATE, url), HTTP_UNTRUSTED);
    server_stop(&server);
    free(certificate);
    free(key);
}
#endif

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_answer_has_status_and_body),
        TEST(a_body_and_headers_are_sent),
        TEST(credentials_are_sent),
        TEST(redirects_are_not_followed),
        TEST(an_answer_beyond_the_limit_is_refused),
        TEST(a_server_that_says_nothing_times_out),
        TEST(a_closed_port_is_unreachable),
        TEST(only_http_and_https),
        cmocka_unit_test(names_are_escaped),
#ifdef TEST_CERTIFICATE
        cmocka_unit_test(certificates_are_verified),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
