// Connect, ask for one octet, get it, close; one connection after another.
// usage: connects ADDRESS PORT MILLISECONDS
// prints: count N ns N
#include "net.h"

int main(int count, char **args) {
    if (count != 4) {
        fprintf(stderr, "usage: connects ADDRESS PORT MILLISECONDS\n");
        return 2;
    }
    struct sockaddr_in to = address(args[1], args[2]);
    int64_t began = now_ns();
    int64_t until = began + number(args[3]) * 1000000;
    int64_t now = began;
    int64_t done = 0;
    while (now < until) {
        int fd = connected(&to);
        char octet = (char)done;
        char back = (char)~octet;
        if (write(fd, &octet, 1) != 1 || read(fd, &back, 1) != 1 || back != octet) {
            die("request");
        }
        close(fd);
        done++;
        now = now_ns();
    }
    printf("count %lld ns %lld\n", (long long)done, (long long)(now - began));
    return 0;
}
