/* Longer than others: all calls that may be of a socket stand here by their names. */
#define _GNU_SOURCE
#include "program.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

/*
 * The calls of libc that a program makes, in front of libc's own. What concerns no socket of ours goes there at once.
 *
 * calls.c has those of sockets and octets, calls_files.c those of descriptors in general and of waiting.
 */

#define EXPORT __attribute__((visibility("default")))

static bool is_own(int fd, uint32_t *number) {
    return number_kind(fd, number) == OWN;
}

/* One whose octets go through shared memory. */
static bool is_direct(int fd, uint32_t *number) {
    return number_kind(fd, number) == OWN && !socket_carried(*number);
}

static ssize_t said(ssize_t result) {
    if (result < 0) {
        errno = (int)-result;
        return -1;
    }
    return result;
}

static bool is_ours(int fd) {
    uint32_t value;
    enum kind kind = number_kind(fd, &value);
    return kind == OWN || kind == OPEN;
}

/* As the kernel: an address is looked at before the socket is. 0 or a negative errno. */
static int address_there(const struct sockaddr *address, socklen_t length) {
    return length > sizeof(struct sockaddr_storage) ? -EINVAL : memory_read(address, length) ? 0 : -EFAULT;
}

/* ----- Sockets ----- */

EXPORT int socket(int domain, int type, int protocol) {
    return socket_new(domain, type, protocol);
}

EXPORT int bind(int fd, const struct sockaddr *address, socklen_t length) {
    if (!is_ours(fd)) {
        return real()->bind(fd, address, length);
    }
    int failure = address_there(address, length);
    return failure != 0 ? fail(failure) : socket_bind(fd, address, length);
}

EXPORT int connect(int fd, const struct sockaddr *address, socklen_t length) {
    cancelled_here();
    if (!is_ours(fd)) {
        return real()->connect(fd, address, length);
    }
    int failure = address_there(address, length);
    return failure != 0 ? fail(failure) : socket_connect(fd, address, length);
}

EXPORT int listen(int fd, int backlog) {
    return is_ours(fd) ? socket_listen(fd, backlog) : real()->listen(fd, backlog);
}

EXPORT int accept(int fd, struct sockaddr *address, socklen_t *length) {
    cancelled_here();
    uint32_t number;
    return is_own(fd, &number) ? socket_accept(fd, address, length, 0) : real()->accept(fd, address, length);
}

EXPORT int accept4(int fd, struct sockaddr *address, socklen_t *length, int flags) {
    cancelled_here();
    uint32_t number;
    return is_own(fd, &number) ? socket_accept(fd, address, length, flags)
                               : real()->accept4(fd, address, length, flags);
}

EXPORT int shutdown(int fd, int how) {
    uint32_t number;
    return is_direct(fd, &number) ? socket_shutdown(number, how) : real()->shutdown(fd, how);
}

EXPORT int getsockname(int fd, struct sockaddr *address, socklen_t *length) {
    uint32_t number;
    return is_own(fd, &number) ? socket_name(number, false, address, length)
                               : real()->getsockname(fd, address, length);
}

EXPORT int getpeername(int fd, struct sockaddr *address, socklen_t *length) {
    uint32_t number;
    return is_own(fd, &number) ? socket_name(number, true, address, length)
                               : real()->getpeername(fd, address, length);
}

EXPORT int getsockopt(int fd, int level, int name, void *value, socklen_t *length) {
    uint32_t number;
    if (!is_own(fd, &number)) {
        return real()->getsockopt(fd, level, name, value, length);
    }
    int done = option_get(number, level, name, value, length);
    if (level == SOL_SOCKET && name == SO_ERROR) {
        /* So who does not wait is told that it is connected. */
        socket_settled(number);
    }
    return done;
}

EXPORT int setsockopt(int fd, int level, int name, const void *value, socklen_t length) {
    uint32_t number;
    enum kind kind = number_kind(fd, &number);
    if (kind == OWN) {
        return option_set(number, level, name, value, length);
    }
    if (kind == OPEN) {
        if (level == SOL_SOCKET && name == SO_ZEROCOPY) {
            /* Who may send so waits to be told when, which ours are not. */
            return fail(-EOPNOTSUPP);
        }
        number_set(fd, OPEN, number | OPEN_CHANGED);
        if ((number & OPEN_DATAGRAM) != 0 && group_is_ours(level, name, value, length)) {
            int64_t adopted = socket_adopt(fd);
            return adopted < 0 ? fail((int)adopted) : option_set((uint32_t)adopted, level, name, value, length);
        }
    }
    return real()->setsockopt(fd, level, name, value, length);
}

