#define _GNU_SOURCE
#include "program.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <string.h>

/*
 * Streams of stdio, which libc reads and writes past its own exported calls: those of our sockets are given calls of ours (fopencookie).
 * So are stdin, stdout and stderr, where an image begins with a socket there, or puts one there: as bash does for what it prints
 * to /dev/tcp. They stay so, for these calls serve whatever has the number.
 */

#define EXPORT __attribute__((visibility("default")))

/* libc's _IO_UNBUFFERED. */
enum { UNBUFFERED = 2 };

struct opened {
    FILE *file;
    int fd;
    struct opened *next;
};

static struct opened *all;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

void stdio_lock(void) {
    pthread_mutex_lock(&lock);
}

void stdio_unlock(void) {
    pthread_mutex_unlock(&lock);
}

static ssize_t cookie_read(void *cookie, char *octets, size_t length) {
    return read(((struct opened *)cookie)->fd, octets, length);
}

/* All of it, unless it fails: what is not written then is lost, as with libc's own. */
static ssize_t cookie_write(void *cookie, const char *octets, size_t length) {
    size_t done = 0;
    while (done < length) {
        ssize_t now = write(((struct opened *)cookie)->fd, octets + done, length - done);
        if (now < 0) {
            break;
        }
        done += (size_t)now;
    }
    return (ssize_t)done;
}

static int cookie_close(void *cookie) {
    struct opened *closed = cookie;
    stdio_lock();
    struct opened **link = &all;
    while (*link != closed) {
        link = &(*link)->next;
    }
    *link = closed->next;
    stdio_unlock();
    int done = close(closed->fd);
    free(closed);
    return done;
}

static FILE *of_socket(int fd, const char *mode) {
    const cookie_io_functions_t calls = {cookie_read, cookie_write, NULL, cookie_close};
    struct opened *made = malloc(sizeof *made);
    if (made == NULL) {
        return NULL;
    }
    made->fd = fd;
    made->file = fopencookie(made, mode, calls);
    if (made->file == NULL) {
        free(made);
        return NULL;
    }
    pthread_mutex_lock(&lock);
    made->next = all;
    all = made;
    pthread_mutex_unlock(&lock);
    return made->file;
}

void stdio_begin(void) {
    FILE **standard[] = {&stdin, &stdout, &stderr};
    uint32_t number;
    for (int fd = 0; fd < 3; fd++) {
        FILE *file = number_kind(fd, &number) == OWN ? of_socket(fd, fd == 0 ? "r" : "w") : NULL;
        if (file != NULL) {
            *standard[fd] = file;
            if (fd == 2) {
                setvbuf(file, NULL, _IONBF, 0);
            }
        }
    }
}

void stdio_moved(int fd) {
    FILE **standard[] = {&stdin, &stdout, &stderr};
    if (fd < 0 || fd > 2 || *standard[fd] == NULL || real()->fileno(*standard[fd]) != fd) {
        return;
    }
    FILE *old = *standard[fd];
    bool holds = old->_IO_read_ptr != old->_IO_read_end;
    FILE *made = holds ? NULL : of_socket(fd, fd == 0 ? "r" : "w");
    if (made == NULL) {
        return;
    }
    if (fd != 0) {
        bool unbuffered = (old->_flags & UNBUFFERED) != 0;
        setvbuf(made, NULL, unbuffered ? _IONBF : __flbf(old) ? _IOLBF : _IOFBF, BUFSIZ);
        if (__fpending(old) != 0) {
            fwrite(old->_IO_write_base, 1, __fpending(old), made);
            __fpurge(old);
        }
    }
    *standard[fd] = made;
}

void stdio_end(void) {
    for (struct opened *one = all; one != NULL; one = one->next) {
        fflush(one->file);
    }
}

/* Also of a socket that may become one of ours: whose octets these are is known once there are some. */
EXPORT FILE *fdopen(int fd, const char *mode) {
    uint32_t number;
    enum kind kind = number_kind(fd, &number);
    return kind == OWN || kind == OPEN ? of_socket(fd, mode) : real()->fdopen(fd, mode);
}

EXPORT int fileno(FILE *file) {
    int fd = -1;
    if (__atomic_load_n(&all, __ATOMIC_RELAXED) != NULL) {
        pthread_mutex_lock(&lock);
        for (struct opened *one = all; one != NULL && fd < 0; one = one->next) {
            fd = one->file == file ? one->fd : -1;
        }
        pthread_mutex_unlock(&lock);
    }
    return fd >= 0 ? fd : real()->fileno(file);
}

EXPORT int fileno_unlocked(FILE *file) {
    return fileno(file);
}

EXPORT int vdprintf(int fd, const char *format, va_list arguments) {
    uint32_t number;
    char *text = NULL;
    if (number_kind(fd, &number) != OWN) {
        return real()->vdprintf(fd, format, arguments);
    }
    int length = vasprintf(&text, format, arguments);
    for (int done = 0; done < length;) {
        ssize_t now = write(fd, text + done, (size_t)(length - done));
        if (now < 0) {
            length = -1;
        }
        done += (int)now;
    }
    int failure = errno;
    free(text);
    errno = failure;
    return length;
}

EXPORT int dprintf(int fd, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    int done = vdprintf(fd, format, arguments);
    va_end(arguments);
    return done;
}

/* As a program calls that was built with _FORTIFY_SOURCE. */
EXPORT int __dprintf_chk(int fd, int how, const char *format, ...);
EXPORT int __vdprintf_chk(int fd, int how, const char *format, va_list arguments);

int __dprintf_chk(int fd, int how, const char *format, ...) {
    (void)how;
    va_list arguments;
    va_start(arguments, format);
    int done = vdprintf(fd, format, arguments);
    va_end(arguments);
    return done;
}

int __vdprintf_chk(int fd, int how, const char *format, va_list arguments) {
    (void)how;
    return vdprintf(fd, format, arguments);
}
