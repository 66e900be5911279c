#define _GNU_SOURCE
#include "program.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

static const uint64_t MAPPED = UINT64_C(0xffff00000000);

static struct nk_address from_six(const struct in6_addr *six) {
    uint64_t halves[2];
    memcpy(halves, six, sizeof halves);
    struct nk_address address = {be64toh(halves[0]), be64toh(halves[1])};
    return address;
}

bool address_is_four(struct nk_address address) {
    return address.hi == 0 && address.lo >> 32 == MAPPED >> 32;
}

/* Numbers of links that the kernel has none of: from here on by that of the session. */
enum { LINKS_FROM = 1 << 24 };

bool link_name(uint32_t number, char *name) {
    const char *at = session.links;
    for (uint32_t i = 1; at != NULL && *at != 0; i++) {
        size_t length = strcspn(at, "\n");
        if (i == number && length < IF_NAMESIZE) {
            memcpy(name, at, length);
            name[length] = 0;
            return true;
        }
        at += length + (at[length] != 0);
    }
    return false;
}

uint32_t link_called(const char *name) {
    char its[IF_NAMESIZE];
    for (uint32_t number = 1; link_name(number, its); number++) {
        if (strcmp(its, name) == 0) {
            return number;
        }
    }
    return 0;
}

/* They have their names in common. */
uint32_t link_of(uint32_t kernels) {
    char name[IF_NAMESIZE];
    char its[IF_NAMESIZE];
    if (kernels > LINKS_FROM && link_name(kernels - LINKS_FROM, its)) {
        return kernels - LINKS_FROM;
    }
    if (kernels == 0 || real()->if_indextoname(kernels, name) == NULL) {
        return kernels;
    }
    uint32_t number = link_called(name);
    return number != 0 ? number : kernels;
}

uint32_t link_told(uint32_t number) {
    char name[IF_NAMESIZE];
    if (!link_name(number, name)) {
        return number;
    }
    uint32_t kernels = real()->if_nametoindex(name);
    return kernels != 0 ? kernels : LINKS_FROM + number;
}

void address_told(struct nk_address address, bool v6, void *at) {
    uint64_t halves[] = {htobe64(address.hi), htobe64(address.lo)};
    memcpy(at, v6 ? (const char *)halves : (const char *)halves + 12, v6 ? 16 : 4);
}

struct nk_address address_of(const void *at, bool v6) {
    struct in_addr four;
    struct in6_addr six;
    memcpy(v6 ? (void *)&six : (void *)&four, at, v6 ? sizeof six : sizeof four);
    return v6 ? from_six(&six) : nk_ipv4(four.s_addr);
}

const struct sockaddr *place_as_six(const struct sockaddr *address, socklen_t *length, struct sockaddr_in6 *six) {
    struct sockaddr_in four;
    if (address == NULL || *length < (socklen_t)sizeof four || address->sa_family != AF_INET) {
        return address;
    }
    memcpy(&four, address, sizeof four);
    memset(six, 0, sizeof *six);
    six->sin6_family = AF_INET6;
    six->sin6_port = four.sin_port;
    address_told(nk_ipv4(four.sin_addr.s_addr), true, &six->sin6_addr);
    *length = sizeof *six;
    return (const struct sockaddr *)(const void *)six;
}

int place_of(const struct sockaddr *address, socklen_t length, bool v6, struct place *place) {
    memset(place, 0, sizeof *place);
    if (address == NULL) {
        return -EFAULT;
    }
    /* As the kernel, which looks at the length first. */
    if (length < (socklen_t)(v6 ? offsetof(struct sockaddr_in6, sin6_scope_id) : sizeof(struct sockaddr_in))) {
        return -EINVAL;
    }
    if (address->sa_family == AF_INET && !v6) {
        const struct sockaddr_in *four = (const struct sockaddr_in *)(const void *)address;
        place->address = nk_ipv4(four->sin_addr.s_addr);
        place->port = ntohs(four->sin_port);
    } else if (address->sa_family == AF_INET6 && v6) {
        const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)(const void *)address;
        place->address = from_six(&six->sin6_addr);
        place->port = ntohs(six->sin6_port);
        bool local = place->address.hi >> 54 == 0xfe80 >> 6;
        place->scope = local && length >= (socklen_t)sizeof *six ? link_of(six->sin6_scope_id) : 0;
    } else {
        return -EAFNOSUPPORT;
    }
    return 0;
}

void place_told(const struct place *place, bool v6, struct sockaddr *address, socklen_t *length) {
    struct sockaddr_in four = {.sin_family = AF_INET, .sin_port = htons(place->port)};
    struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_port = htons(place->port), .sin6_scope_id = place->scope};
    uint64_t halves[] = {htobe64(place->address.hi), htobe64(place->address.lo)};
    memcpy(&six.sin6_addr, halves, sizeof halves);
    four.sin_addr.s_addr = address_is_four(place->address) ? htonl((uint32_t)place->address.lo) : 0;
    const void *from = v6 ? (const void *)&six : (const void *)&four;
    socklen_t whole = v6 ? sizeof six : sizeof four;
    memcpy(address, from, *length < whole ? *length : whole);
    *length = whole;
}

void place_meant(struct place *place) {
    if (place->address.hi == 0 && place->address.lo == 0) {
        place->address.lo = 1;
    } else if (place->address.hi == 0 && place->address.lo == nk_ipv4(0).lo) {
        place->address = nk_ipv4(htonl(INADDR_LOOPBACK));
    }
}

unsigned address_common(struct nk_address one, struct nk_address other) {
    uint64_t hi = one.hi ^ other.hi;
    uint64_t lo = one.lo ^ other.lo;
    return hi != 0 ? (unsigned)__builtin_clzll(hi) : lo != 0 ? 64 + (unsigned)__builtin_clzll(lo) : 128;
}

bool number_read(const char *text, unsigned most, unsigned *number) {
    char *end;
    unsigned long value = strtoul(text, &end, 10);
    *number = (unsigned)value;
    return *text >= '0' && *text <= '9' && *end == 0 && value <= most;
}

bool prefix_read(char *text, struct prefix *prefix) {
    char octets[sizeof(struct in6_addr)];
    char *slash = strchr(text, '/');
    if (slash != NULL) {
        *slash = 0;
    }
    bool six = strchr(text, ':') != NULL;
    unsigned all = six ? 128 : 32;
    unsigned bits = all;
    if (inet_pton(six ? AF_INET6 : AF_INET, text, octets) != 1 || (slash != NULL && !number_read(slash + 1, all, &bits))) {
        return false;
    }
    prefix->first = address_of(octets, six);
    prefix->bits = bits + 128 - all;
    return true;
}

bool prefix_has(const struct prefix *prefix, struct nk_address address) {
    return address_common(prefix->first, address) >= prefix->bits;
}
