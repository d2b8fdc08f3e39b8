/*
 * The supervisor starts the command in a session of its own and is its reaper (PR_SET_CHILD_SUBREAPER): whoever
 * leaves the session, the process group or the parent stays a descendant of the supervisor, so that "everybody this
 * command started" has an exact answer. When the command ends, or on order, or when the spawner is gone, it sends
 * SIGTERM to all of them, waits a grace, then sends SIGKILL until none is left.
 */
#define _GNU_SOURCE
#include "supervise.h"
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { KILL_AGAIN_MS = 20, DEEPEST = 256 };

static void on_child(int signal) { (void)signal; }

int for_each_descendant(int pid, int depth, void (*each)(int pid, int value), int value) {
  char path[64];
  int found = 0, child;
  snprintf(path, sizeof path, "/proc/%d/task/%d/children", pid, pid);
  FILE *list = fopen(path, "re");
  if (list == NULL) return 0;
  while (fscanf(list, "%d", &child) == 1) {
    found++;
    /* Children are looked up before the signal: a dead parent has none. */
    if (depth < DEEPEST) found += for_each_descendant(child, depth + 1, each, value);
    each(child, value);
  }
  fclose(list);
  return found;
}

static void send_signal(int pid, int value) { kill(pid, value); }

static void signal_all(pid_t command, int signal) {
  /* A kernel without the list of children: the command's own group is what can be reached. */
  if (for_each_descendant(getpid(), 0, send_signal, signal) == 0) kill(-command, signal);
}

/* Searches PATH of the command's own environment. No fallback to a shell for a file that is no program. */
static int execute(char *const argv[], char *const env[]) {
  if (strchr(argv[0], '/') != NULL || argv[0][0] == '\0') {
    execve(argv[0], argv, env);
    return errno;
  }
  const char *path = NULL;
  for (char *const *e = env; *e != NULL; e++)
    if (strncmp(*e, "PATH=", 5) == 0) path = *e + 5;
  int failure = ENOENT;
  char file[4096];
  while (path != NULL && *path != '\0') {
    size_t length = strcspn(path, ":");
    /* An empty part would mean the working directory: never searched. */
    if (length > 0 && path[0] == '/' && length + strlen(argv[0]) + 2 <= sizeof file) {
      memcpy(file, path, length);
      file[length] = '/';
      strcpy(file + length + 1, argv[0]);
      execve(file, argv, env);
      if (errno == EACCES) failure = EACCES;
      else if (errno != ENOENT && errno != ENOTDIR) return errno;
    }
    path += length + (path[length] == ':');
  }
  return failure;
}

static int join_cgroups(char *const files[]) {
  for (; *files != NULL; files++) {
    int fd = open(*files, O_WRONLY | O_CLOEXEC);
    if (fd < 0) return errno;
    ssize_t written = write(fd, "0", 1);
    int failure = written == 1 ? 0 : errno;
    close(fd);
    if (failure != 0) return failure;
  }
  return 0;
}

static int set_limits(const struct request *request) {
  for (size_t i = 0; i < request->limit_count; i++) {
    struct rlimit limit = {request->limits[i].soft, request->limits[i].hard};
    if (setrlimit((__rlimit_resource_t)request->limits[i].resource, &limit) != 0) return errno;
  }
  return 0;
}

static int set_identity(const struct request *request) {
  if (!(request->flags & WANT_IDENTITY)) return 0;
  gid_t groups[MAX_GROUPS];
  for (size_t i = 0; i < request->group_count; i++) groups[i] = request->groups[i];
  if (setgroups(request->group_count, groups) != 0) return errno;
  if (setresgid(request->gid, request->gid, request->gid) != 0) return errno;
  if (setresuid(request->uid, request->uid, request->uid) != 0) return errno;
  return 0;
}