/* ----- Octets out ----- */

/* Pieces as the kernel looks at them, before anything else: 0 or a negative errno. */
static int pieces_unfit(const struct iovec *pieces, size_t count) {
    if (!memory_read(pieces, count * sizeof *pieces)) {
        return -EFAULT;
    }
    for (size_t i = 0; i < count; i++) {
        if (pieces[i].iov_len > SSIZE_MAX) {
            return -EINVAL;
        }
    }
    return 0;
}

/* A flag of the kernel's own, MSG_CMSG_COMPAT, which no program may say. */
enum { OF_KERNEL = INT_MIN };

/* The same of a message's head and what it names but for the octets. */
static int message_unfit(const struct msghdr *message, bool sends, int flags) {
    if ((flags & OF_KERNEL) != 0) {
        return -EINVAL;
    }
    if (!memory_read(message, sizeof *message)) {
        return -EFAULT;
    }
    if (message->msg_name != NULL && message->msg_namelen > INT32_MAX) {
        return -EINVAL;
    }
    if (message->msg_iovlen > IOV_MAX) {
        return -EMSGSIZE;
    }
    bool named = sends && message->msg_name != NULL;
    size_t name = message->msg_namelen < sizeof(struct sockaddr_storage) ? message->msg_namelen : sizeof(struct sockaddr_storage);
    if (named && !memory_read(message->msg_name, name)) {
        return -EFAULT;
    }
    int failure = pieces_unfit(message->msg_iov, message->msg_iovlen);
    return failure == 0 && sends && message->msg_controllen > INT32_MAX ? -ENOBUFS : failure;
}

/* A name of no length is none, in a message: elsewhere it is wrong. */
static struct msghdr to_whom(const struct msghdr *message) {
    struct msghdr plain = *message;
    plain.msg_name = plain.msg_namelen == 0 ? NULL : plain.msg_name;
    return plain;
}

/* As many as the kernel looks at in one call. */
static unsigned at_most(unsigned count) {
    return count < IOV_MAX ? count : IOV_MAX;
}

/* A datagram to somebody settles what a socket is that was bound to nobody. */
static void settle(int fd, const struct sockaddr *address, socklen_t length) {
    uint32_t value;
    enum kind kind = number_kind(fd, &value);
    if (kind == OWN && own(value)->datagram) {
        place_settles(fd, value, address, length);
    }
    if (kind != OPEN || address == NULL) {
        return;
    }
    bool datagram = (value & OPEN_DATAGRAM) != 0;
    bool leaves = place_leaves(address, length, value);
    if (leaves && !(datagram && place_falls(address, length))) {
        number_set(fd, KERNEL, 0);
        sets_settled(fd);
    } else if (datagram) {
        int64_t number = socket_adopt(fd);
        if (number >= 0 && leaves) {
            own((uint32_t)number)->fallen = true;
            own((uint32_t)number)->looked_ms = now_ms();
        }
    }
}

/* The same of who sends to whom it talks. Whether it is still ours. */
static bool is_sent_by(int fd, uint32_t *number) {
    if (!is_direct(fd, number)) {
        return false;
    }
    if (__builtin_expect(own(*number)->fallen && own(*number)->datagram, 0)) {
        place_settles(fd, *number, NULL, 0);
        return is_direct(fd, number);
    }
    return true;
}

/* Whether a send is to begin a connection. There is no Fast Open, so it is made first: as with a peer of which there is no cookie. */
static bool opens_fast(int fd, int flags) {
    uint32_t value;
    if ((flags & MSG_FASTOPEN) == 0) {
        return false;
    }
    enum kind kind = number_kind(fd, &value);
    return kind == OWN ? !own(value)->datagram : kind == OPEN && (value & OPEN_DATAGRAM) == 0;
}

/* Octets that the kernel moves in one call. */
enum { MOST = 0x7ffff000 };

