/* Sets: what sets.c, which knows what is in them, and sets_waiting.c, which waits for it, share. */
#ifndef NETKEEP_SETS_H
#define NETKEEP_SETS_H

#include "program.h"

/*
 * An epoll instance is the kernel's, and its descriptors are in it, and nothing else; beside it is a set of those of ours. Once it has
 * one, threads sleep in a second instance, of this process alone, that has the first and the session's ear: so that one wait is for both.
 *
 * What may have something to tell stands in its set's list: whatever was put or changed there, what was ready when it was told
 * last, and each whose socket the family's journal has named since. Nothing else is looked at.
 *
 * An instance within another is in the kernel's, which tells of what the kernel has in the inner one; and an item here, for ours.
 *
 * All of this is a process's own, and changed with `lock`, which is taken before the family's; a fork holds both.
 */

struct item {
    int fd;
    bool settled; /* the socket's number is known */
    bool armed; /* not one-shot that has shot */
    bool listed;
    uint32_t number;
    uint32_t wanted;
    uint64_t data;
    uint64_t seen; /* what was told last, as an edge */
    struct set *set;
    struct set *inner; /* the set that it stands for; NULL for a socket */
    struct item *next_by_fd;
    struct item *next_by_number; /* of the same socket, or the same inner set */
    struct item *before; /* in the list */
    struct item *behind;
};

struct set {
    int epfd;
    int bed; /* where threads sleep, -1 for nowhere yet */
    unsigned made_by; /* the process that made that one, see family_generation */
    _Atomic bool hears; /* it has something of ours, or had */
    _Atomic int sleepers; /* threads there */
    _Atomic int strangers; /* threads that wait in the kernel's instance itself: there was nothing of ours */
    bool interrupted; /* these are called from there */
    bool kernels; /* whether the kernel's instance was ever given something */
    size_t doubles; /* more descriptors that are this one */
    size_t count;
    size_t nests; /* of these, sets */
    uint64_t changes; /* how often something was listed because it was new */
    struct item *outer; /* the items of other sets that stand for this one */
    size_t listed;
    int64_t asked_ns; /* when the kernel was asked last */
    bool kernels_last; /* that time it had something */
    struct item *first; /* of the list */
    struct item *last;
};

/* Which stands at a number, NULL for none. */
struct set *set_at(uint32_t set);

/* Events' data that no program has: ear, line, and the kernel's instance. */
extern const char set_ring[3];

/* All of these with the lock. */

/* Puts an item into its set's list, or takes it out. */
void item_list(struct item *item);
void item_unlist(struct item *item);

/* A socket's octets go by the kernel from now on: so does what is told of it. Drops the item. */
void item_to_kernel(struct item *item);

/* A set within, which the kernel knows by these data; NULL for none. */
struct item *item_nested(const struct set *set, uint64_t data);

/* Takes what has become of the family's sockets since this process looked last. */
void sets_refresh(void);

/* Who sleeps for a set, or is about to, looks again. */
void set_rouse(const struct set *set);

/* Who slept in a set's instance itself does so no more: nobody is called from there. */
void set_heard(struct set *set);

/* Sees to it that this process's threads can sleep for a set; who takes calls from itself may not. */
void set_make_bed(struct set *set);

#endif
