#define _GNU_SOURCE
#include "program.h"

#include <alloca.h>
#include <dlfcn.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The calls by which another image comes: exec in all its forms, and what starts a program. */

#define EXPORT __attribute__((visibility("default")))

/* It returns, so it failed. */
static int stayed(void) {
    int failure = errno;
    sockets_stay();
    errno = failure;
    return -1;
}

/*
 * Programs that clear the environment of what they start (nginx, for its next version; sshd, for a user's shell) would leave it on the
 * kernel's stack, and its sockets to who cannot use them: what names the library and the session is put back. Who wants to have it
 * so sets NETKEEP_SESSION to nothing. Where this user does not reach the session, or the library, nothing is put back, unless sockets go
 * along, by which the session is reached.
 */
enum { PRELOAD, SESSION, RULES, CARRY, VARIABLES };

static const char *const names[VARIABLES] = {"LD_PRELOAD=", "NETKEEP_SESSION=", "NETKEEP_RULES=", "NETKEEP_CARRY="};

static const char *library(void) {
    Dl_info info;
    return dladdr(names, &info) != 0 && info.dli_fname != NULL ? info.dli_fname : "";
}

static const char *wanted(int variable) {
    return variable == PRELOAD ? library()
        : variable == SESSION ? family_path()
        : variable == RULES ? rules_said() : carrying_said();
}

/* What an environment has for a variable, or NULL. */
static const char *had(char *const environment[], int variable) {
    size_t length = strlen(names[variable]);
    for (; environment != NULL && *environment != NULL; environment++) {
        if (strncmp(*environment, names[variable], length) == 0) {
            return *environment + length;
        }
    }
    return NULL;
}

static bool lacks(char *const environment[], int variable) {
    const char *has = had(environment, variable);
    return *wanted(variable) != 0 && (has == NULL || (variable == PRELOAD && strstr(has, library()) == NULL));
}

static bool reached(void) {
    return faccessat(AT_FDCWD, family_path(), W_OK, AT_EACCESS) == 0 && faccessat(AT_FDCWD, library(), R_OK, AT_EACCESS) == 0;
}

/* Octets of an environment that has all, the array and what is put there; 0 if nothing is to be. */
static size_t room_of(char *const environment[], bool goes) {
    int failure = errno;
    const char *session_had = had(environment, SESSION);
    size_t octets = 0;
    if (family_path() == NULL || (session_had != NULL && *session_had == 0)) {
        return 0;
    }
    for (int variable = 0; variable < VARIABLES; variable++) {
        if (lacks(environment, variable)) {
            const char *has = had(environment, variable);
            octets += strlen(names[variable]) + strlen(wanted(variable)) + (has == NULL ? 0 : strlen(has)) + 2;
        }
    }
    if (octets == 0 || (!goes && !reached())) {
        errno = failure;
        return 0;
    }
    size_t count = 0;
    while (environment != NULL && environment[count] != NULL) {
        count++;
    }
    return octets + (count + VARIABLES + 1) * sizeof *environment;
}

/* Of a room without octets the environment as it is. Another library that is to be there first stays the first. */
static char **with_library(char *const environment[], void *room, size_t length) {
    char **all = room;
    char *text = (char *)room + length;
    size_t count = 0;
    if (length == 0) {
        return (char **)(uintptr_t)environment;
    }
    bool replaced = lacks(environment, PRELOAD);
    for (size_t i = 0; environment != NULL && environment[i] != NULL; i++) {
        if (!replaced || strncmp(environment[i], names[PRELOAD], strlen(names[PRELOAD])) != 0) {
            all[count++] = environment[i];
        }
    }
    for (int variable = 0; variable < VARIABLES; variable++) {
        if (lacks(environment, variable)) {
            const char *has = had(environment, variable);
            bool more = has != NULL && *has != 0;
            text -= strlen(names[variable]) + (more ? strlen(has) + 1 : 0) + strlen(wanted(variable)) + 1;
            sprintf(text, "%s%s%s%s", names[variable], more ? has : "", more ? ":" : "", wanted(variable));
            all[count++] = text;
        }
    }
    all[count] = NULL;
    return all;
}

/* Another image comes with these sockets: those are carried that the library is not to reach there. */
static void carried_where(bool goes, bool reached) {
    if (goes && !reached) {
        sockets_carry(socket_goes);
    }
}

EXPORT int execve(const char *path, char *const arguments[], char *const environment[]) {
    bool goes = sockets_go();
    carried_where(goes, !goes || image_reached(AT_FDCWD, path));
    size_t room = room_of(environment, goes);
    real()->execve(path, arguments, with_library(environment, alloca(room), room));
    return stayed();
}

EXPORT int execvpe(const char *file, char *const arguments[], char *const environment[]) {
    bool goes = sockets_go();
    carried_where(goes, !goes || image_found_reached(file));
    size_t room = room_of(environment, goes);
    real()->execvpe(file, arguments, with_library(environment, alloca(room), room));
    return stayed();
}

EXPORT int fexecve(int fd, char *const arguments[], char *const environment[]) {
    bool goes = sockets_go();
    carried_where(goes, !goes || image_reached(fd, ""));
    size_t room = room_of(environment, goes);
    real()->fexecve(fd, arguments, with_library(environment, alloca(room), room));
    return stayed();
}