static ssize_t sent(uint32_t number, const void *octets, size_t length, int flags) {
    struct iovec piece = {(void *)(uintptr_t)octets, length < MOST ? length : MOST};
    struct msghdr message = {.msg_iov = &piece, .msg_iovlen = 1};
    return said(message_send(number, &message, flags));
}

EXPORT ssize_t send(int fd, const void *octets, size_t length, int flags) {
    cancelled_here();
    uint32_t number;
    return is_sent_by(fd, &number) ? sent(number, octets, length, flags) : real()->send(fd, octets, length, flags);
}

EXPORT ssize_t write(int fd, const void *octets, size_t length) {
    cancelled_here();
    uint32_t number;
    return is_sent_by(fd, &number) && length <= SSIZE_MAX ? sent(number, octets, length, 0) : real()->write(fd, octets, length);
}

EXPORT ssize_t sendto(
    int fd, const void *octets, size_t length, int flags, const struct sockaddr *address, socklen_t address_length) {
    cancelled_here();
    uint32_t number;
    int failure = is_ours(fd) && address != NULL ? address_there(address, address_length) : 0;
    if (failure != 0) {
        return fail(failure);
    }
    settle(fd, address, address_length);
    if (opens_fast(fd, flags) && connect(fd, address, address_length) != 0) {
        return -1;
    }
    if (!is_direct(fd, &number)) {
        return real()->sendto(fd, octets, length, flags, address, address_length);
    }
    struct iovec piece = {(void *)(uintptr_t)octets, length < MOST ? length : MOST};
    struct msghdr message = {.msg_iov = &piece, .msg_iovlen = 1, .msg_name = (void *)(uintptr_t)address,
        .msg_namelen = address_length};
    return said(message_send(number, &message, flags));
}

EXPORT ssize_t sendmsg(int fd, const struct msghdr *message, int flags) {
    cancelled_here();
    uint32_t number;
    int failure = message_unfit(message, true, flags);
    if (failure != 0) {
        return is_ours(fd) ? fail(failure) : real()->sendmsg(fd, message, flags);
    }
    struct msghdr plain = to_whom(message);
    settle(fd, plain.msg_name, plain.msg_namelen);
    if (opens_fast(fd, flags) && connect(fd, plain.msg_name, plain.msg_namelen) != 0) {
        return -1;
    }
    if (is_direct(fd, &number)) {
        return said(message_send(number, &plain, flags));
    }
    rights_sent(message);
    return real()->sendmsg(fd, message, flags);
}

EXPORT int sendmmsg(int fd, struct mmsghdr *messages, unsigned count, int flags) {
    cancelled_here();
    uint32_t number;
    if (!is_ours(fd) || count == 0 || !memory_read(messages, sizeof *messages)) {
        for (unsigned i = 0; i < count && !is_ours(fd); i++) {
            if (memory_read(&messages[i], sizeof messages[i]) && message_unfit(&messages[i].msg_hdr, true, flags) == 0) {
                rights_sent(&messages[i].msg_hdr);
            }
        }
        return is_ours(fd) && count != 0 ? fail(-EFAULT) : real()->sendmmsg(fd, messages, count, flags);
    }
    if (message_unfit(&messages[0].msg_hdr, true, flags) == 0) {
        struct msghdr plain = to_whom(&messages[0].msg_hdr);
        settle(fd, plain.msg_name, plain.msg_namelen);
    }
    if (!is_direct(fd, &number)) {
        return real()->sendmmsg(fd, messages, count, flags);
    }
    for (unsigned i = 0; i < at_most(count); i++) {
        ssize_t done = memory_written(&messages[i], sizeof messages[i]) ? message_unfit(&messages[i].msg_hdr, true, flags) : -EFAULT;
        if (done == 0) {
            struct msghdr plain = to_whom(&messages[i].msg_hdr);
            done = message_send(number, &plain, flags);
        }
        if (done < 0) {
            return i > 0 ? (int)i : (int)said(done);
        }
        messages[i].msg_len = (unsigned)done;
    }
    return (int)at_most(count);
}

/* Then a file's readv and writev do nothing, and say so. */
static bool is_nothing(const struct iovec *pieces, int count) {
    for (int i = 0; i < count; i++) {
        if (pieces[i].iov_len != 0) {
            return false;
        }
    }
    return true;
}

