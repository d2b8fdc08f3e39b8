/* Decoding of a start request: every length is checked before it is used, and nothing may be left over. */
#include "request.h"
#include <string.h>

struct reader {
  uint8_t *at, *end;
  int bad;
};

static uint64_t number(struct reader *r, size_t width) {
  uint64_t value = 0;
  if (r->bad || (size_t)(r->end - r->at) < width) {
    r->bad = 1;
    return 0;
  }
  for (size_t i = 0; i < width; i++) value = value << 8 | r->at[i];
  r->at += width;
  return value;
}

/* A string that ends with a NUL byte inside the message. */
static char *string(struct reader *r) {
  uint8_t *start = r->at;
  uint8_t *nul = r->bad ? NULL : memchr(start, 0, (size_t)(r->end - start));
  if (nul == NULL) {
    r->bad = 1;
    return NULL;
  }
  r->at = nul + 1;
  return (char *)start;
}

static size_t strings(struct reader *r, char **list, size_t most) {
  size_t count = number(r, 2);
  if (count > most) r->bad = 1;
  for (size_t i = 0; i < count && !r->bad; i++) list[i] = string(r);
  if (r->bad) return 0;
  list[count] = NULL;
  return count;
}

int read_request(uint8_t *bytes, size_t length, struct request *out) {
  struct reader r = {bytes, bytes + length, 0};
  out->flags = (uint8_t)number(&r, 1);
  out->cols = (uint16_t)number(&r, 2);
  out->rows = (uint16_t)number(&r, 2);
  out->uid = (uint32_t)number(&r, 4);
  out->gid = (uint32_t)number(&r, 4);
  out->group_count = number(&r, 2);
  if (out->group_count > MAX_GROUPS) return -1;
  for (size_t i = 0; i < out->group_count; i++) out->groups[i] = (uint32_t)number(&r, 4);
  out->limit_count = number(&r, 1);
  if (out->limit_count > MAX_LIMITS) return -1;
  for (size_t i = 0; i < out->limit_count; i++) {
    out->limits[i].resource = (uint8_t)number(&r, 1);
    out->limits[i].soft = number(&r, 8);
    out->limits[i].hard = number(&r, 8);
  }
  strings(&r, out->cgroups, MAX_CGROUPS);
  out->cwd = string(&r);
  size_t words = strings(&r, out->argv, MAX_WORDS);
  strings(&r, out->env, MAX_WORDS);
  if (r.bad || r.at != r.end || words == 0 || out->cwd[0] != '/') return -1;
  if (out->flags & ~(WANT_STDIN | WANT_TTY | WANT_NO_NEW_PRIVS | WANT_IDENTITY)) return -1;
  return 0;
}
