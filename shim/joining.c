#define _GNU_SOURCE
#include "program.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

/*
 * How sockets get into another image, or another process that nobody forked: by their descriptors alone. Each end of a pair has a
 * name, in the kernel's abstract space: of its family, its socket, and the life that this has. Whoever finds such a
 * descriptor asks control, which has the other end, for all that is to be known, and is of the family from then on.
 */

#define PREFIX "netkeep/"

/* More than any process has of one socket: who gives it away uncounted leaves it to the kernel to say when it is closed. */
enum { LENT = 1 << 24 };

/* ----- Names ----- */

static void name(int fd, const char *what) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int length = snprintf(
        address.sun_path + 1, sizeof address.sun_path - 1, PREFIX "%016" PRIx64 "/%s", family->name, what);
    real()->bind(
        fd, (const struct sockaddr *)&address, (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)length));
}

void end_named(int end, uint32_t number) {
    char what[48];
    uint32_t nth = atomic_fetch_add(&family->ends, 1);
    snprintf(what, sizeof what, "%" PRIu32 "/%" PRIu32 "/%" PRIu32, number, own(number)->life, nth);
    name(end, what);
}

void line_named(void) {
    name(session.line, "line");
}

struct found {
    uint64_t family;
    uint32_t number;
    uint32_t life;
    bool line;
};

/* Reads a descriptor's name. Whether it has one of ours. */
static bool named(int fd, struct found *found) {
    struct sockaddr_un address;
    socklen_t length = sizeof address;
    if (real()->getsockname(fd, (struct sockaddr *)&address, &length) != 0 || address.sun_family != AF_UNIX) {
        return false;
    }
    size_t octets = length - offsetof(struct sockaddr_un, sun_path);
    if (octets < 2 || octets >= sizeof address.sun_path || address.sun_path[0] != 0) {
        return false;
    }
    address.sun_path[octets] = 0;
    int end = 0;
    if (sscanf(address.sun_path + 1, PREFIX "%16" SCNx64 "/%n", &found->family, &end) != 1 || end == 0) {
        return false;
    }
    const char *what = address.sun_path + 1 + end;
    found->line = strcmp(what, "line") == 0;
    return found->line || sscanf(what, "%" SCNu32 "/%" SCNu32, &found->number, &found->life) == 2;
}

/* ----- Into an image or a process ----- */

/* A descriptor that is of this family. Whoever had it may have counted it; if not, it counts from now on. */
static void found(int fd, const struct found *found) {
    if (found->number >= session.sockets || nk_life(&session, found->number) != found->life) {
        return;
    }
    struct own *it = own(found->number);
    uint32_t moving = atomic_load(&it->moving);
    while (moving != 0 && !atomic_compare_exchange_weak(&it->moving, &moving, moving - 1)) {
    }
    if (moving == 0) {
        atomic_fetch_add(&it->refs, 1);
    }
    number_set(fd, OWN, found->number);
}

/* Descriptors of ours that this image has been given. */
struct given {
    size_t count;
    size_t room;
    struct {
        int fd;
        struct found is;
    } *all;
};

static void look_at(struct given *given, int fd) {
    struct found is;
    if (!named(fd, &is)) {
        return;
    }
    if (given->count == given->room) {
        size_t room = given->room == 0 ? 16 : given->room * 2;
        void *all = realloc(given->all, room * sizeof given->all[0]);
        if (all == NULL) {
            return;
        }
        given->all = all;
        given->room = room;
    }
    given->all[given->count].fd = fd;
    given->all[given->count++].is = is;
}

enum { FEW = 1024 };

static void look(struct given *given) {
    DIR *all = opendir("/proc/self/fd");
    if (all == NULL) {
        for (int fd = 0; fd < FEW; fd++) {
            look_at(given, fd);
        }
        return;
    }
    struct dirent *entry;
    while ((entry = readdir(all)) != NULL) {
        if (entry->d_name[0] != '.') {
            look_at(given, atoi(entry->d_name));
        }
    }
    closedir(all);
}

/* Joins the family of the first end, over its line if that came along. Lines of others, and of who has no socket, are closed. */
static void take(const struct given *given) {
    int first = -1;
    int line = -1;
    uint64_t family_name = 0;
    for (size_t i = 0; i < given->count && first < 0; i++) {
        if (!given->all[i].is.line) {
            first = given->all[i].fd;
            family_name = given->all[i].is.family;
        }
    }
    for (size_t i = 0; i < given->count; i++) {
        if (given->all[i].is.line && first >= 0 && line < 0 && given->all[i].is.family == family_name) {
            line = given->all[i].fd;
        } else if (given->all[i].is.line) {
            real()->close(given->all[i].fd);
        }
    }
    if (first < 0) {
        return;
    }
    if (family_join(line >= 0 ? line : first, line, family_name) != 0) {
        if (line >= 0) {
            real()->close(line);
        }
        return;
    }
    for (size_t i = 0; i < given->count; i++) {
        if (!given->all[i].is.line && given->all[i].is.family == family_name) {
            found(given->all[i].fd, &given->all[i].is);
        }
    }
}