static ssize_t written(int fd, const struct iovec *pieces, int count, int flags) {
    cancelled_here();
    uint32_t number;
    if (!is_direct(fd, &number)) {
        return real()->writev(fd, pieces, count);
    }
    if (count < 0 || count > IOV_MAX) {
        return said(-EINVAL);
    }
    int failure = pieces_unfit(pieces, (size_t)count);
    if (failure != 0 || is_nothing(pieces, count)) {
        return said(failure);
    }
    struct msghdr message = {.msg_iov = (struct iovec *)(uintptr_t)pieces, .msg_iovlen = (size_t)count};
    return said(message_send(number, &message, flags));
}

EXPORT ssize_t writev(int fd, const struct iovec *pieces, int count) {
    return written(fd, pieces, count, 0);
}

/* Of files' flags a socket takes these, of which one concerns it: those of a send or a receive, or a negative errno. */
static int of_file(int flags) {
    if ((flags & ~(RWF_HIPRI | RWF_DSYNC | RWF_SYNC | RWF_NOWAIT | RWF_APPEND)) != 0) {
        return -EOPNOTSUPP;
    }
    return (flags & RWF_NOWAIT) != 0 ? MSG_DONTWAIT : 0;
}

/* With flags, and a position, which a socket has not. */
EXPORT ssize_t pwritev2(int fd, const struct iovec *pieces, int count, off_t at, int flags) {
    uint32_t number;
    if (at != -1 || !is_direct(fd, &number)) {
        return real()->pwritev2(fd, pieces, count, at, flags);
    }
    return of_file(flags) < 0 ? fail(of_file(flags)) : written(fd, pieces, count, of_file(flags));
}

EXPORT ssize_t pwritev64v2(int fd, const struct iovec *pieces, int count, off64_t at, int flags)
    __attribute__((alias("pwritev2")));

/* Why nothing was read: as the kernel tells it of what is none that sendfile takes. */
static int no_file(void) {
    return errno == EISDIR || errno == ESPIPE ? -EINVAL : -errno;
}

/* To a socket of UDP it is one datagram. */
static ssize_t send_file_whole(uint32_t number, int in, off_t *offset, size_t count, char *octets) {
    size_t most = count < BUFFER ? count : BUFFER;
    ssize_t got = pread(in, octets, most, offset != NULL ? *offset : lseek(in, 0, SEEK_CUR));
    if (got <= 0) {
        return got < 0 ? no_file() : 0;
    }
    struct iovec piece = {octets, (size_t)got};
    struct msghdr message = {.msg_iov = &piece, .msg_iovlen = 1};
    ssize_t done = datagram_send(number, &message, 0);
    if (done > 0 && offset != NULL) {
        *offset += done;
    } else if (done > 0) {
        lseek(in, done, SEEK_CUR);
    }
    return done;
}

/* Octets that are moved at a time between a stream, and a file or a pipe; what is not taken stays where it was. */
enum { MOVED = 16384 };

static ssize_t send_file_on(uint32_t number, int in, off_t *offset, size_t count, char *octets) {
    size_t done = 0;
    while (done < count) {
        size_t most = count - done < MOVED ? count - done : MOVED;
        ssize_t got = offset != NULL ? pread(in, octets, most, *offset) : pread(in, octets, most, lseek(in, 0, SEEK_CUR));
        if (got <= 0) {
            return done > 0 ? (ssize_t)done : got < 0 ? no_file() : 0;
        }
        struct iovec piece = {octets, (size_t)got};
        ssize_t now = stream_send(number, &piece, 1, 0);
        if (now < 0) {
            return done > 0 ? (ssize_t)done : now;
        }
        done += (size_t)now;
        if (offset != NULL) {
            *offset += now;
        } else {
            lseek(in, now, SEEK_CUR);
        }
        if (now < got) {
            break;
        }
    }
    return (ssize_t)done;
}

/* Nobody is cancelled at it. */
static ssize_t send_file(uint32_t number, int in, off_t *offset, size_t count) {
    int state;
    char *octets = buffer_take();
    if (octets == NULL) {
        return -ENOMEM;
    }
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
    ssize_t done = own(number)->datagram ? send_file_whole(number, in, offset, count, octets)
                                         : send_file_on(number, in, offset, count, octets);
    pthread_setcancelstate(state, NULL);
    buffer_give(octets);
    return done;
}

