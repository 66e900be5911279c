/* Longer than others: netdevice(7) in full. */
#define _GNU_SOURCE
#include "program.h"

#include <errno.h>
#include <ifaddrs.h>
#include <linux/if_arp.h>
#include <linux/if_link.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * Which interfaces and addresses this machine has: the stack's, and of the kernel's those that are the program's, too, by the rules:
 * the loopback, and what a rule gives to the kernel. What is returned libc frees: getifaddrs makes one piece of memory, if_nameindex
 * one for each name and one for all.
 */

#define EXPORT __attribute__((visibility("default")))

/* docs/layouts/addresses.md. */
enum { MAGIC = 0x30494b4e, VERSION = 1, LONGEST = 32768, DEPRECATED = 3 };

struct told_link {
    uint64_t mac;
    uint32_t mtu;
    uint32_t free;
};

struct told_address {
    struct nk_address address;
    uint32_t link;
    uint32_t prefix;
    uint32_t state;
    uint32_t free;
};

struct told {
    uint32_t magic;
    uint32_t version;
    uint32_t links;
    uint32_t addresses;
    union {
        unsigned char octets[LONGEST];
        struct told_link links[1];
    } all;
};

_Static_assert(sizeof(struct told_link) == 16 && sizeof(struct told_address) == 32, "the layout's");
_Static_assert(offsetof(struct told, all) == 16, "the layout's");

/* One entry, and room for all that it points to. */
struct entry {
    struct ifaddrs is;
    union {
        struct sockaddr any;
        struct sockaddr_in four;
        struct sockaddr_in6 six;
        struct sockaddr_ll link;
    } address, mask, other;
    struct rtnl_link_stats counted;
    char name[IF_NAMESIZE];
};

/* ----- What the stack says ----- */

/* Asks for the stack's, which the caller frees: NULL if there is no session, or nobody says. */
static struct told *stacks(void) {
    static const uint32_t question[] = {MAGIC, VERSION};
    struct told *told = family_path() == NULL ? NULL : malloc(sizeof *told);
    ssize_t length = told == NULL ? -1 : control_asked(question, sizeof question, told, sizeof *told);
    size_t head = offsetof(struct told, all);
    bool whole = length >= (ssize_t)head && told->magic == MAGIC && told->version == VERSION && told->links <= LONGEST
        && told->addresses <= LONGEST
        && (size_t)length == head + told->links * sizeof(struct told_link) + told->addresses * sizeof(struct told_address);
    if (!whole) {
        free(told);
        return NULL;
    }
    return told;
}

static const struct told_address *addresses(const struct told *told) {
    return (const struct told_address *)(const void *)(told->all.octets + told->links * sizeof(struct told_link));
}

/* The number of a link that the stack told of, or 0. */
static uint32_t link_named(const struct told *told, const char *name) {
    uint32_t number = link_called(name);
    return number <= told->links ? number : 0;
}

/* ----- Entries ----- */

static socklen_t length_of(const struct sockaddr *address) {
    return address->sa_family == AF_INET ? sizeof(struct sockaddr_in)
        : address->sa_family == AF_INET6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_ll);
}

static struct sockaddr *copied(void *to, const struct sockaddr *from) {
    return from == NULL ? NULL : memcpy(to, from, length_of(from));
}

static void take(struct entry *entry, const struct ifaddrs *kernels) {
    snprintf(entry->name, sizeof entry->name, "%s", kernels->ifa_name);
    entry->is.ifa_flags = kernels->ifa_flags;
    entry->is.ifa_addr = copied(&entry->address, kernels->ifa_addr);
    entry->is.ifa_netmask = copied(&entry->mask, kernels->ifa_netmask);
    entry->is.ifa_ifu.ifu_broadaddr = copied(&entry->other, kernels->ifa_ifu.ifu_broadaddr);
    if (kernels->ifa_data != NULL && kernels->ifa_addr != NULL && kernels->ifa_addr->sa_family == AF_PACKET) {
        memcpy(&entry->counted, kernels->ifa_data, sizeof entry->counted);
        entry->is.ifa_data = &entry->counted;
    }
}

enum { LOWER_UP = 1 << 16 };

static void begin_own(struct entry *entry, uint32_t number) {
    link_name(number, entry->name);
    entry->is.ifa_flags = IFF_UP | IFF_BROADCAST | IFF_RUNNING | IFF_MULTICAST | LOWER_UP;
    entry->is.ifa_addr = &entry->address.any;
}

