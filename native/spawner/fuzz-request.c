/* Feeds mutated start requests to the decoder. Sanitizers end it at the first wrong access; prints what it did. */
#include "request.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static uint64_t state = 0x9e3779b97f4a7c15;
static uint32_t next(void) {
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return (uint32_t)(state >> 32);
}

/* flags, 80x24, uid, gid, one group, one limit, no cgroup, cwd "/", argv {"ls","-l"}, env {"A=b"} */
static const uint8_t seed[] = {11, 0, 80, 0, 24, 0, 0, 3, 232, 0, 0, 3, 232, 0, 1, 0, 0, 0, 5, 1, 7, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0,
                               1, 0, 0, 0, '/', 0, 0, 2, 'l', 's', 0, '-', 'l', 0, 0, 1, 'A', '=', 'b', 0};

int main(int argc, char **argv) {
  static struct request request;
  time_t end = time(NULL) + (argc > 1 ? atoi(argv[1]) : 10);
  unsigned long runs = 0, accepted = 0;
  if (argc > 2) state ^= strtoull(argv[2], NULL, 10);
  while (runs % 4096 != 0 || time(NULL) < end) {
    size_t length = sizeof seed;
    uint8_t *bytes = malloc(sizeof seed * 2);
    memcpy(bytes, seed, length);
    for (uint32_t changes = next() % 4; changes > 0; changes--) {
      size_t at = next() % length;
      switch (next() % 4) {
        case 0:
          bytes[at] = (uint8_t)next();
          break;
        case 1:
          bytes[at] = next() % 2 ? 255 : 0;
          break;
        case 2:
          length = at + 1;
          break;
        default:
          if (length < sizeof seed * 2) {
            memmove(bytes + at + 1, bytes + at, length - at);
            length++;
          }
      }
    }
    /* Exactly as long as the message: a read past its end is seen. */
    uint8_t *exact = malloc(length);
    memcpy(exact, bytes, length);
    free(bytes);
    if (read_request(exact, length, &request) == 0) {
      accepted++;
      size_t total = strlen(request.cwd);
      for (char **word = request.argv; *word != NULL; word++) total += strlen(*word);
      for (char **word = request.env; *word != NULL; word++) total += strlen(*word);
      if (total > length) abort();
    }
    free(exact);
    runs++;
  }
  printf("%lu requests, %lu of them accepted, no wrong access\n", runs, accepted);
  return 0;
}