/* The part of the child until it is another program. Runs between vfork and exec: it shares the parent's memory. */
static int become_command(const struct request *request, const struct rlimit *open_files, volatile uint8_t *stage) {
  int failure;
  *stage = STAGE_SYSTEM;
  if (setsid() < 0) return errno;
  if (request->flags & WANT_TTY && ioctl(SUPERVISOR_IN, TIOCSCTTY, 0) != 0) return errno;
  if (dup2(SUPERVISOR_IN, 0) < 0 || dup2(SUPERVISOR_OUT, 1) < 0 || dup2(SUPERVISOR_ERR, 2) < 0) return errno;
  for (int fd = 3; fd <= SUPERVISOR_ERR; fd++) fcntl(fd, F_SETFD, FD_CLOEXEC);
  *stage = STAGE_CGROUP;
  if ((failure = join_cgroups(request->cgroups)) != 0) return failure;
  *stage = STAGE_LIMIT;
  if (setrlimit(RLIMIT_NOFILE, open_files) != 0) return errno;
  if ((failure = set_limits(request)) != 0) return failure;
  *stage = STAGE_IDENTITY;
  if ((failure = set_identity(request)) != 0) return failure;
  if (request->flags & WANT_NO_NEW_PRIVS && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return errno;
  *stage = STAGE_CWD;
  if (chdir(request->cwd) != 0) return errno;
  *stage = STAGE_EXEC;
  /* Set last: a change of identity clears it. */
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  for (int name = 1; name < 32; name++) signal(name, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  return execute(request->argv, request->env);
}

static void tell(uint8_t kind, uint8_t stage, int32_t value) {
  struct note note = {.kind = kind, .stage = stage, .value = value};
  /* A spawner that is gone is noticed by the next read. */
  ssize_t sent = send(SUPERVISOR_NOTES, &note, sizeof note, MSG_NOSIGNAL);
  (void)sent;
}

static int64_t now_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

struct ending {
  int active;
  int64_t kill_at;
};

/* The polite signal to all; a stopped process takes it once it goes on. */
static void terminate(struct ending *ending, pid_t command, int grace_ms) {
  int64_t kill_at = now_ms() + grace_ms;
  if (ending->active) {
    if (kill_at < ending->kill_at) ending->kill_at = kill_at;
    return;
  }
  ending->active = 1;
  ending->kill_at = kill_at;
  signal_all(command, SIGTERM);
  signal_all(command, SIGCONT);
}

static void close_streams(void) {
  for (int fd = SUPERVISOR_IN; fd <= SUPERVISOR_ERR; fd++) close(fd);
}

/* Until nobody descends from the command any more. */
static void run_command(const struct request *request, const struct rlimit *open_files, const sigset_t *waiting) {
  volatile uint8_t stage = STAGE_NONE;
  volatile int failure = 0;
  pid_t command = vfork();
  if (command == 0) {
    failure = become_command(request, open_files, &stage);
    _exit(127);
  }
  if (command < 0) {
    stage = STAGE_SYSTEM;
    failure = errno;
  }
  close_streams();
  if (failure != 0) {
    while (waitpid(-1, NULL, 0) > 0 || errno == EINTR) continue;
    return tell(NOTE_FAILED, stage, failure);
  }

  struct ending ending = {0, 0};
  int32_t command_status = 0;
  int command_ended = 0, spawner_gone = 0;
  for (;;) {
    int status;
    pid_t reaped;
    int ended_now = 0;
    while ((reaped = waitpid(-1, &status, WNOHANG)) > 0)
      if (reaped == command && !command_ended) {
        command_ended = ended_now = 1;
        command_status = status;
      }
    if (reaped < 0 && errno == ECHILD) return tell(NOTE_GONE, 0, command_status);
    /* Nobody outlives the command. */
    if (ended_now) terminate(&ending, command, DEFAULT_GRACE_MS);
    struct timespec wait = {0, 0}, *timeout = NULL;
    if (ending.active) {
      int64_t left = ending.kill_at - now_ms();
      if (left <= 0) {
        signal_all(command, SIGKILL);
        left = KILL_AGAIN_MS;
      }
      wait.tv_sec = left / 1000;
      wait.tv_nsec = left % 1000 * 1000000;
      timeout = &wait;
    }
    struct pollfd notes = {.fd = spawner_gone ? -1 : SUPERVISOR_NOTES, .events = POLLIN};
    if (ppoll(&notes, 1, timeout, waiting) <= 0 || notes.revents == 0) continue;
    struct note note;
    ssize_t got = recv(SUPERVISOR_NOTES, &note, sizeof note, MSG_DONTWAIT);
    if (got == sizeof note && note.kind == NOTE_SIGNAL) {
      if (!command_ended) kill(-command, note.value);
    } else if (got == sizeof note && note.kind == NOTE_TERMINATE) {
      terminate(&ending, command, note.value);
    } else if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR)) {
      spawner_gone = 1;
      terminate(&ending, command, DEFAULT_GRACE_MS);
    }
  }
}

union descriptors {
  char bytes[CMSG_SPACE(3 * sizeof(int))];
  struct cmsghdr aligned;
};

int send_request(int notes, uint8_t *bytes, size_t length, const int ends[3]) {
  union descriptors passed = {0};
  struct iovec part = {bytes, length};
  struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = &passed, .msg_controllen = sizeof passed};
  struct cmsghdr *head = CMSG_FIRSTHDR(&message);
  *head = (struct cmsghdr){.cmsg_len = CMSG_LEN(3 * sizeof(int)), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS};
  memcpy(CMSG_DATA(head), ends, 3 * sizeof(int));
  return sendmsg(notes, &message, MSG_NOSIGNAL) == (ssize_t)length ? 0 : -1;
}

/* Waits for the next request. Orders for the command before may still come; they have no descriptors. */
static void next_request(struct request *request) {
  static uint8_t bytes[MAX_HANDED];
  for (;;) {
    union descriptors passed;
    struct iovec part = {bytes, sizeof bytes};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = &passed, .msg_controllen = sizeof passed};
    ssize_t got = recvmsg(SUPERVISOR_NOTES, &message, MSG_CMSG_CLOEXEC);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) _exit(0);
    struct cmsghdr *head = CMSG_FIRSTHDR(&message);
    if (head == NULL) continue;
    /* The lowest free numbers are those of the streams before, in their order. */
    int ends[3];
    memcpy(ends, CMSG_DATA(head), sizeof ends);
    if (head->cmsg_len != CMSG_LEN(sizeof ends) || ends[0] != SUPERVISOR_IN || ends[2] != SUPERVISOR_ERR) _exit(1);
    if (read_request(bytes, (size_t)got, request) != 0) _exit(1);
    return;
  }
}

void supervise(struct request *request, const struct rlimit *open_files) {
  prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
  prctl(PR_SET_NAME, "postern-exec", 0, 0, 0);
  sigset_t child_signal, waiting;
  sigemptyset(&child_signal);
  sigaddset(&child_signal, SIGCHLD);
  sigprocmask(SIG_BLOCK, &child_signal, &waiting);
  sigdelset(&waiting, SIGCHLD);
  struct sigaction action = {.sa_handler = on_child};
  sigaction(SIGCHLD, &action, NULL);
  for (;; next_request(request)) run_command(request, open_files, &waiting);
}
