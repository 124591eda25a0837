/* Writes down the system calls that make data durable or send it away, in the order in which they
 * begin and end, and lets some of them fail. Loaded into a process by LD_PRELOAD.
 *
 * RECORDER_LOG   the file to write to. A line is: begin|end TAB call TAB path TAB text, where the text
 *                of "begin" is what is written or sent (a new name for rename, the names in a folder
 *                for fsync), and that of "end" is the result: "0", "17", "-ENOSPC" as a number.
 * RECORDER_FAIL  call:path:text:number:errno[:half], several with a blank between them. The call with
 *                that number fails, counted from 1, of those whose path holds this (or ends with it,
 *                if a $ follows) and whose bytes hold this text, or any for *. With "half", a write
 *                first writes a half, and whatever is written to that path afterwards fails. For a
 *                sync with a text, writes are counted: the sync after the one with that number fails.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define TEXT 8192
#define FAILS 16

static int log_file = -1;

static struct fail {
    char call[32], path[256], text[128];
    long number, seen;
    int error, half, broken, armed;
} fails[FAILS];
static int fail_count;
static pthread_mutex_t fail_lock = PTHREAD_MUTEX_INITIALIZER;

__attribute__((constructor)) static void start(void) {
    const char *path = getenv("RECORDER_LOG");
    if (path)
        log_file = syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    char *text = getenv("RECORDER_FAIL");
    char *rest = text ? strdup(text) : NULL;
    for (char *one; rest && (one = strsep(&rest, " ")) && fail_count < FAILS;) {
        struct fail *fail = &fails[fail_count];
        char half[8] = "";
        if (sscanf(one, "%31[^:]:%255[^:]:%127[^:]:%ld:%d:%7s", fail->call, fail->path, fail->text,
                   &fail->number, &fail->error, half) >= 5) {
            fail->half = half[0] != 0;
            fail_count++;
        }
    }
}

static size_t escape(char *to, size_t room, const char *from, size_t length) {
    size_t at = 0;
    for (size_t i = 0; i < length && at + 5 < room; i++) {
        unsigned char c = from[i];
        if (c == '\\' || c < ' ' || c > '~')
            at += snprintf(to + at, room - at, "\\x%02x", c);
        else
            to[at++] = c;
    }
    to[at] = 0;
    return at;
}

static void note(const char *when, const char *call, const char *path, const char *text, size_t length) {
    if (log_file < 0)
        return;
    int error = errno;
    char line[PATH_MAX + TEXT + 64];
    int at = snprintf(line, PATH_MAX + 60, "%s\t%s\t%s\t", when, call, path);
    at += escape(line + at, TEXT, text, length);
    line[at++] = '\n';
    syscall(SYS_write, log_file, line, at);
    errno = error;
}

static void note_end(const char *call, const char *path, long result) {
    char text[32];
    int length = snprintf(text, sizeof text, "%ld", result < 0 ? -(long)errno : result);
    note("end", call, path, text, length);
}

/* The name of an open file now. */
static void name_of(int file, char *path) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, PATH_MAX - 1);
    path[length < 0 ? 0 : length] = 0;
}

/* What is written to a socket is sent. */
static const char *writing(const char *path) {
    return strncmp(path, "socket:", 7) ? "write" : "send";
}

static int fits(const char *pattern, const char *path) {
    size_t length = strlen(pattern), long_path = strlen(path);
    if (length && pattern[length - 1] == '$')
        return long_path >= --length && !strncmp(path + long_path - length, pattern, length);
    return strstr(path, pattern) != NULL;
}

static int holds(const struct fail *fail, const void *bytes, size_t length) {
    return !strcmp(fail->text, "*") || memmem(bytes, length, fail->text, strlen(fail->text));
}

/* The errno with which this call is to fail; 0 if it is not. */
static int fails_now(const char *call, const char *path, const void *bytes, size_t length, int *half) {
    int error = 0;
    *half = 0;
    pthread_mutex_lock(&fail_lock);
    for (int i = 0; i < fail_count && !error; i++) {
        struct fail *fail = &fails[i];
        if (!fits(fail->path, path))
            continue;
        int is_sync = !strcmp(fail->call, "sync"), after_write = is_sync && strcmp(fail->text, "*");
        if (after_write && !strcmp(call, "write") && holds(fail, bytes, length))
            fail->armed = ++fail->seen == fail->number;
        if (strcmp(call, fail->call))
            continue;
        if (after_write) {
            error = fail->armed ? fail->error : 0;
            fail->armed = 0;
        } else if (fail->broken || (holds(fail, bytes, length) && ++fail->seen == fail->number)) {
            error = fail->error;
            *half = fail->half && !fail->broken;
            fail->broken |= *half;
        }
    }
    pthread_mutex_unlock(&fail_lock);
    return error;
}

#define REAL(name) \
    static __typeof__(&name) real; \
    if (!real) \
        real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

ssize_t write(int file, const void *bytes, size_t length) {
    REAL(write);
    char path[PATH_MAX];
    int half, error;
    name_of(file, path);
    const char *call = writing(path);
    note("begin", call, path, bytes, length);
    ssize_t result;
    if ((error = fails_now(call, path, bytes, length, &half)) && !(half && length > 1)) {
        errno = error;
        result = -1;
    } else
        result = real(file, bytes, error ? length / 2 : length);
    note_end(call, path, result);
    return result;
}