EXPORT int execveat(int at, const char *path, char *const arguments[], char *const environment[], int flags) {
    bool goes = sockets_go();
    carried_where(goes, !goes || image_reached(at, path));
    size_t room = room_of(environment, goes);
    real()->execveat(at, path, arguments, with_library(environment, alloca(room), room), flags);
    return stayed();
}

EXPORT int execv(const char *path, char *const arguments[]) {
    return execve(path, arguments, environ);
}

EXPORT int execvp(const char *file, char *const arguments[]) {
    return execvpe(file, arguments, environ);
}

/* How many arguments there are before the NULL. */
static size_t counted(const char *first, va_list rest) {
    size_t count = 0;
    for (const char *next = first; next != NULL; next = va_arg(rest, const char *)) {
        count++;
    }
    return count;
}

/* An array of the arguments of a call, on its stack; `rest` is behind the NULL then. */
#define GATHER(arguments, first, rest) \
    va_list counting; \
    va_start(rest, first); \
    va_copy(counting, rest); \
    size_t count = counted(first, counting); \
    va_end(counting); \
    char **arguments = alloca((count + 1) * sizeof *arguments); \
    arguments[0] = (char *)(uintptr_t)first; \
    for (size_t i = 1; i <= count; i++) { \
        arguments[i] = va_arg(rest, char *); \
    }

EXPORT int execl(const char *path, const char *first, ...) {
    va_list rest;
    GATHER(arguments, first, rest)
    va_end(rest);
    return execve(path, arguments, environ);
}

EXPORT int execlp(const char *file, const char *first, ...) {
    va_list rest;
    GATHER(arguments, first, rest)
    va_end(rest);
    return execvpe(file, arguments, environ);
}

EXPORT int execle(const char *path, const char *first, ...) {
    va_list rest;
    GATHER(arguments, first, rest)
    char **environment = va_arg(rest, char **);
    va_end(rest);
    return execve(path, arguments, environment);
}

/*
 * What is put into a place by posix_spawn goes along, whatever becomes of the descriptor that it was. Whoever says so may do it before there is
 * a socket: so it is numbers that are noted, for good.
 */
enum { WORD = 64, WORDS = 1 << 14 };

static _Atomic uint64_t placed[WORDS];

EXPORT int posix_spawn_file_actions_adddup2(posix_spawn_file_actions_t *actions, int fd, int to) {
    if (fd >= 0 && fd < WORD * WORDS) {
        atomic_fetch_or(&placed[fd / WORD], UINT64_C(1) << fd % WORD);
    }
    return real()->posix_spawn_file_actions_adddup2(actions, fd, to);
}

static bool goes_or_is_placed(int fd) {
    return socket_goes(fd) || fd >= WORD * WORDS || (atomic_load(&placed[fd / WORD]) & UINT64_C(1) << fd % WORD) != 0;
}

EXPORT int posix_spawn(
    pid_t *child, const char *path, const posix_spawn_file_actions_t *actions, const posix_spawnattr_t *attributes,
    char *const arguments[], char *const environment[]) {
    bool lends = sockets_lend(goes_or_is_placed);
    if (lends && !image_reached(AT_FDCWD, path)) {
        sockets_carry(goes_or_is_placed);
    }
    size_t room = room_of(environment, lends);
    char **with = with_library(environment, alloca(room), room);
    int failure = real()->posix_spawn(child, path, actions, attributes, arguments, with);
    if (lends) {
        sockets_lent();
    }
    return failure;
}

EXPORT int posix_spawnp(
    pid_t *child, const char *file, const posix_spawn_file_actions_t *actions, const posix_spawnattr_t *attributes,
    char *const arguments[], char *const environment[]) {
    bool lends = sockets_lend(goes_or_is_placed);
    if (lends && !image_found_reached(file)) {
        sockets_carry(goes_or_is_placed);
    }
    size_t room = room_of(environment, lends);
    char **with = with_library(environment, alloca(room), room);
    int failure = real()->posix_spawnp(child, file, actions, attributes, arguments, with);
    if (lends) {
        sockets_lent();
    }
    return failure;
}

/* What libc itself starts has the program's own environment: that has all meanwhile. */
static char **lent(bool goes) {
    size_t length = room_of(environ, goes);
    char **all = length == 0 ? NULL : malloc(length);
    if (all != NULL) {
        environ = with_library(environ, all, length);
    }
    return all;
}

/* If another thread has changed it, what it has is in use. */
static void returned(char **all, char **before) {
    if (all != NULL && environ == all) {
        environ = before;
        free(all);
    }
}

EXPORT int system(const char *command) {
    bool lends = sockets_lend(socket_goes);
    char **before = environ;
    char **all = lent(lends);
    int status = real()->system(command);
    int failure = errno;
    returned(all, before);
    if (lends) {
        sockets_lent();
    }
    errno = failure;
    return status;
}

EXPORT FILE *popen(const char *command, const char *mode) {
    bool lends = sockets_lend(socket_goes);
    char **before = environ;
    char **all = lent(lends);
    FILE *opened = real()->popen(command, mode);
    int failure = errno;
    returned(all, before);
    if (lends) {
        sockets_lent();
    }
    errno = failure;
    return opened;
}
