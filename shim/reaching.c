#define _GNU_SOURCE
#include "program.h"

#include <limits.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>

/*
 * Whether the library would be in an image: it is brought by the linker that brought it here, so an image that names another
 * linker, or none (linked statically), is without it, and so is one that gets rights which its caller has not, for there the linker
 * takes nothing from the environment. A script is what its first line names.
 */

enum { MOST_SCRIPTS = 4, LINE = 256 };

/* The linker that this image names. */
static int named_here(struct dl_phdr_info *info, size_t size, void *linker) {
    (void)size;
    for (size_t i = 0; i < info->dlpi_phnum; i++) {
        if (info->dlpi_phdr[i].p_type == PT_INTERP) {
            *(const char **)linker = (const char *)(info->dlpi_addr + info->dlpi_phdr[i].p_vaddr);
        }
    }
    /* The first is the program. */
    return 1;
}

static bool has_our_linker(int fd) {
    ElfW(Ehdr) head;
    ElfW(Phdr) part;
    const char *ours = NULL;
    char theirs[LINE] = "";
    dl_iterate_phdr(named_here, (void *)&ours);
    if (pread(fd, &head, sizeof head, 0) != sizeof head || memcmp(head.e_ident, ELFMAG, SELFMAG) != 0) {
        return true;
    }
    if (head.e_phentsize != sizeof part || head.e_machine == EM_NONE) {
        /* Of another machine, of which the kernel has its own to say. */
        return false;
    }
    for (unsigned i = 0; i < head.e_phnum; i++) {
        off_t at = (off_t)(head.e_phoff + i * sizeof part);
        if (pread(fd, &part, sizeof part, at) == sizeof part && part.p_type == PT_INTERP) {
            size_t length = part.p_filesz < sizeof theirs ? part.p_filesz : sizeof theirs - 1;
            theirs[pread(fd, theirs, length, (off_t)part.p_offset) < 0 ? 0 : length] = 0;
        }
    }
    return theirs[0] != 0 && (ours == NULL || strcmp(ours, theirs) == 0);
}

static bool gets_rights(int fd) {
    struct stat is;
    if (fstat(fd, &is) != 0) {
        return false;
    }
    bool user = (is.st_mode & S_ISUID) != 0 && is.st_uid != geteuid();
    bool group = (is.st_mode & S_ISGID) != 0 && is.st_gid != getegid();
    return user || group || (geteuid() != 0 && fgetxattr(fd, "security.capability", NULL, 0) > 0);
}

/* The program that a script's first line names; false if it is no script. */
static bool script(int fd, char *program) {
    char line[LINE + 1];
    ssize_t length = pread(fd, line, LINE, 0);
    if (length < 3 || line[0] != '#' || line[1] != '!') {
        return false;
    }
    line[length] = 0;
    line[strcspn(line, "\n")] = 0;
    char *begin = line + 2 + strspn(line + 2, " \t");
    begin[strcspn(begin, " \t")] = 0;
    strcpy(program, begin);
    return *begin != 0;
}

/* What cannot be read is left to the call that is to run it. */
static bool reaches(int at, const char *path, int depth) {
    char program[LINE + 1];
    int fd = openat(at, path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return true;
    }
    bool reached = !gets_rights(fd) && has_our_linker(fd);
    bool another = reached && script(fd, program);
    real()->close(fd);
    return another && depth < MOST_SCRIPTS ? reaches(AT_FDCWD, program, depth + 1) : reached;
}

bool image_reached(int at, const char *path) {
    char itself[LINE];
    if (path[0] == 0) {
        snprintf(itself, sizeof itself, "/proc/self/fd/%d", at);
        return reaches(AT_FDCWD, itself, 0);
    }
    return reaches(at, path, 0);
}

bool image_found_reached(const char *file) {
    char path[PATH_MAX];
    const char *place = getenv("PATH");
    if (strchr(file, '/') != NULL) {
        return reaches(AT_FDCWD, file, 0);
    }
    for (place = place == NULL ? "/bin:/usr/bin" : place; *place != 0;) {
        size_t length = strcspn(place, ":");
        int written = snprintf(path, sizeof path, "%.*s%s%s", (int)length, place, length == 0 ? "" : "/", file);
        if (written > 0 && (size_t)written < sizeof path && access(path, X_OK) == 0) {
            return reaches(AT_FDCWD, path, 0);
        }
        place += length + (place[length] != 0);
    }
    return true;
}
