/* cmocka with what it needs before it. */
#ifndef OSBILL_TESTS_UNIT_CMOCKA_ALL_H
#define OSBILL_TESTS_UNIT_CMOCKA_ALL_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#endif