static bool is_pipe(int fd) {
    return real()->fcntl(fd, F_GETPIPE_SZ) >= 0;
}

EXPORT ssize_t sendfile(int out, int in, off_t *offset, size_t count) {
    uint32_t number;
    if (is_direct(in, &number)) {
        return offset == NULL && is_pipe(out) ? splice(in, NULL, out, NULL, count, 0) : said(offset != NULL ? -ESPIPE : -EINVAL);
    }
    if (!is_direct(out, &number)) {
        return real()->sendfile(out, in, offset, count);
    }
    int mode = real()->fcntl(in, F_GETFL);
    if (mode < 0 || (mode & (O_ACCMODE | O_PATH)) == O_WRONLY || (mode & O_PATH) != 0) {
        return fail(-EBADF);
    }
    return offset != NULL && !memory_written(offset, sizeof *offset) ? fail(-EFAULT) : said(send_file(number, in, offset, count));
}

EXPORT ssize_t sendfile64(int out, int in, off64_t *offset, size_t count) __attribute__((alias("sendfile")));

/* With SPLICE_F_NONBLOCK nobody waits for the pipe; for a socket only its own mode says. */
static bool must_wait(int pipe, short events, bool waits) {
    struct pollfd one = {pipe, events, 0};
    return !waits && real()->poll(&one, 1, 0) == 0;
}

static ssize_t splice_out(uint32_t number, int pipe, size_t length, bool waits, char *octets) {
    struct iovec piece = {octets, length < MOVED ? length : MOVED};
    struct msghdr message = {.msg_iov = &piece, .msg_iovlen = 1};
    ssize_t there = message_receive(number, &message, MSG_PEEK);
    if (there <= 0) {
        return there;
    }
    if (must_wait(pipe, POLLOUT, waits)) {
        return -EAGAIN;
    }
    ssize_t put = real()->write(pipe, octets, (size_t)there);
    if (put < 0) {
        return -errno;
    }
    piece.iov_len = (size_t)put;
    return message_receive(number, &message, MSG_DONTWAIT);
}

static ssize_t splice_in(int pipe, uint32_t number, size_t length, unsigned flags, char *octets) {
    bool whole = own(number)->datagram;
    ssize_t room = whole ? BUFFER : stream_room(number, 0);
    if (room <= 0) {
        return room;
    }
    size_t fits = whole ? BUFFER : MOVED;
    size_t most = length < fits ? length : fits;
    if (must_wait(pipe, POLLIN, (flags & SPLICE_F_NONBLOCK) == 0)) {
        return -EAGAIN;
    }
    ssize_t got = real()->read(pipe, octets, most < (size_t)room ? most : (size_t)room);
    if (got <= 0) {
        return got < 0 ? -errno : 0;
    }
    /* There was room, and this is who sends: if another sends as well, this waits. */
    struct iovec piece = {octets, (size_t)got};
    struct msghdr message = {.msg_iov = &piece, .msg_iovlen = 1};
    return message_send(number, &message, (flags & SPLICE_F_MORE) != 0 ? MSG_MORE : 0);
}

static void given_back(void *octets) {
    buffer_give(octets);
}

/* Between a socket and a pipe octets are copied. */
static ssize_t CLEANS_UP spliced(uint32_t number, int pipe, bool reads, size_t length, unsigned flags) {
    char *octets = buffer_take();
    if (octets == NULL) {
        return -ENOMEM;
    }
    ssize_t done;
    pthread_cleanup_push(given_back, octets);
    done = reads ? splice_out(number, pipe, length, (flags & SPLICE_F_NONBLOCK) == 0, octets)
                 : splice_in(pipe, number, length, flags, octets);
    pthread_cleanup_pop(1);
    return done;
}

