/* One supervisor process for each command that runs: the reaper of everything that descends from it. */
#ifndef SUPERVISE_H
#define SUPERVISE_H
#include "request.h"
#include <sys/resource.h>

/* What a supervisor tells the spawner, and back; one datagram each. */
struct note {
  uint8_t kind;
  uint8_t stage;
  int32_t value;
};
/* To the spawner. GONE: the command has ended with `value` as its wait status, and nobody descends from it any more. */
enum { NOTE_FAILED = 1, NOTE_GONE = 2 };
/* To the supervisor. TERMINATE: `value` is the grace in milliseconds. */
enum { NOTE_SIGNAL = 1, NOTE_TERMINATE = 2 };
/* What a command could not be started for. */
enum { STAGE_NONE = 0, STAGE_SYSTEM = 1, STAGE_CGROUP = 2, STAGE_LIMIT = 3, STAGE_IDENTITY = 4, STAGE_CWD = 5, STAGE_EXEC = 6 };

enum { DEFAULT_GRACE_MS = 2000 };

/* Where the supervisor finds its descriptors. */
enum { SUPERVISOR_NOTES = 3, SUPERVISOR_IN = 4, SUPERVISOR_OUT = 5, SUPERVISOR_ERR = 6 };

/* A request no longer than this can be given to a supervisor that has had a command before. */
enum { MAX_HANDED = 64 * 1024 };
int send_request(int notes, uint8_t *bytes, size_t length, const int ends[3]);

/* Runs this command, then those that are sent. Never returns. `open_files` is the limit the spawner was started with: the command gets it back. */
void supervise(struct request *request, const struct rlimit *open_files) __attribute__((noreturn));

/* Calls `each` for every process that descends from `pid`. */
int for_each_descendant(int pid, int depth, void (*each)(int pid, int value), int value);
#endif