static void make_link(struct entry *entry, uint32_t number, const struct told_link *link) {
    begin_own(entry, number);
    struct sockaddr_ll is = {.sll_family = AF_PACKET, .sll_ifindex = (int)link_told(number), .sll_hatype = ARPHRD_ETHER,
        .sll_halen = 6};
    uint64_t mac = htobe64(link->mac << 16);
    memcpy(is.sll_addr, &mac, 6);
    entry->address.link = is;
    memset(is.sll_addr, 0xff, 6);
    entry->other.link = is;
    entry->is.ifa_ifu.ifu_broadaddr = &entry->other.any;
    entry->is.ifa_data = &entry->counted;
}

static void make_address(struct entry *entry, const struct told_address *one) {
    begin_own(entry, one->link);
    entry->is.ifa_netmask = &entry->mask.any;
    if (address_is_four(one->address)) {
        uint32_t mask = one->prefix == 0 ? 0 : htonl(UINT32_MAX << (32 - one->prefix));
        uint32_t address = htonl((uint32_t)one->address.lo);
        entry->address.four = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr = {address}};
        entry->mask.four = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr = {mask}};
        if (one->prefix < 31) {
            entry->other.four = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr = {address | ~mask}};
            entry->is.ifa_ifu.ifu_broadaddr = &entry->other.any;
        }
        return;
    }
    bool local = one->address.hi >> 54 == 0xfe80 >> 6;
    entry->address.six = (struct sockaddr_in6){.sin6_family = AF_INET6, .sin6_scope_id = local ? link_told(one->link) : 0};
    entry->mask.six = (struct sockaddr_in6){.sin6_family = AF_INET6};
    address_told(one->address, true, &entry->address.six.sin6_addr);
    for (uint32_t bit = 0; bit < one->prefix && bit < 128; bit++) {
        entry->mask.six.sin6_addr.s6_addr[bit / 8] |= (uint8_t)(0x80 >> bit % 8);
    }
}

/* ----- The kernel's that stay ----- */

static int family_of(const struct ifaddrs *one) {
    return one->ifa_addr == NULL ? AF_PACKET : one->ifa_addr->sa_family;
}

/* An address that is the program's, too; an interface that is the loopback, or has one, and is none of the stack's. */
static bool stays(const struct ifaddrs *all, const struct ifaddrs *one, const struct told *told) {
    if (family_of(one) != AF_PACKET) {
        return place_stays(one->ifa_addr, length_of(one->ifa_addr));
    }
    if ((one->ifa_flags & IFF_LOOPBACK) != 0) {
        return true;
    }
    bool has = false;
    for (; all != NULL && !has; all = all->ifa_next) {
        has = family_of(all) != AF_PACKET && strcmp(all->ifa_name, one->ifa_name) == 0
            && place_stays(all->ifa_addr, length_of(all->ifa_addr));
    }
    return has && link_named(told, one->ifa_name) == 0;
}

/* ----- All of them ----- */

/* Those of one family, behind the others: how many there are now. Without entries it only counts. */
static size_t gather(int wanted, struct entry *entries, size_t count, const struct ifaddrs *kernels, const struct told *told) {
    for (const struct ifaddrs *one = kernels; one != NULL; one = one->ifa_next) {
        if (family_of(one) == wanted && stays(kernels, one, told)) {
            if (entries != NULL) {
                take(&entries[count], one);
            }
            count++;
        }
    }
    for (uint32_t number = 1; wanted == AF_PACKET && number <= told->links; number++, count++) {
        if (entries != NULL) {
            make_link(&entries[count], number, &told->all.links[number - 1]);
        }
    }
    for (uint32_t i = 0; wanted != AF_PACKET && i < told->addresses; i++) {
        const struct told_address *one = &addresses(told)[i];
        if (address_is_four(one->address) == (wanted == AF_INET)) {
            if (entries != NULL) {
                make_address(&entries[count], one);
            }
            count++;
        }
    }
    return count;
}

static size_t gather_all(struct entry *entries, const struct ifaddrs *kernels, const struct told *told) {
    size_t count = gather(AF_PACKET, entries, 0, kernels, told);
    count = gather(AF_INET, entries, count, kernels, told);
    return gather(AF_INET6, entries, count, kernels, told);
}

