#define _GNU_SOURCE
#include "program.h"

#include <alloca.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

/* The calls by which another image comes: exec in all its forms, and what starts a program. */

#define EXPORT __attribute__((visibility("default")))

/* It returns, so it failed. */
static int stayed(void) {
    int failure = errno;
    sockets_stay();
    errno = failure;
    return -1;
}

EXPORT int execve(const char *path, char *const arguments[], char *const environment[]) {
    sockets_go();
    real()->execve(path, arguments, environment);
    return stayed();
}

EXPORT int execvpe(const char *file, char *const arguments[], char *const environment[]) {
    sockets_go();
    real()->execvpe(file, arguments, environment);
    return stayed();
}

EXPORT int fexecve(int fd, char *const arguments[], char *const environment[]) {
    sockets_go();
    real()->fexecve(fd, arguments, environment);
    return stayed();
}

EXPORT int execveat(int at, const char *path, char *const arguments[], char *const environment[], int flags) {
    sockets_go();
    real()->execveat(at, path, arguments, environment, flags);
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

EXPORT int posix_spawn(
    pid_t *child, const char *path, const posix_spawn_file_actions_t *actions, const posix_spawnattr_t *attributes,
    char *const arguments[], char *const environment[]) {
    bool lends = sockets_lend(true);
    int failure = real()->posix_spawn(child, path, actions, attributes, arguments, environment);
    if (lends) {
        sockets_lent();
    }
    return failure;
}

EXPORT int posix_spawnp(
    pid_t *child, const char *file, const posix_spawn_file_actions_t *actions, const posix_spawnattr_t *attributes,
    char *const arguments[], char *const environment[]) {
    bool lends = sockets_lend(true);
    int failure = real()->posix_spawnp(child, file, actions, attributes, arguments, environment);
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
