/* Preloaded: ends the process with SIGKILL at its k-th call that changes a file system (KILL_AT_CALL=k, from 1), half of
   a write's bytes done; KILL_COUNT_TO=FILE gets the number of such calls of a process that ends by itself.
   For tests/support/kill_resume.py. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static atomic_long calls;
static long at = -1;

__attribute__((constructor)) static void begin(void) {
  const char *text = getenv("KILL_AT_CALL");
  at = text ? atol(text) : 0;
}

__attribute__((destructor)) static void end(void) {
  const char *to = getenv("KILL_COUNT_TO");
  FILE *file = to ? fopen(to, "w") : NULL;
  if (!file) return;
  fprintf(file, "%ld\n", atomic_load(&calls));
  fclose(file);
}

/* Whether this call is the one. */
static int now(void) { return atomic_fetch_add(&calls, 1) + 1 == at; }
static void die(void) {
  kill(getpid(), SIGKILL);
  for (;;) pause();
}
#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

int open(const char *path, int flags, ...) {
  mode_t mode = 0;
  if (flags & (O_CREAT | O_TMPFILE)) {
    va_list list;
    va_start(list, flags);
    mode = va_arg(list, mode_t);
    va_end(list);
  }
  if ((flags & (O_CREAT | O_TRUNC)) && now()) die();
  return REAL(open)(path, flags, mode);
}
ssize_t write(int descriptor, const void *data, size_t size) {
  if (descriptor > 2 && now()) {
    REAL(write)(descriptor, data, size / 2);
    die();
  }
  return REAL(write)(descriptor, data, size);
}
ssize_t pwrite(int descriptor, const void *data, size_t size, off_t position) {
  if (now()) {
    REAL(pwrite)(descriptor, data, size / 2, position);
    die();
  }
  return REAL(pwrite)(descriptor, data, size, position);
}
int fsync(int descriptor) {
  if (now()) die();
  return REAL(fsync)(descriptor);
}
int fdatasync(int descriptor) {
  if (now()) die();
  return REAL(fdatasync)(descriptor);
}
int rename(const char *from, const char *to) {
  if (now()) die();
  return REAL(rename)(from, to);
}
int mkdir(const char *path, mode_t mode) {
  if (now()) die();
  return REAL(mkdir)(path, mode);
}
int unlink(const char *path) {
  if (now()) die();
  return REAL(unlink)(path);
}
int rmdir(const char *path) {
  if (now()) die();
  return REAL(rmdir)(path);
}
int ftruncate(int descriptor, off_t length) {
  if (now()) die();
  return REAL(ftruncate)(descriptor, length);
}
