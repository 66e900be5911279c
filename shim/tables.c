#define _GNU_SOURCE
#include "program.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/*
 * Whether a socket of UDP of the kernel's takes what is sent to a place of the loopback. Unlike a connection, which is refused at once, a
 * datagram does not tell: so the kernel's tables are asked, proc(5), which nobody sees.
 */

/* An address as the tables write it: of IPv4 a word, of IPv6 four, each as it lies in memory. */
enum { WORD = 8, WORDS = 32 };

struct line {
    char local[WORDS + 1];
    char remote[WORDS + 1];
    unsigned port;
    unsigned remote_port;
};

/* One that talks to somebody takes nothing from others. */
static bool takes(const char *text, const struct place *place, const char *address) {
    struct line line;
    if (sscanf(text, " %*u: %32[0-9A-F]:%x %32[0-9A-F]:%x", line.local, &line.port, line.remote, &line.remote_port) != 4) {
        return false;
    }
    bool any = strspn(line.local, "0") == strlen(line.local);
    return line.port == place->port && line.remote_port == 0 && (any || strcmp(line.local, address) == 0);
}

/* In one table; if it cannot be read nobody knows, and it is as if there were one. */
static bool has(const char *table, const struct place *place, const char *address) {
    char text[4096];
    size_t length = 0;
    ssize_t got = -1;
    bool found = false;
    int fd = open(table, O_RDONLY | O_CLOEXEC);
    while (fd >= 0 && !found && (got = real()->read(fd, text + length, sizeof text - 1 - length)) > 0) {
        text[length + (size_t)got] = 0;
        char *begin = text;
        for (char *end; !found && (end = strchr(begin, '\n')) != NULL; begin = end + 1) {
            *end = 0;
            found = takes(begin, place, address);
        }
        length = strlen(begin);
        if (length == sizeof text - 1) {
            length = 0;
        }
        memmove(text, begin, length);
    }
    if (fd >= 0) {
        real()->close(fd);
    }
    return found || got < 0;
}

bool kernel_takes(const struct place *place) {
    char address[WORDS + 1];
    uint32_t words[4];
    bool four = address_is_four(place->address);
    address_told(place->address, !four, words);
    for (int i = 0; i < (four ? 1 : 4); i++) {
        snprintf(address + (size_t)i * WORD, WORD + 1, "%08X", words[i]);
    }
    if (four && has("/proc/self/net/udp", place, address)) {
        return true;
    }
    /* Of IPv6 there may be no table. */
    char mapped[WORDS + 1];
    snprintf(mapped, sizeof mapped, "0000000000000000%08X%.8s", htonl(0xffff), address);
    return access("/proc/self/net/udp6", R_OK) == 0 && has("/proc/self/net/udp6", place, four ? mapped : address);
}