static ssize_t note_parts(const char *call, const char *path, const struct iovec *parts, int count) {
    char text[TEXT];
    size_t at = 0;
    for (int i = 0; i < count && at < sizeof text; i++) {
        size_t length = parts[i].iov_len < sizeof text - at ? parts[i].iov_len : sizeof text - at;
        memcpy(text + at, parts[i].iov_base, length);
        at += length;
    }
    note("begin", call, path, text, at);
    return at;
}

ssize_t writev(int file, const struct iovec *parts, int count) {
    REAL(writev);
    char path[PATH_MAX];
    name_of(file, path);
    note_parts(writing(path), path, parts, count);
    ssize_t result = real(file, parts, count);
    note_end(writing(path), path, result);
    return result;
}

#define PWRITE(name, offset_type) \
    ssize_t name(int file, const void *bytes, size_t length, offset_type offset) { \
        REAL(name); \
        char path[PATH_MAX]; \
        int half, error; \
        name_of(file, path); \
        note("begin", "write", path, bytes, length); \
        ssize_t result = -1; \
        if ((error = fails_now("write", path, bytes, length, &half))) \
            errno = error; \
        else \
            result = real(file, bytes, length, offset); \
        note_end("write", path, result); \
        return result; \
    }
PWRITE(pwrite, off_t)
PWRITE(pwrite64, off64_t)

ssize_t send(int file, const void *bytes, size_t length, int flags) {
    REAL(send);
    char path[PATH_MAX];
    name_of(file, path);
    note("begin", "send", path, bytes, length);
    ssize_t result = real(file, bytes, length, flags);
    note_end("send", path, result);
    return result;
}

ssize_t sendto(int file, const void *bytes, size_t length, int flags, const struct sockaddr *to,
               socklen_t size) {
    REAL(sendto);
    char path[PATH_MAX];
    name_of(file, path);
    note("begin", "send", path, bytes, length);
    ssize_t result = real(file, bytes, length, flags, to, size);
    note_end("send", path, result);
    return result;
}

ssize_t sendmsg(int file, const struct msghdr *message, int flags) {
    REAL(sendmsg);
    char path[PATH_MAX];
    name_of(file, path);
    note_parts("send", path, message->msg_iov, (int)message->msg_iovlen);
    ssize_t result = real(file, message, flags);
    note_end("send", path, result);
    return result;
}

/* The names in a folder, so that it is seen which of them a sync covers. */
static size_t names_in(const char *path, char *text, size_t room) {
    DIR *folder = opendir(path);
    size_t at = 0;
    for (struct dirent *entry; folder && (entry = readdir(folder));) {
        if (at + strlen(entry->d_name) + 2 < room)
            at += snprintf(text + at, room - at, "%s ", entry->d_name);
    }
    if (folder)
        closedir(folder);
    return at;
}

#define SYNC(name) \
    int name(int file) { \
        REAL(name); \
        char path[PATH_MAX], text[TEXT / 4]; \
        int half, error, result = -1; \
        struct stat what; \
        name_of(file, path); \
        size_t length = fstat(file, &what) == 0 && S_ISDIR(what.st_mode) ? \
            names_in(path, text, sizeof text) : 0; \
        note("begin", "sync", path, text, length); \
        if ((error = fails_now("sync", path, "", 0, &half))) \
            errno = error; \
        else \
            result = real(file); \
        note_end("sync", path, result); \
        return result; \
    }
SYNC(fsync)
SYNC(fdatasync)

#define TRUNCATE(name, offset_type) \
    int name(int file, offset_type length) { \
        REAL(name); \
        char path[PATH_MAX], text[32]; \
        name_of(file, path); \
        note("begin", "truncate", path, text, snprintf(text, sizeof text, "%lld", (long long)length)); \
        int half, result = -1; \
        if (!(errno = fails_now("truncate", path, text, strlen(text), &half))) \
            result = real(file, length); \
        note_end("truncate", path, result); \
        return result; \
    }
TRUNCATE(ftruncate, off_t)
TRUNCATE(ftruncate64, off64_t)

static int renaming(const char *old, const char *new, int (*real)(const char *, const char *)) {
    int half, error, result = -1;
    note("begin", "rename", old, new, strlen(new));
    if ((error = fails_now("rename", old, "", 0, &half)))
        errno = error;
    else
        result = real(old, new);
    note_end("rename", old, result);
    return result;
}

int rename(const char *old, const char *new) {
    REAL(rename);
    return renaming(old, new, real);
}

int link(const char *old, const char *new) {
    REAL(link);
    return renaming(old, new, real);
}

int linkat(int at, const char *old, int new_at, const char *new, int flags) {
    REAL(linkat);
    note("begin", "rename", old, new, strlen(new));
    int result = real(at, old, new_at, new, flags);
    note_end("rename", old, result);
    return result;
}

int renameat2(int at, const char *old, int new_at, const char *new, unsigned flags) {
    REAL(renameat2);
    note("begin", "rename", old, new, strlen(new));
    int result = real(at, old, new_at, new, flags);
    note_end("rename", old, result);
    return result;
}

int unlink(const char *path) {
    REAL(unlink);
    note("begin", "unlink", path, "", 0);
    int result = real(path);
    note_end("unlink", path, result);
    return result;
}
