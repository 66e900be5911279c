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
 * Programs that clear the environment of what they start (nginx, for its next version) would leave their sockets to who
 * cannot use them: what names the library and the session is put back where a socket goes along.
 */
static const char PRELOAD[] = "LD_PRELOAD=";
static const char SESSION[] = "NETKEEP_SESSION=";
static const char RULES[] = "NETKEEP_RULES=";

static const char *library(void) {
    Dl_info info;
    return dladdr(PRELOAD, &info) != 0 && info.dli_fname != NULL ? info.dli_fname : "";
}

static bool begins(const char *text, const char *with) {
    return strncmp(text, with, strlen(with)) == 0;
}

/* Octets of the array and its texts, the most that there can be. */
static size_t room_of(char *const environment[]) {
    size_t count = 0;
    size_t octets = sizeof PRELOAD + sizeof SESSION + sizeof RULES + strlen(library()) + strlen(family_path()) + strlen(rules_said()) + 1;
    for (; environment != NULL && environment[count] != NULL; count++) {
        octets += begins(environment[count], PRELOAD) ? strlen(environment[count]) : 0;
    }
    return (count + 4) * sizeof *environment + octets;
}

/* Puts a variable in front of those that stand there. */
static char *put_before(char *text, const char *name, const char *value) {
    text -= strlen(name) + strlen(value) + 1;
    sprintf(text, "%s%s", name, value);
    return text;
}

static char **with_library(char *const environment[], void *room, bool goes) {
    char **all = room;
    size_t count = 0;
    const char *preloads = NULL;
    bool known = false;
    bool ruled = *rules_said() == 0;
    if (!goes || family_path() == NULL) {
        return (char **)(uintptr_t)environment;
    }
    for (size_t i = 0; environment != NULL && environment[i] != NULL; i++) {
        known |= begins(environment[i], SESSION);
        ruled |= begins(environment[i], RULES);
        if (begins(environment[i], PRELOAD)) {
            preloads = environment[i];
        } else {
            all[count++] = environment[i];
        }
    }
    char *text = (char *)room + room_of(environment);
    bool there = preloads != NULL && strstr(preloads, library()) != NULL;
    if (there) {
        all[count++] = (char *)(uintptr_t)preloads;
    } else {
        const char *rest = preloads == NULL ? "" : preloads + sizeof PRELOAD - 1;
        text -= sizeof PRELOAD + strlen(library()) + strlen(rest) + 1;
        sprintf(text, "%s%s%s%s", PRELOAD, library(), *rest == 0 ? "" : ":", rest);
        all[count++] = text;
    }
    if (!known) {
        text = put_before(text, SESSION, family_path());
        all[count++] = text;
    }
    if (!ruled) {
        text = put_before(text, RULES, rules_said());
        all[count++] = text;
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

/* The environment of another image; lives as long as the call that it is for. */
#define KEPT(environment, goes) with_library(environment, (goes) ? alloca(room_of(environment)) : NULL, goes)

EXPORT int execve(const char *path, char *const arguments[], char *const environment[]) {
    bool goes = sockets_go();
    carried_where(goes, !goes || image_reached(AT_FDCWD, path));
    real()->execve(path, arguments, KEPT(environment, goes));
    return stayed();
}

EXPORT int execvpe(const char *file, char *const arguments[], char *const environment[]) {
    bool goes = sockets_go();
    carried_where(goes, !goes || image_found_reached(file));
    real()->execvpe(file, arguments, KEPT(environment, goes));
    return stayed();
}

EXPORT int fexecve(int fd, char *const arguments[], char *const environment[]) {
    bool goes = sockets_go();
    carried_where(goes, !goes || image_reached(fd, ""));
    real()->fexecve(fd, arguments, KEPT(environment, goes));
    return stayed();
}

EXPORT int execveat(int at, const char *path, char *const arguments[], char *const environment[], int flags) {
    bool goes = sockets_go();
    carried_where(goes, !goes || image_reached(at, path));
    real()->execveat(at, path, arguments, KEPT(environment, goes), flags);
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

/* What is put into a place by posix_spawn goes along, whatever becomes of the descriptor that it was. */
EXPORT int posix_spawn_file_actions_adddup2(posix_spawn_file_actions_t *actions, int fd, int to) {
    uint32_t number;
    if (number_kind(fd, &number) == OWN) {
        atomic_store(&own(number)->placed, true);
    }
    return real()->posix_spawn_file_actions_adddup2(actions, fd, to);
}

static bool goes_or_is_placed(int fd) {
    uint32_t number;
    return socket_goes(fd) || (number_kind(fd, &number) == OWN && atomic_load(&own(number)->placed));
}

EXPORT int posix_spawn(
    pid_t *child, const char *path, const posix_spawn_file_actions_t *actions, const posix_spawnattr_t *attributes,
    char *const arguments[], char *const environment[]) {
    bool lends = sockets_lend(true);
    if (lends && !image_reached(AT_FDCWD, path)) {
        sockets_carry(goes_or_is_placed);
    }
    int failure = real()->posix_spawn(child, path, actions, attributes, arguments, KEPT(environment, lends));
    if (lends) {
        sockets_lent();
    }
    return failure;
}

EXPORT int posix_spawnp(
    pid_t *child, const char *file, const posix_spawn_file_actions_t *actions, const posix_spawnattr_t *attributes,
    char *const arguments[], char *const environment[]) {
    bool lends = sockets_lend(true);
    if (lends && !image_found_reached(file)) {
        sockets_carry(goes_or_is_placed);
    }
    int failure = real()->posix_spawnp(child, file, actions, attributes, arguments, KEPT(environment, lends));
    if (lends) {
        sockets_lent();
    }
    return failure;
}

EXPORT int system(const char *command) {
    bool lends = sockets_lend(false);
    int status = real()->system(command);
    if (lends) {
        sockets_lent();
    }
    return status;
}

EXPORT FILE *popen(const char *command, const char *mode) {
    bool lends = sockets_lend(false);
    FILE *opened = real()->popen(command, mode);
    if (lends) {
        sockets_lent();
    }
    return opened;
}