EXPORT ssize_t splice(int in, off64_t *in_at, int out, off64_t *out_at, size_t length, unsigned flags) {
    cancelled_here();
    uint32_t number;
    bool reads = is_direct(in, &number);
    if (!reads && !is_direct(out, &number)) {
        return real()->splice(in, in_at, out, out_at, length, flags);
    }
    if (length == 0) {
        return 0;
    }
    if ((flags & ~(unsigned)(SPLICE_F_MOVE | SPLICE_F_NONBLOCK | SPLICE_F_MORE | SPLICE_F_GIFT)) != 0) {
        return said(-EINVAL);
    }
    if (!is_pipe(reads ? out : in)) {
        int other = real()->fcntl(reads ? out : in, F_GETFL);
        return said(other < 0 || (other & O_PATH) != 0 ? -EBADF : -EINVAL);
    }
    int mode = real()->fcntl(reads ? out : in, F_GETFL) & O_ACCMODE;
    if (mode == (reads ? O_RDONLY : O_WRONLY)) {
        return said(-EBADF);
    }
    if (in_at != NULL || out_at != NULL) {
        return said((reads ? out_at : in_at) != NULL ? -ESPIPE : -EINVAL);
    }
    return said(spliced(number, reads ? out : in, reads, length, flags));
}

/* ----- Octets in ----- */

static ssize_t received(uint32_t number, void *octets, size_t length, int flags) {
    struct iovec piece = {octets, length < MOST ? length : MOST};
    struct msghdr message = {.msg_iov = &piece, .msg_iovlen = 1};
    return said(message_receive(number, &message, flags));
}

EXPORT ssize_t recv(int fd, void *octets, size_t length, int flags) {
    cancelled_here();
    uint32_t number;
    if (wait_settled(fd, flags) != 0) {
        return -1;
    }
    return is_direct(fd, &number) ? received(number, octets, length, flags) : real()->recv(fd, octets, length, flags);
}

EXPORT ssize_t read(int fd, void *octets, size_t length) {
    cancelled_here();
    uint32_t number;
    if (length != 0 && wait_settled(fd, 0) != 0) {
        return -1;
    }
    if (length == 0 || length > SSIZE_MAX || !is_direct(fd, &number)) {
        /* As of any file, nothing is read then: also no datagram. */
        return length == 0 && is_direct(fd, &number) ? 0 : real()->read(fd, octets, length);
    }
    return received(number, octets, length, 0);
}

EXPORT ssize_t recvfrom(
    int fd, void *octets, size_t length, int flags, struct sockaddr *address, socklen_t *address_length) {
    cancelled_here();
    uint32_t number;
    if (wait_settled(fd, flags) != 0) {
        return -1;
    }
    if (!is_direct(fd, &number)) {
        return real()->recvfrom(fd, octets, length, flags, address, address_length);
    }
    if (address != NULL && !memory_written(address_length, sizeof *address_length)) {
        return fail(-EFAULT);
    }
    struct iovec piece = {octets, length < MOST ? length : MOST};
    struct msghdr message = {.msg_iov = &piece, .msg_iovlen = 1, .msg_name = address,
        .msg_namelen = address != NULL ? *address_length : 0};
    bool wrong = address != NULL && message.msg_namelen > INT32_MAX;
    message.msg_name = wrong ? NULL : address;
    ssize_t got = message_receive(number, &message, flags);
    if (got >= 0 && wrong) {
        /* As the kernel, which finds out when it has taken what came. */
        return fail(-EINVAL);
    }
    if (got >= 0 && address != NULL) {
        *address_length = message.msg_namelen;
    }
    return said(got);
}

EXPORT ssize_t recvmsg(int fd, struct msghdr *message, int flags) {
    cancelled_here();
    uint32_t number;
    int failure = message_unfit(message, false, flags);
    if (failure != 0) {
        return is_ours(fd) ? fail(failure) : real()->recvmsg(fd, message, flags);
    }
    if (wait_settled(fd, flags) != 0) {
        return -1;
    }
    if (is_direct(fd, &number)) {
        return said(message_receive(number, message, flags));
    }
    ssize_t got = real()->recvmsg(fd, message, flags);
    if (got >= 0) {
        rights_come(message);
    }
    return got;
}

/* As the kernel: the time is looked at behind each message, and nobody is woken by it. */
static bool is_over(struct timespec *timeout, int64_t until) {
    if (timeout == NULL) {
        return false;
    }
    int64_t left = until - now_ns();
    left = left < 0 ? 0 : left;
    timeout->tv_sec = left / 1000000000;
    timeout->tv_nsec = left % 1000000000;
    return left == 0;
}

