#define _GNU_SOURCE
#include "program.h"

#include <errno.h>
#include <string.h>

/* Groups, as options of sockets of UDP join and leave them: ip(7), RFC 3493 section 5.2, and RFC 3678 for either family. */

/* How an option says it: by structures of its family's own, or by those of RFC 3678, which have addresses of any. */
enum form { GROUP, SOURCE, EITHER_GROUP, EITHER_SOURCE };

struct wish {
    int level;
    int name;
    enum form form;
    uint8_t op;
    uint8_t how; /* docs/session.md: `a` of JOIN and LEAVE */
};

static const struct wish wishes[] = {
    {IPPROTO_IP, IP_ADD_MEMBERSHIP, GROUP, NK_JOIN, 0},
    {IPPROTO_IP, IP_DROP_MEMBERSHIP, GROUP, NK_LEAVE, 0},
    {IPPROTO_IP, IP_ADD_SOURCE_MEMBERSHIP, SOURCE, NK_JOIN, 1},
    {IPPROTO_IP, IP_DROP_SOURCE_MEMBERSHIP, SOURCE, NK_LEAVE, 1},
    {IPPROTO_IP, IP_BLOCK_SOURCE, SOURCE, NK_JOIN, 2},
    {IPPROTO_IP, IP_UNBLOCK_SOURCE, SOURCE, NK_JOIN, 3},
    {IPPROTO_IPV6, IPV6_ADD_MEMBERSHIP, GROUP, NK_JOIN, 0},
    {IPPROTO_IPV6, IPV6_DROP_MEMBERSHIP, GROUP, NK_LEAVE, 0},
    {-1, MCAST_JOIN_GROUP, EITHER_GROUP, NK_JOIN, 0},
    {-1, MCAST_LEAVE_GROUP, EITHER_GROUP, NK_LEAVE, 0},
    {-1, MCAST_JOIN_SOURCE_GROUP, EITHER_SOURCE, NK_JOIN, 1},
    {-1, MCAST_LEAVE_SOURCE_GROUP, EITHER_SOURCE, NK_LEAVE, 1},
    {-1, MCAST_BLOCK_SOURCE, EITHER_SOURCE, NK_JOIN, 2},
    {-1, MCAST_UNBLOCK_SOURCE, EITHER_SOURCE, NK_JOIN, 3},
};

static const struct wish *find(int level, int name) {
    for (size_t i = 0; i < sizeof wishes / sizeof wishes[0]; i++) {
        bool fits = wishes[i].level == level || (wishes[i].level < 0 && (level == IPPROTO_IP || level == IPPROTO_IPV6));
        if (fits && wishes[i].name == name) {
            return &wishes[i];
        }
    }
    return NULL;
}

bool group_option(int level, int name) {
    return find(level, name) != NULL;
}

bool group_leaves(int level, int name) {
    return (level == IPPROTO_IP && name == IP_MULTICAST_IF) || (level == IPPROTO_IPV6 && name == IPV6_MULTICAST_IF);
}

/* What an option names: an interface by its number, or (IPv4's own options) by an address of it. */
struct named {
    struct nk_address group;
    struct nk_address source;
    uint32_t index;
    struct in_addr interface;
};

static int either(const struct sockaddr_storage *from, bool v6, struct nk_address *address) {
    struct place place;
    int failure = place_of((const struct sockaddr *)from, sizeof *from, v6, &place);
    *address = place.address;
    return failure;
}

static int read_four(const struct wish *wish, const void *value, socklen_t length, struct named *named) {
    struct ip_mreqn group = {.imr_ifindex = 0};
    struct ip_mreq_source source;
    if (wish->form == SOURCE) {
        if (length < (socklen_t)sizeof source) {
            return -EINVAL;
        }
        memcpy(&source, value, sizeof source);
        named->group = nk_ipv4(source.imr_multiaddr.s_addr);
        named->source = nk_ipv4(source.imr_sourceaddr.s_addr);
        named->interface = source.imr_interface;
        return 0;
    }
    if (length < (socklen_t)sizeof(struct ip_mreq)) {
        return -EINVAL;
    }
    memcpy(&group, value, length < (socklen_t)sizeof group ? sizeof(struct ip_mreq) : sizeof group);
    named->group = nk_ipv4(group.imr_multiaddr.s_addr);
    named->interface = group.imr_address;
    named->index = (uint32_t)group.imr_ifindex;
    return 0;
}

