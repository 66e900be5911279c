#define _GNU_SOURCE
#include "program.h"

#include <limits.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>

/*
 * In which order the addresses of a name are tried: RFC 6724 §6, by the sources that the stack, or for its own the kernel, would have.
 * The tables are libc's, which the file of gai.conf(5) replaces.
 */

enum { MOST_LINES = 64, MOST_ADDRESSES = 128 };

struct line {
    struct prefix prefix;
    unsigned value;
};

struct table {
    const char *name;
    size_t count;
    struct line lines[MOST_LINES];
};

#define HIGH(first) {UINT64_C(first) << 48, 0}
#define IPV4(first) {0, UINT64_C(0xffff00000000) + (UINT64_C(first) << 16)}

static struct table labels = {"label", 8, {
    {{{0, 1}, 128}, 0},
    {{{0, 0}, 0}, 1},
    {{HIGH(0x2002), 16}, 2},
    {{{0, 0}, 96}, 3},
    {{IPV4(0), 96}, 4},
    {{HIGH(0xfec0), 10}, 5},
    {{HIGH(0xfc00), 7}, 6},
    {{HIGH(0x2001), 32}, 7},
}};

static struct table precedences = {"precedence", 5, {
    {{{0, 1}, 128}, 50},
    {{{0, 0}, 0}, 40},
    {{HIGH(0x2002), 16}, 30},
    {{{0, 0}, 96}, 20},
    {{IPV4(0), 96}, 10},
}};

static struct table scopes = {"scopev4", 3, {
    {{IPV4(0xa9fe), 112}, 2},
    {{IPV4(0x7f00), 104}, 2},
    {{IPV4(0), 96}, 14},
}};

static pthread_once_t once = PTHREAD_ONCE_INIT;

/* ----- Tables ----- */

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
            if (strcmp(name, all[i]->name) == 0 && prefix_read(prefix, &line.prefix)
                && number_read(value, INT_MAX, &line.value)) {
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

/* What the longest prefix of an address has. */
static unsigned value_of(const struct table *table, struct nk_address address, unsigned otherwise) {
    int longest = -1;
    for (size_t i = 0; i < table->count; i++) {
        const struct line *line = &table->lines[i];
        if ((int)line->prefix.bits > longest && prefix_has(&line->prefix, address)) {
            longest = (int)line->prefix.bits;
            otherwise = line->value;
        }
    }
    return otherwise;
}

/* RFC 6724 §3.1, §3.2. */
static unsigned scope_of(struct nk_address address) {
    unsigned first = (unsigned)(address.hi >> 48);
    if (first >> 8 == 0xff) {
        return first & 15;
    }
    if (address_is_four(address)) {
        return value_of(&scopes, address, 14);
    }
    bool loopback = address.hi == 0 && address.lo == 1;
    return loopback || first >> 6 == 0xfe80 >> 6 ? 2 : first >> 6 == 0xfec0 >> 6 ? 5 : 14;
}

/* ----- Candidates ----- */

struct candidate {
    struct addrinfo *first; /* nodes of this address, one for each kind of socket */
    struct addrinfo *last;
    bool reached;
    bool deprecated;
    bool same_scope;
    bool same_label;
    unsigned scope;
    unsigned precedence;
    unsigned common;
};

static struct nk_address address_in(const struct sockaddr *at) {
    return at->sa_family == AF_INET6 ? address_of(&((const struct sockaddr_in6 *)(const void *)at)->sin6_addr, true)
                                     : address_of(&((const struct sockaddr_in *)(const void *)at)->sin_addr, false);
}

static bool same(struct nk_address one, struct nk_address other) {
    return one.hi == other.hi && one.lo == other.lo;
}

/* The source of what would be sent there. */
static bool source_of(const struct addrinfo *node, struct nk_address *source) {
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
    if (reached) {
        *source = address_in(&from.any);
    }
    return reached;
}

static void judge(struct candidate *one, const struct own_address *own, size_t count) {
    struct nk_address to = address_in(one->first->ai_addr);
    struct nk_address source;
    one->scope = scope_of(to);
    one->precedence = value_of(&precedences, to, 0);
    one->reached = source_of(one->first, &source);
    if (!one->reached) {
        return;
    }
    one->same_scope = scope_of(source) == one->scope;
    one->same_label = value_of(&labels, source, 0) == value_of(&labels, to, 0);
    unsigned prefix = 128;
    for (size_t i = 0; i < count; i++) {
        if (same(own[i].address, source)) {
            prefix = own[i].prefix;
            one->deprecated = own[i].deprecated;
        }
    }
    /* Of IPv4 only what is on the link is nearer, so that the order of a name server stays. */
    unsigned common = address_common(source, to);
    one->common = common < prefix ? (address_is_four(to) ? 0 : common) : prefix;
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
    return one->ai_family == other->ai_family && same(address_in(one->ai_addr), address_in(other->ai_addr));
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