EXPORT int recvmmsg(int fd, struct mmsghdr *messages, unsigned count, int flags, struct timespec *timeout) {
    cancelled_here();
    uint32_t number;
    unsigned done = 0;
    if (timeout != NULL && !memory_written(timeout, sizeof *timeout)) {
        return is_ours(fd) ? fail(-EFAULT) : real()->recvmmsg(fd, messages, count, flags, timeout);
    }
    int64_t most = timeout_ns(timeout);
    if (count != 0 && wait_settled(fd, flags) != 0) {
        return -1;
    }
    if (!is_direct(fd, &number)) {
        int came = real()->recvmmsg(fd, messages, count, flags, timeout);
        for (int i = 0; i < came; i++) {
            rights_come(&messages[i].msg_hdr);
        }
        return came;
    }
    if (timeout != NULL && most < 0) {
        return fail(-EINVAL);
    }
    int64_t until = later(most);
    for (unsigned i = 0; i < at_most(count) && (i == 0 || !is_over(timeout, until)); i++, done++) {
        int how = i > 0 && (flags & MSG_WAITFORONE) != 0 ? flags | MSG_DONTWAIT : flags;
        ssize_t got = memory_written(&messages[i], sizeof messages[i]) ? message_unfit(&messages[i].msg_hdr, false, flags) : -EFAULT;
        got = got != 0 ? got : message_receive(number, &messages[i].msg_hdr, how & ~MSG_WAITFORONE);
        if (got < 0 && got != -EAGAIN && i > 0) {
            /* As the kernel: the next call is told. */
            atomic_store(&own(number)->pending, (int)-got);
        }
        if (got < 0) {
            return i > 0 ? (int)i : (int)said(got);
        }
        messages[i].msg_len = (unsigned)got;
    }
    return (int)done;
}

static ssize_t read_into(int fd, const struct iovec *pieces, int count, int flags) {
    cancelled_here();
    uint32_t number;
    if (wait_settled(fd, flags) != 0) {
        return -1;
    }
    if (!is_direct(fd, &number)) {
        return real()->readv(fd, pieces, count);
    }
    if (count < 0 || count > IOV_MAX) {
        return said(-EINVAL);
    }
    int failure = pieces_unfit(pieces, (size_t)count);
    if (failure != 0 || is_nothing(pieces, count)) {
        return said(failure);
    }
    struct msghdr message = {.msg_iov = (struct iovec *)(uintptr_t)pieces, .msg_iovlen = (size_t)count};
    return said(message_receive(number, &message, flags));
}

EXPORT ssize_t readv(int fd, const struct iovec *pieces, int count) {
    return read_into(fd, pieces, count, 0);
}

EXPORT ssize_t preadv2(int fd, const struct iovec *pieces, int count, off_t at, int flags) {
    uint32_t number;
    if (at != -1 || !is_direct(fd, &number)) {
        return real()->preadv2(fd, pieces, count, at, flags);
    }
    return of_file(flags) < 0 ? fail(of_file(flags)) : read_into(fd, pieces, count, of_file(flags));
}

EXPORT ssize_t preadv64v2(int fd, const struct iovec *pieces, int count, off64_t at, int flags)
    __attribute__((alias("preadv2")));

/* ----- As a program calls that was built with _FORTIFY_SOURCE ----- */

EXPORT ssize_t __read_chk(int fd, void *octets, size_t length, size_t room);
EXPORT ssize_t __recv_chk(int fd, void *octets, size_t length, size_t room, int flags);
EXPORT ssize_t __recvfrom_chk(
    int fd, void *octets, size_t length, size_t room, int flags, struct sockaddr *address, socklen_t *address_length);

static void fits(size_t length, size_t room) {
    if (length > room) {
        abort();
    }
}

ssize_t __read_chk(int fd, void *octets, size_t length, size_t room) {
    fits(length, room);
    return read(fd, octets, length);
}

ssize_t __recv_chk(int fd, void *octets, size_t length, size_t room, int flags) {
    fits(length, room);
    return recv(fd, octets, length, flags);
}

ssize_t __recvfrom_chk(
    int fd, void *octets, size_t length, size_t room, int flags, struct sockaddr *address, socklen_t *address_length) {
    fits(length, room);
    return recvfrom(fd, octets, length, flags, address, address_length);
}