EXPORT int getifaddrs(struct ifaddrs **all) {
    struct ifaddrs *kernels;
    if (real()->getifaddrs(&kernels) != 0) {
        return -1;
    }
    struct told *told = stacks();
    if (told == NULL) {
        *all = kernels;
        return 0;
    }
    size_t count = gather_all(NULL, kernels, told);
    struct entry *entries = calloc(count, sizeof *entries);
    if (entries != NULL) {
        gather_all(entries, kernels, told);
        for (size_t i = 0; i < count; i++) {
            entries[i].is.ifa_name = entries[i].name;
            entries[i].is.ifa_next = i + 1 < count ? &entries[i + 1].is : NULL;
        }
    }
    freeifaddrs(kernels);
    free(told);
    *all = entries == NULL ? NULL : &entries->is;
    errno = entries == NULL && count != 0 ? ENOMEM : errno;
    return entries == NULL && count != 0 ? -1 : 0;
}

EXPORT struct if_nameindex *if_nameindex(void) {
    struct ifaddrs *all;
    size_t count = 0;
    if (getifaddrs(&all) != 0) {
        return NULL;
    }
    for (const struct ifaddrs *one = all; one != NULL; one = one->ifa_next) {
        count += family_of(one) == AF_PACKET;
    }
    struct if_nameindex *names = calloc(count + 1, sizeof *names);
    size_t named = 0;
    for (const struct ifaddrs *one = all; names != NULL && one != NULL; one = one->ifa_next) {
        if (family_of(one) == AF_PACKET) {
            names[named].if_name = strdup(one->ifa_name);
            names[named++].if_index = if_nametoindex(one->ifa_name);
        }
    }
    freeifaddrs(all);
    return names;
}

EXPORT unsigned if_nametoindex(const char *name) {
    unsigned index = real()->if_nametoindex(name);
    if (index != 0 || family_path() == NULL || family_begin() != 0) {
        return index;
    }
    uint32_t number = link_called(name);
    if (number != 0) {
        return link_told(number);
    }
    errno = ENODEV;
    return 0;
}

EXPORT char *if_indextoname(unsigned index, char name[IF_NAMESIZE]) {
    uint32_t number = link_of(index);
    return number != index && link_told(number) == index && link_name(number, name) ? name
                                                                                     : real()->if_indextoname(index, name);
}

/* ----- By ioctl ----- */

bool interfaces_concern(unsigned long request) {
    switch (request) {
        case SIOCGIFNAME: case SIOCGIFCONF: case SIOCGIFFLAGS: case SIOCGIFADDR: case SIOCGIFDSTADDR: case SIOCGIFBRDADDR:
        case SIOCGIFNETMASK: case SIOCGIFMTU: case SIOCGIFHWADDR: case SIOCGIFINDEX:
            return family_path() != NULL;
        default: return false;
    }
}

/* All addresses of IPv4. */
static int configuration(struct ifconf *asked) {
    struct ifaddrs *all;
    if (getifaddrs(&all) != 0) {
        return -1;
    }
    int room = asked->ifc_buf == NULL ? INT32_MAX : asked->ifc_len;
    int length = 0;
    for (const struct ifaddrs *one = all; one != NULL; one = one->ifa_next) {
        struct ifreq entry = {.ifr_flags = 0};
        if (family_of(one) != AF_INET || room - length < (int)sizeof entry) {
            continue;
        }
        snprintf(entry.ifr_name, sizeof entry.ifr_name, "%s", one->ifa_name);
        memcpy(&entry.ifr_addr, one->ifa_addr, sizeof entry.ifr_addr);
        if (asked->ifc_buf != NULL) {
            memcpy(asked->ifc_buf + length, &entry, sizeof entry);
        }
        length += (int)sizeof entry;
    }
    freeifaddrs(all);
    asked->ifc_len = length;
    return 0;
}

/* What an entry of a list has for a request, or NULL. */
static const struct sockaddr *part(const struct ifaddrs *one, unsigned long request) {
    return request == SIOCGIFADDR ? one->ifa_addr
        : request == SIOCGIFNETMASK ? one->ifa_netmask
        : request == SIOCGIFHWADDR ? one->ifa_addr
                                   : one->ifa_ifu.ifu_broadaddr;
}

