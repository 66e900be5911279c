// Says when a port first answers a SYN. With a command it starts that first, and ends it afterwards.
// usage: start ADDRESS PORT MILLISECONDS [COMMAND [ARGUMENT...]]
// prints: ns N
#include "net.h"

#include <poll.h>
#include <signal.h>
#include <sys/wait.h>

// A look every half millisecond: the figure's grain.
static const struct timespec PAUSE = {.tv_nsec = 500000};

static int answers(const struct sockaddr_in *to) {
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) {
        die("socket");
    }
    int failed = connect(fd, (const struct sockaddr *)to, sizeof *to);
    if (failed != 0 && errno == EINPROGRESS) {
        // A SYN that came too early is lost: it is not waited for, the next look sends another.
        struct pollfd ready = {.fd = fd, .events = POLLOUT};
        socklen_t length = sizeof failed;
        if (poll(&ready, 1, 5) == 1 && getsockopt(fd, SOL_SOCKET, SO_ERROR, &failed, &length) != 0) {
            die("SO_ERROR");
        }
    }
    close(fd);
    return failed == 0;
}

static pid_t started(char **command) {
    pid_t child = fork();
    if (child < 0) {
        die("fork");
    }
    if (child == 0) {
        dup2(STDERR_FILENO, STDOUT_FILENO);
        execvp(command[0], command);
        die(command[0]);
    }
    return child;
}

int main(int count, char **args) {
    if (count < 4) {
        fprintf(stderr, "usage: start ADDRESS PORT MILLISECONDS [COMMAND [ARGUMENT...]]\n");
        return 2;
    }
    struct sockaddr_in to = address(args[1], args[2]);
    int64_t began = now_ns();
    int64_t until = began + number(args[3]) * 1000000;
    pid_t child = count > 4 ? started(args + 4) : 0;
    int64_t answered = 0;
    int ended = 0;
    while (answered == 0 && !ended && now_ns() < until) {
        if (answers(&to)) {
            answered = now_ns();
        } else {
            nanosleep(&PAUSE, NULL);
            ended = child != 0 && waitpid(child, NULL, WNOHANG) != 0;
        }
    }
    if (child != 0 && !ended) {
        kill(child, SIGTERM);
        waitpid(child, NULL, 0);
    }
    if (answered == 0) {
        fprintf(stderr, ended ? "the command ended\n" : "no answer in time\n");
        return 1;
    }
    printf("ns %lld\n", (long long)(answered - began));
    return 0;
}