__attribute__((constructor)) static void begin_image(void) {
    struct given given = {0, 0, NULL};
    if (family_path() != NULL) {
        rules_said();
        carrying_said();
        look(&given);
        take(&given);
        free(given.all);
        stdio_begin();
    }
}

/* ----- Out of this one ----- */

bool socket_goes(int fd) {
    int flags = real()->fcntl(fd, F_GETFD);
    return flags >= 0 && (flags & FD_CLOEXEC) == 0;
}

/* Whether there is one that another image would have; then processes share sockets from now on. */
static bool some(bool (*goes)(int fd)) {
    uint32_t number;
    for (int fd = 0; family != NULL && fd < numbers_end(); fd++) {
        if (number_kind(fd, &number) == OWN && goes(fd)) {
            family_lock();
            sockets_share();
            family_unlock();
            return true;
        }
    }
    return false;
}

static void moved(uint32_t by) {
    uint32_t number;
    for (int fd = 0; family != NULL && fd < numbers_end(); fd++) {
        if (number_kind(fd, &number) == OWN && socket_goes(fd)) {
            atomic_fetch_add(&own(number)->moving, by);
        }
    }
}

/* Those that end with this image, while others have their sockets: bits of descriptors that have been counted out. */
enum { WORD = 64, WORDS = 1 << 14 };

static _Atomic uint64_t out[WORDS];

static bool count_out(uint32_t number) {
    uint32_t refs = atomic_load(&own(number)->refs);
    while (refs > 1) {
        if (atomic_compare_exchange_weak(&own(number)->refs, &refs, refs - 1)) {
            return true;
        }
    }
    return false;
}

/* The last of all is left to the kernel to count: the call may fail, and then it is there still. */
static void count_out_all(void) {
    uint32_t number;
    for (int fd = 0; family != NULL && fd < numbers_end() && fd < WORD * WORDS; fd++) {
        if (number_kind(fd, &number) == OWN && !socket_goes(fd) && count_out(number)) {
            atomic_fetch_or(&out[fd / WORD], UINT64_C(1) << fd % WORD);
        }
    }
}

static void count_in_all(void) {
    uint32_t number;
    for (int fd = 0; family != NULL && fd < numbers_end() && fd < WORD * WORDS; fd++) {
        uint64_t bit = UINT64_C(1) << fd % WORD;
        if ((atomic_load(&out[fd / WORD]) & bit) != 0 && (atomic_fetch_and(&out[fd / WORD], ~bit) & bit) != 0
            && number_kind(fd, &number) == OWN) {
            atomic_fetch_add(&own(number)->refs, 1);
        }
    }
}

bool sockets_go(void) {
    bool goes = some(socket_goes);
    count_out_all();
    if (goes) {
        moved(1);
        real()->fcntl(session.line, F_SETFD, 0);
    }
    return goes;
}

void sockets_stay(void) {
    count_in_all();
    if (some(socket_goes)) {
        moved(UINT32_MAX);
        real()->fcntl(session.line, F_SETFD, FD_CLOEXEC);
    }
}

static void lend(uint32_t number) {
    if (atomic_load(&own(number)->refs) < LENT) {
        atomic_fetch_add(&own(number)->refs, LENT);
    }
}

bool sockets_lend(bool (*goes)(int fd)) {
    uint32_t number;
    if (!some(goes)) {
        return false;
    }
    for (int fd = 0; fd < numbers_end(); fd++) {
        if (number_kind(fd, &number) == OWN && goes(fd)) {
            lend(number);
        }
    }
    real()->fcntl(session.line, F_SETFD, 0);
    return true;
}

void sockets_lent(void) {
    real()->fcntl(session.line, F_SETFD, FD_CLOEXEC);
}

/* ----- With a message ----- */

static void each_right(const struct msghdr *message, void (*call)(int)) {
    struct msghdr *whole = (struct msghdr *)(uintptr_t)message;
    for (struct cmsghdr *control = CMSG_FIRSTHDR(whole); control != NULL; control = CMSG_NXTHDR(whole, control)) {
        if (control->cmsg_level != SOL_SOCKET || control->cmsg_type != SCM_RIGHTS) {
            continue;
        }
        size_t length = control->cmsg_len - CMSG_LEN(0);
        for (size_t at = 0; at + sizeof(int) <= length; at += sizeof(int)) {
            int fd;
            memcpy(&fd, CMSG_DATA(control) + at, sizeof fd);
            call(fd);
        }
    }
}

static void sent_right(int fd) {
    uint32_t number;
    if (number_kind(fd, &number) == OWN) {
        family_lock();
        sockets_share();
        family_unlock();
        lend(number);
    }
}

void right_come(int fd) {
    struct found is;
    if (named(fd, &is) && !is.line && family_join(fd, -1, is.family) == 0) {
        found(fd, &is);
    }
}

void rights_sent(const struct msghdr *message) {
    if (family != NULL && message->msg_control != NULL) {
        each_right(message, sent_right);
    }
}

void rights_come(const struct msghdr *message) {
    if (message->msg_controllen != 0 && family_path() != NULL) {
        each_right(message, right_come);
    }
}
