// One stream at full speed, this end reading or writing.
// usage: bulk read|write ADDRESS PORT MILLISECONDS
// prints: octets N ns N
#include "net.h"

#include <linux/sockios.h>
#include <sys/ioctl.h>

#define BUFFER (1 << 20)

static char buffer[BUFFER];

int main(int count, char **args) {
    if (count != 5 || (strcmp(args[1], "read") != 0 && strcmp(args[1], "write") != 0)) {
        fprintf(stderr, "usage: bulk read|write ADDRESS PORT MILLISECONDS\n");
        return 2;
    }
    int writes = strcmp(args[1], "write") == 0;
    struct sockaddr_in to = address(args[2], args[3]);
    int fd = connected(&to);
    int64_t began = now_ns();
    int64_t until = began + number(args[4]) * 1000000;
    int64_t octets = 0;
    int64_t now = began;
    while (now < until) {
        ssize_t moved = writes ? write(fd, buffer, BUFFER) : read(fd, buffer, BUFFER);
        if (moved <= 0) {
            if (moved == 0) {
                fprintf(stderr, "the stream ended early\n");
                return 1;
            }
            die(args[1]);
        }
        octets += moved;
        now = now_ns();
    }
    if (writes) {
        // What the peer has not acknowledged yet did not arrive within the time.
        int waiting = 0;
        if (ioctl(fd, SIOCOUTQ, &waiting) != 0) {
            die("SIOCOUTQ");
        }
        octets -= waiting;
    }
    printf("octets %lld ns %lld\n", (long long)octets, (long long)(now - began));
    return 0;
}
