/* Prints what the kernel tells of the end of a child that was another user's: the last number of its stat. */
#define _GNU_SOURCE
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { NOBODY = 65534, CODE = 7 };

int main(void) {
    char path[64];
    char stat[4096] = "";
    siginfo_t info;
    pid_t child = fork();
    if (child == 0) {
        _exit(setresuid(NOBODY, NOBODY, NOBODY) == 0 ? CODE : 1);
    }
    waitid(P_PID, (id_t)child, &info, WEXITED | WNOWAIT);
    snprintf(path, sizeof path, "/proc/%d/stat", (int)child);
    FILE *file = fopen(path, "r");
    if (file == NULL || fgets(stat, sizeof stat, file) == NULL || strrchr(stat, ' ') == NULL) {
        return 1;
    }
    fputs(strrchr(stat, ' ') + 1, stdout);
    return 0;
}
