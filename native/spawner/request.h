/* A request to start one command, as it stands in the message; see docs/exec-protocol.md, "The spawner". */
#ifndef REQUEST_H
#define REQUEST_H
#include <stddef.h>
#include <stdint.h>

enum { MAX_WORDS = 8192, MAX_GROUPS = 256, MAX_LIMITS = 16, MAX_CGROUPS = 8 };
enum { WANT_STDIN = 1, WANT_TTY = 2, WANT_NO_NEW_PRIVS = 4, WANT_IDENTITY = 8 };

struct limit {
  uint8_t resource;
  uint64_t soft, hard;
};

struct request {
  uint8_t flags;
  uint16_t cols, rows;
  uint32_t uid, gid;
  uint32_t groups[MAX_GROUPS];
  size_t group_count;
  struct limit limits[MAX_LIMITS];
  size_t limit_count;
  char *cgroups[MAX_CGROUPS + 1];
  char *cwd;
  char *argv[MAX_WORDS + 1];
  char *env[MAX_WORDS + 1];
};

/* Reads a request in place; strings point into `bytes`. 0, or -1 when anything is not exactly as documented. */
int read_request(uint8_t *bytes, size_t length, struct request *out);
#endif
