/* A disk that fails when it is told to: preloaded, it stands before the C library's calls that write below one folder.
 *
 * Whoever makes the calls, Python, Rust or SQLite, the N-th of them is refused with an error number; with `lasting`
 * all that come after it are, too, and files cannot be opened for reading any more, as when a network share goes away.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

static char root[PATH_MAX];
static size_t root_length;
static atomic_long seen;
static long refused_call;
static int error_number, lasting, log_to = -1;

void disk_arm(const char *folder, long call, int error, int lasts, int log) {
    strncpy(root, folder, sizeof root - 1);
    refused_call = call, error_number = error, lasting = lasts, log_to = log;
    atomic_store(&seen, 0);
    root_length = strlen(root);
}

long disk_disarm(void) {
    root_length = 0;
    return atomic_load(&seen);
}

/* The path that a call is about, absolute; 0 where it cannot be told. */
static int absolute(int folder, const char *path, char *out) {
    char at[64];
    ssize_t length;
    if (path[0] == '/') return snprintf(out, PATH_MAX, "%s", path) < PATH_MAX;
    if (folder == AT_FDCWD) snprintf(at, sizeof at, "/proc/self/cwd");
    else snprintf(at, sizeof at, "/proc/self/fd/%d", folder);
    length = readlink(at, out, PATH_MAX - 1);
    if (length < 0) return 0;
    out[length] = 0;
    return path[0] ? snprintf(out + length, PATH_MAX - length, "/%s", path) < PATH_MAX - length : 1;
}

static int below_root(const char *path) {
    return root_length && !strncmp(path, root, root_length) && path[root_length] == '/';
}

static int refuses(const char *call, int folder, const char *name) {
    char path[PATH_MAX], line[PATH_MAX + 64];
    if (!root_length || !absolute(folder, name, path) || !below_root(path)) return 0;
    long number = atomic_fetch_add(&seen, 1) + 1;
    if (log_to >= 0) {
        int length = snprintf(line, sizeof line, "%s %s\n", call, path + root_length + 1);
        syscall(SYS_write, log_to, line, length);
    }
    if (!refused_call || number < refused_call || (number > refused_call && !lasting)) return 0;
    errno = error_number;
    return 1;
}

static int gone(int folder, const char *name) {
    char path[PATH_MAX];
    if (!lasting || !refused_call || atomic_load(&seen) < refused_call) return 0;
    if (!absolute(folder, name, path) || !below_root(path)) return 0;
    errno = error_number;
    return 1;
}

#define REAL(type, name, ...) \
    static type (*real)(__VA_ARGS__); \
    if (!real) real = dlsym(RTLD_NEXT, #name)

#define OPEN(name, folder_parameter, folder, ...) \
    int name(folder_parameter const char *path, int flags, ...) { \
        REAL(int, name, folder_parameter const char *, int, ...); \
        va_list more; \
        va_start(more, flags); \
        mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(more, mode_t) : 0; \
        va_end(more); \
        if (flags & (O_CREAT | O_WRONLY | O_RDWR) ? refuses("open", folder, path) : gone(folder, path)) return -1; \
        return real(__VA_ARGS__ path, flags, mode); \
    }
#define NOTHING
OPEN(open, NOTHING, AT_FDCWD, NOTHING)
OPEN(open64, NOTHING, AT_FDCWD, NOTHING)
#define COMMA ,
#define FOLDER int at COMMA
OPEN(openat, FOLDER, at, at COMMA)
OPEN(openat64, FOLDER, at, at COMMA)

#define ON_FILE(type, name, parameters, arguments) \
    type name parameters { \
        static type (*real) parameters; \
        if (!real) real = dlsym(RTLD_NEXT, #name); \
        return refuses(#name, file, "") ? -1 : real arguments; \
    }
ON_FILE(ssize_t, write, (int file, const void *from, size_t size), (file, from, size))
ON_FILE(ssize_t, pwrite, (int file, const void *from, size_t size, off_t at), (file, from, size, at))
ON_FILE(ssize_t, pwrite64, (int file, const void *from, size_t size, off64_t at), (file, from, size, at))
ON_FILE(ssize_t, writev, (int file, const struct iovec *from, int count), (file, from, count))
ON_FILE(int, fsync, (int file), (file))
ON_FILE(int, fdatasync, (int file), (file))
ON_FILE(int, ftruncate, (int file, off_t size), (file, size))
ON_FILE(int, ftruncate64, (int file, off64_t size), (file, size))

#define ON_PATH(name, folder, path, parameters, arguments) \
    int name parameters { \
        static int (*real) parameters; \
        if (!real) real = dlsym(RTLD_NEXT, #name); \
        return refuses(#name, folder, path) ? -1 : real arguments; \
    }
ON_PATH(mkdir, AT_FDCWD, path, (const char *path, mode_t mode), (path, mode))
ON_PATH(mkdirat, at, path, (int at, const char *path, mode_t mode), (at, path, mode))
ON_PATH(rename, AT_FDCWD, to, (const char *from, const char *to), (from, to))
ON_PATH(renameat, at, to, (int of, const char *from, int at, const char *to), (of, from, at, to))
ON_PATH(symlink, AT_FDCWD, path, (const char *target, const char *path), (target, path))
ON_PATH(symlinkat, at, path, (const char *target, int at, const char *path), (target, at, path))
ON_PATH(chmod, AT_FDCWD, path, (const char *path, mode_t mode), (path, mode))
