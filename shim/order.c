#define _GNU_SOURCE
#include "program.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * In which order the addresses of a name are tried: RFC 6724 §6, by the sources that the stack, or for its own the kernel, would have.
 * The tables are libc's, which the file of gai.conf(5) replaces.
 */

enum { MOST_LINES = 64, MOST_ADDRESSES = 128 };

struct line {
    struct in6_addr prefix;
    unsigned bits;
    int value;
};

struct table {
    const char *name;
    size_t count;
    struct line lines[MOST_LINES];
};

#define MAPPED {.s6_addr = {[10] = 0xff, [11] = 0xff}}

static struct table labels = {"label", 8, {
    {IN6ADDR_LOOPBACK_INIT, 128, 0},
    {IN6ADDR_ANY_INIT, 0, 1},
    {{.s6_addr = {0x20, 0x02}}, 16, 2},
    {IN6ADDR_ANY_INIT, 96, 3},
    {MAPPED, 96, 4},
    {{.s6_addr = {0xfe, 0xc0}}, 10, 5},
    {{.s6_addr = {0xfc}}, 7, 6},
    {{.s6_addr = {0x20, 0x01}}, 32, 7},
}};

static struct table precedences = {"precedence", 5, {
    {IN6ADDR_LOOPBACK_INIT, 128, 50},
    {IN6ADDR_ANY_INIT, 0, 40},
    {{.s6_addr = {0x20, 0x02}}, 16, 30},
    {IN6ADDR_ANY_INIT, 96, 20},
    {MAPPED, 96, 10},
}};

static struct table scopes = {"scopev4", 3, {
    {{.s6_addr = {[10] = 0xff, [11] = 0xff, [12] = 169, [13] = 254}}, 112, 2},
    {{.s6_addr = {[10] = 0xff, [11] = 0xff, [12] = 127}}, 104, 2},
    {MAPPED, 96, 14},
}};

static pthread_once_t once = PTHREAD_ONCE_INIT;

/* ----- Tables ----- */

static bool reads_line(char *prefix, const char *value, struct line *line) {
    struct in_addr four;
    char *slash = strchr(prefix, '/');
    if (slash != NULL) {
        *slash = 0;
    }
    bool is_four = inet_pton(AF_INET, prefix, &four) == 1;
    if (!is_four && inet_pton(AF_INET6, prefix, &line->prefix) != 1) {
        return false;
    }
    unsigned all = is_four ? 32 : 128;
    line->bits = slash == NULL ? all : (unsigned)strtoul(slash + 1, NULL, 10);
    line->value = (int)strtol(value, NULL, 10);
    if (is_four && line->bits <= all) {
        line->prefix = (struct in6_addr)MAPPED;
        memcpy(line->prefix.s6_addr + 12, &four, sizeof four);
        line->bits += 96;
    }
    return line->bits <= 128;
}

static void learn(void) {
    static struct table *const all[] = {&labels, &precedences, &scopes};
    bool replaced[3] = {false};
    char text[256];
    FILE *file = fopen("/etc/gai.conf", "re");
    while (file != NULL && fgets(text, sizeof text, file) != NULL) {
        char *rest;
        text[strcspn(text, "#\n")] = 0;
        const char *name = strtok_r(text, " \t", &rest);
        char *prefix = strtok_r(NULL, " \t", &rest);
        const char *value = strtok_r(NULL, " \t", &rest);
        for (int i = 0; value != NULL && i < 3; i++) {
            struct line line;
            if (strcmp(name, all[i]->name) == 0 && reads_line(prefix, value, &line)) {
                all[i]->count = replaced[i] ? all[i]->count : 0;
                replaced[i] = true;
                if (all[i]->count < MOST_LINES) {
                    all[i]->lines[all[i]->count++] = line;
                }
            }
        }
    }
    if (file != NULL) {
        fclose(file);
    }
}

/* How many bits are the same, from the first on. */
static unsigned common(const struct in6_addr *one, const struct in6_addr *other) {
    unsigned bits = 0;
    while (bits < 128 && ((one->s6_addr[bits / 8] ^ other->s6_addr[bits / 8]) >> (7 - bits % 8) & 1) == 0) {
        bits++;
    }
    return bits;
}

static int value_of(const struct table *table, const struct in6_addr *address, int otherwise) {
    int longest = -1;
    for (size_t i = 0; i < table->count; i++) {
        const struct line *line = &table->lines[i];
        if ((int)line->bits > longest && common(address, &line->prefix) >= line->bits) {
            longest = (int)line->bits;
            otherwise = line->value;
        }
    }
    return otherwise;
}

/* RFC 6724 §3.1, §3.2. */
static int scope_of(const struct in6_addr *address) {
    if (IN6_IS_ADDR_MULTICAST(address)) {
        return address->s6_addr[1] & 15;
    }
    if (IN6_IS_ADDR_V4MAPPED(address)) {
        return value_of(&scopes, address, 14);
    }
    return IN6_IS_ADDR_LINKLOCAL(address) || IN6_IS_ADDR_LOOPBACK(address) ? 2 : IN6_IS_ADDR_SITELOCAL(address) ? 5 : 14;
}

/* ----- Candidates ----- */

