#define _GNU_SOURCE
#include "real.h"

#include <dlfcn.h>
#include <string.h>

struct real real_calls;
_Bool real_found;

static void find(const char *name, void *call) {
    void *found = dlsym(RTLD_NEXT, name);
    memcpy(call, &found, sizeof found);
}

void real_find(void) {
#define CALL(name) find(#name, &real_calls.name);
    NK_CALLS(CALL)
#undef CALL
    real_found = 1;
}