static int read_any(const struct wish *wish, bool v6, const void *value, socklen_t length, struct named *named) {
    struct group_source_req asked;
    bool source = wish->form == EITHER_SOURCE;
    socklen_t whole = source ? sizeof asked : sizeof(struct group_req);
    memset(&asked, 0, sizeof asked);
    if (length < whole) {
        return -EINVAL;
    }
    /* Both begin alike. */
    memcpy(&asked, value, whole);
    named->index = asked.gsr_interface;
    int failure = either(&asked.gsr_group, v6, &named->group);
    return failure != 0 || !source ? failure : either(&asked.gsr_source, v6, &named->source);
}

static int read_wish(const struct wish *wish, int level, const void *value, socklen_t length, struct named *named) {
    memset(named, 0, sizeof *named);
    if (wish->form == EITHER_GROUP || wish->form == EITHER_SOURCE) {
        return read_any(wish, level == IPPROTO_IPV6, value, length, named);
    }
    if (level == IPPROTO_IP) {
        return read_four(wish, value, length, named);
    }
    struct ipv6_mreq six;
    if (length < (socklen_t)sizeof six) {
        return -EINVAL;
    }
    memcpy(&six, value, sizeof six);
    named->group = address_of(&six.ipv6mr_multiaddr, true);
    named->index = six.ipv6mr_interface;
    return 0;
}

/* The session's link of an interface, 0 for none in particular: an address says none, for whose it is only the stack knows. */
static int link_by(uint32_t index, uint32_t *link) {
    *link = link_of(index);
    return index == 0 || link_told(*link) == index ? 0 : -ENODEV;
}

int group_set(uint32_t number, int level, int name, const void *value, socklen_t length) {
    const struct wish *wish = find(level, name);
    struct named named;
    uint32_t link = 0;
    if (level == IPPROTO_IPV6 && !own(number)->v6) {
        return -ENOPROTOOPT;
    }
    int failure = read_wish(wish, level, value, length, &named);
    if (!own(number)->datagram) {
        /* In none: who listens for streams joins none here. */
        return failure != 0 ? failure : wish->op == NK_LEAVE && name >= MCAST_JOIN_GROUP ? -EADDRNOTAVAIL : -EPROTO;
    }
    failure = failure != 0 ? failure : link_by(named.index, &link);
    if (failure != 0) {
        return failure;
    }
    struct nk_request request = {.op = wish->op, .socket = number, .a = wish->how, .address = named.group,
        .source = named.source, .scope = link};
    return family_call(&request);
}

int group_link(int level, const void *value, socklen_t length, uint32_t *link, int *told) {
    struct ip_mreqn named = {.imr_ifindex = 0};
    if (length < (socklen_t)sizeof *told) {
        return -EINVAL;
    }
    if (level == IPPROTO_IPV6) {
        memcpy(told, value, sizeof *told);
        return link_by((uint32_t)*told, link);
    }
    if (length < (socklen_t)sizeof(struct ip_mreq)) {
        memcpy(&named.imr_address, value, sizeof named.imr_address);
    } else {
        memcpy(&named, value, length < (socklen_t)sizeof named ? sizeof(struct ip_mreq) : sizeof named);
    }
    memcpy(told, &named.imr_address, sizeof *told);
    return link_by((uint32_t)named.imr_ifindex, link);
}

static bool is_loopback(struct in_addr address) {
    return ntohl(address.s_addr) >> 24 == IN_LOOPBACKNET;
}

bool group_is_ours(int level, int name, const void *value, socklen_t length) {
    const struct wish *wish = find(level, name);
    struct named named;
    struct in_addr address;
    uint32_t link;
    int told;
    if (wish == NULL && !group_leaves(level, name)) {
        return false;
    }
    if (value == NULL || family_begin() != 0) {
        return false;
    }
    if (wish != NULL) {
        return read_wish(wish, level, value, length, &named) == 0 && !is_loopback(named.interface)
            && link_by(named.index, &link) == 0;
    }
    if (group_link(level, value, length, &link, &told) != 0) {
        return false;
    }
    memcpy(&address, &told, sizeof address);
    return link != 0 || (level == IPPROTO_IP && told != 0 && !is_loopback(address));
}
