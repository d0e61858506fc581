#include "redis_tls.h"

#ifdef OSBILL_REDIS_TLS

#include <arpa/inet.h>
#include <hiredis/hiredis_ssl.h>
#include <openssl/ssl.h>
#include <stdlib.h>
#include <string.h>

struct redis_tls {
    SSL_CTX *context;
    char *host;
    SSL *session;  /* of the connection now open, which hiredis frees with it; NULL: it did not start */
    long verified; /* what a session that did not start said of the certificate */
};

struct result redis_tls_open(const char *host, struct redis_tls **ret)
{
    struct redis_tls *tls = calloc(1, sizeof(*tls));

    *ret = NULL;
    if (tls) {
        tls->context = SSL_CTX_new(TLS_client_method());
        tls->host = strdup(host);
    }
    if (!tls || !tls->context || !tls->host) {
        redis_tls_close(tls);
        return (struct result){RESULT_STOP, "out of memory"};
    }
    /* The system's authorities, or SSL_CERT_FILE and SSL_CERT_DIR. */
    SSL_CTX_set_default_verify_paths(tls->context);
    SSL_CTX_set_min_proto_version(tls->context, TLS1_2_VERSION);
    SSL_CTX_set_verify(tls->context, SSL_VERIFY_PEER, NULL);
    *ret = tls;
    return RESULT_SUCCESS;
}

void redis_tls_close(struct redis_tls *tls)
{
    if (!tls)
        return;
    SSL_CTX_free(tls->context);
    free(tls->host);
    free(tls);
}

static bool is_address(const char *host)
{
    unsigned char address[sizeof(struct in6_addr)];

    return inet_pton(AF_INET, host, address) == 1 || inet_pton(AF_INET6, host, address) == 1;
}

/* hiredis' own context checks the chain but not the name, so the session is made here. */
bool redis_tls_start(struct redis_tls *tls, redisContext *context)
{
    SSL *session = SSL_new(tls->context);

    tls->session = NULL;
    tls->verified = X509_V_OK;
    if (!session)
        return false;
    int named = is_address(tls->host) ? X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(session), tls->host)
                                      : SSL_set1_host(session, tls->host);
    if (named != 1) {
        SSL_free(session);
        return false;
    }
    if (!is_address(tls->host))
        SSL_set_tlsext_host_name(session, tls->host);
    if (redisInitiateSSL(context, session) == REDIS_OK) {
        tls->session = session;
        return true;
    }
    tls->verified = SSL_get_verify_result(session);
    SSL_free(session);
    return false;
}

const char *redis_tls_problem(const struct redis_tls *tls)
{
    long verified = tls->session ? SSL_get_verify_result(tls->session) : tls->verified;

    return verified == X509_V_OK ? NULL : X509_verify_cert_error_string(verified);
}

#else

struct result redis_tls_open(const char *host, struct redis_tls **ret)
{
    (void)host;
    *ret = NULL;
    return (struct result){RESULT_STOP, "rediss:// needs hiredis 1.0 or newer with TLS; this build has none: "
                                        "use a unix socket, or a TLS tunnel such as stunnel"};
}

void redis_tls_close(struct redis_tls *tls)
{
    (void)tls;
}

bool redis_tls_start(struct redis_tls *tls, redisContext *context)
{
    (void)tls;
    (void)context;
    return false;
}

const char *redis_tls_problem(const struct redis_tls *tls)
{
    (void)tls;
    return NULL;
}

#endif