struct candidate {
    struct addrinfo *first; /* nodes of this address, one for each kind of socket */
    struct addrinfo *last;
    bool reached;
    bool deprecated;
    bool same_scope;
    bool same_label;
    int scope;
    int precedence;
    unsigned common;
};

static struct in6_addr octets_of(const struct sockaddr *address) {
    struct in6_addr octets = MAPPED;
    if (address->sa_family == AF_INET6) {
        return ((const struct sockaddr_in6 *)(const void *)address)->sin6_addr;
    }
    memcpy(octets.s6_addr + 12, &((const struct sockaddr_in *)(const void *)address)->sin_addr, 4);
    return octets;
}

/* The source of what would be sent there. */
static bool source_of(const struct addrinfo *node, struct in6_addr *source) {
    union {
        struct sockaddr any;
        struct sockaddr_in four;
        struct sockaddr_in6 six;
    } to, from;
    socklen_t length = sizeof from;
    memcpy(&to, node->ai_addr, node->ai_addrlen < sizeof to ? node->ai_addrlen : sizeof to);
    in_port_t *port = to.any.sa_family == AF_INET ? &to.four.sin_port : &to.six.sin6_port;
    *port = *port != 0 ? *port : htons(53); /* none would be nobody */
    int fd = socket(to.any.sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    bool reached = fd >= 0 && connect(fd, &to.any, node->ai_addrlen) == 0 && getsockname(fd, &from.any, &length) == 0;
    if (fd >= 0) {
        close(fd);
    }
    *source = reached ? octets_of(&from.any) : in6addr_any;
    return reached;
}

static void judge(struct candidate *one, const struct own_address *own, size_t count) {
    struct in6_addr to = octets_of(one->first->ai_addr);
    struct in6_addr source;
    one->reached = source_of(one->first, &source);
    one->scope = scope_of(&to);
    one->precedence = value_of(&precedences, &to, 0);
    one->same_scope = one->reached && scope_of(&source) == one->scope;
    one->same_label = one->reached && value_of(&labels, &source, 0) == value_of(&labels, &to, 0);
    unsigned same = one->reached ? common(&source, &to) : 0;
    unsigned prefix = 128;
    struct nk_address from = address_of(&source, true);
    for (size_t i = 0; i < count; i++) {
        if (own[i].address.hi == from.hi && own[i].address.lo == from.lo) {
            prefix = own[i].prefix;
            one->deprecated = own[i].deprecated;
        }
    }
    /* Of IPv4 only what is on the link is nearer, so that the order of a name server stays. */
    one->common = IN6_IS_ADDR_V4MAPPED(&to) && same < prefix ? 0 : same < prefix ? same : prefix;
}

/* Whether one goes before another: the rules, but for 4 and 7, of which nobody here knows. */
static bool before(const struct candidate *one, const struct candidate *other) {
    if (one->reached != other->reached) {
        return one->reached;
    }
    if (one->same_scope != other->same_scope) {
        return one->same_scope;
    }
    if (one->deprecated != other->deprecated) {
        return other->deprecated;
    }
    if (one->same_label != other->same_label) {
        return one->same_label;
    }
    if (one->precedence != other->precedence) {
        return one->precedence > other->precedence;
    }
    if (one->scope != other->scope) {
        return one->scope < other->scope;
    }
    return one->first->ai_family == other->first->ai_family && one->common > other->common;
}

static bool same_address(const struct addrinfo *one, const struct addrinfo *other) {
    struct in6_addr first = octets_of(one->ai_addr);
    struct in6_addr second = octets_of(other->ai_addr);
    return one->ai_family == other->ai_family && IN6_ARE_ADDR_EQUAL(&first, &second);
}

void addresses_order(struct addrinfo **all) {
    struct candidate candidates[MOST_ADDRESSES] = {{.first = NULL}};
    size_t count = 0;
    for (struct addrinfo *node = *all; node != NULL; node = node->ai_next) {
        if (node->ai_family != AF_INET && node->ai_family != AF_INET6) {
            return;
        }
        if (count != 0 && same_address(candidates[count - 1].last, node)) {
            candidates[count - 1].last = node;
        } else if (count == MOST_ADDRESSES) {
            return;
        } else {
            candidates[count].first = node;
            candidates[count++].last = node;
        }
    }
    if (count < 2 || family_begin() != 0) {
        return;
    }
    pthread_once(&once, learn);
    struct own_address own[MOST_ADDRESSES];
    size_t owned = interfaces_own(own, MOST_ADDRESSES);
    for (size_t i = 0; i < count; i++) {
        judge(&candidates[i], own, owned);
    }
    /* Those that are equal stay as they stand (rule 10). */
    for (size_t i = 1; i < count; i++) {
        struct candidate one = candidates[i];
        size_t at = i;
        for (; at > 0 && before(&one, &candidates[at - 1]); at--) {
            candidates[at] = candidates[at - 1];
        }
        candidates[at] = one;
    }
    char *canonical = (*all)->ai_canonname;
    (*all)->ai_canonname = NULL;
    *all = candidates[0].first;
    (*all)->ai_canonname = canonical;
    for (size_t i = 0; i < count; i++) {
        candidates[i].last->ai_next = i + 1 < count ? candidates[i + 1].first : NULL;
    }
}
