/* What a caller may do about a failed call: the one result type of every port.
 *
 * The adapters turn their library's errors into these kinds, so that the engine decides without knowing the
 * library. After librdkafka's error flags (retriable, txn_requires_abort, fatal). */
#ifndef OSBILL_CORE_RESULT_H
#define OSBILL_CORE_RESULT_H

enum result_kind {
    RESULT_OK,
    RESULT_RETRY,    /* nothing is known to have happened: call again with identical arguments */
    RESULT_ABORT,    /* abort the transaction; its messages may be decided again */
    RESULT_REFUSED,  /* a guard said no (owner, position, generation): repair before anything else */
    RESULT_RECREATE, /* the producer is of no use any more: close, open again, recover from P */
    RESULT_STOP,     /* only a person can help: stop this process with the reason */
};

struct result {
    enum result_kind kind;
    const char *reason; /* for people; static, or the adapter's until its next call; never NULL unless RESULT_OK */
};

#define RESULT_SUCCESS ((struct result){RESULT_OK, 0})

#if defined(__GNUC__)
#define WARN_UNUSED __attribute__((warn_unused_result))
#else
#define WARN_UNUSED
#endif

#endif