/* Of an interface that has this name: from the entry of its kind that stands first. */
static int from_entries(unsigned long request, struct ifreq *asked) {
    struct ifaddrs *all;
    bool of_link = request == SIOCGIFFLAGS || request == SIOCGIFHWADDR;
    if (getifaddrs(&all) != 0) {
        return -1;
    }
    const struct ifaddrs *one = all;
    while (one != NULL
        && (family_of(one) != (of_link ? AF_PACKET : AF_INET) || strncmp(one->ifa_name, asked->ifr_name, IF_NAMESIZE) != 0)) {
        one = one->ifa_next;
    }
    const struct sockaddr *told = one == NULL ? NULL : part(one, request);
    if (told != NULL && request == SIOCGIFFLAGS) {
        asked->ifr_flags = (short)one->ifa_flags;
    } else if (told != NULL && request == SIOCGIFHWADDR) {
        const struct sockaddr_ll *link = (const struct sockaddr_ll *)(const void *)told;
        asked->ifr_hwaddr.sa_family = link->sll_hatype;
        memcpy(asked->ifr_hwaddr.sa_data, link->sll_addr, 6);
    } else if (told != NULL) {
        memcpy(&asked->ifr_addr, told, sizeof asked->ifr_addr);
    }
    freeifaddrs(all);
    errno = told == NULL ? EADDRNOTAVAIL : errno;
    return told == NULL ? -1 : 0;
}

/* Whether the address of one of the kernel's interfaces is not the program's. */
static bool hidden(int fd, const struct ifreq *asked) {
    struct ifreq its = *asked;
    return real()->ioctl(fd, SIOCGIFADDR, &its) == 0 && its.ifr_addr.sa_family == AF_INET
        && !place_stays(&its.ifr_addr, sizeof(struct sockaddr_in));
}

int interfaces_control(int fd, unsigned long request, void *value) {
    struct ifconf nothing = {.ifc_buf = NULL};
    struct ifreq *asked = value;
    struct told *told;
    if (real()->ioctl(fd, SIOCGIFCONF, &nothing) != 0 || value == NULL) {
        return real()->ioctl(fd, request, value);
    }
    if (request == SIOCGIFCONF) {
        return configuration(value);
    }
    if (request == SIOCGIFNAME) {
        return if_indextoname((unsigned)asked->ifr_ifindex, asked->ifr_name) == NULL ? -1 : 0;
    }
    bool of_address = request == SIOCGIFADDR || request == SIOCGIFNETMASK || request == SIOCGIFBRDADDR || request == SIOCGIFDSTADDR;
    if ((told = stacks()) == NULL) {
        return real()->ioctl(fd, request, value);
    }
    char name[IF_NAMESIZE];
    snprintf(name, sizeof name, "%.*s", IF_NAMESIZE - 1, asked->ifr_name);
    uint32_t number = link_named(told, name);
    uint32_t mtu = number == 0 ? 0 : told->all.links[number - 1].mtu;
    free(told);
    if (number == 0 && of_address && hidden(fd, asked)) {
        errno = EADDRNOTAVAIL;
        return -1;
    }
    if (number == 0) {
        return real()->ioctl(fd, request, value);
    }
    if (request == SIOCGIFMTU) {
        asked->ifr_mtu = (int)mtu;
        return 0;
    }
    if (request == SIOCGIFINDEX) {
        asked->ifr_ifindex = (int)link_told(number);
        return 0;
    }
    return from_entries(request, asked);
}

/* ----- For who finds addresses of names ----- */

bool interfaces_have(bool *four, bool *six) {
    struct told *told = stacks();
    bool begun = told != NULL;
    struct ifaddrs *all;
    free(told);
    if (!begun || getifaddrs(&all) != 0) {
        return false;
    }
    *four = false;
    *six = false;
    for (const struct ifaddrs *one = all; one != NULL; one = one->ifa_next) {
        bool counts = (one->ifa_flags & IFF_LOOPBACK) == 0;
        *four |= counts && family_of(one) == AF_INET;
        *six |= counts && family_of(one) == AF_INET6;
    }
    freeifaddrs(all);
    return true;
}

size_t interfaces_own(struct own_address *all, size_t most) {
    struct told *told = stacks();
    size_t count = 0;
    for (uint32_t i = 0; told != NULL && i < told->addresses && count < most; i++) {
        const struct told_address *one = &addresses(told)[i];
        struct own_address own = {one->address, one->prefix + (address_is_four(one->address) ? 96 : 0), one->state == DEPRECATED};
        all[count++] = own;
    }
    free(told);
    return count;
}
