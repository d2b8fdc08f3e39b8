/*
 * postern-spawner: starts commands for one client, over one socket (descriptor 3), and carries their streams under
 * credit. The client is the agent; when its end of the socket closes, every command is ended. The protocol is
 * docs/exec-protocol.md, "The spawner". Nothing here knows tokens: what it is asked to run is already allowed.
 */
#define _GNU_SOURCE
#include "supervise.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

enum { CONTROL = 3, MAX_EXECS = 4096, HEAD = 9, MAX_MESSAGE = 1 << 20, WINDOW = 256 * 1024 };
/* With its head as long as what the agent reads at once. */
enum { FRAME = 64 * 1024 - HEAD };
enum { PROTOCOL_VERSION = 1 };
/* Supervisors that wait for another command: how many, and how long when nothing happens. */
enum { MAX_IDLE = 32, IDLE_MS = 1000 };
/* Kinds of messages: below 16 from the client. */
enum { DO_START = 1, DO_STDIN = 2, DO_CLOSE_STDIN = 3, DO_RESIZE = 4, DO_SIGNAL = 5, DO_TERMINATE = 6, DO_CREDIT = 7 };
enum { SAY_STDOUT = 16, SAY_STDERR = 17, SAY_ENDED = 18, SAY_CREDIT = 19, SAY_HELLO = 20 };
enum { HOW_EXITED = 0, HOW_SIGNALED = 1, HOW_FAILED = 2, HOW_LOST = 3 };
enum { NOTES = 0, IN = 1, OUT = 2, ERR = 3, CHANNELS = 4 };

struct exec {
  int used, tty, failed, gone, close_in;
  int fds[CHANNELS];
  int polled[CHANNELS];
  uint32_t credit[CHANNELS];
  uint8_t *in; /* stdin that the command has not taken, at most WINDOW */
  size_t in_at, in_length;
  uint8_t stage;
  int32_t value;
  pid_t supervisor;
};

static struct exec execs[MAX_EXECS];
static struct idle {
  pid_t pid;
  int notes;
} idle[MAX_IDLE];
static int idle_count;
static int epoll_fd, null_fd;
static uint8_t input[MAX_MESSAGE + 4], output[512 * 1024];
static size_t input_length, output_length;
static struct rlimit open_files;
static struct request request;

static void put32(uint8_t *to, uint32_t value) {
  for (int i = 3; i >= 0; i--, value >>= 8) to[i] = (uint8_t)value;
}

static uint32_t get32(const uint8_t *from) {
  return (uint32_t)from[0] << 24 | (uint32_t)from[1] << 16 | (uint32_t)from[2] << 8 | from[3];
}

static void kill_stray(int pid, int value) { kill(pid, value); }

/* Ends the spawner; supervisors notice and end their commands. */
static void __attribute__((noreturn)) stop(int code, const char *why) {
  if (why != NULL) fprintf(stderr, "postern-spawner: %s\n", why);
  exit(code);
}

static void flush_output(void) {
  size_t at = 0;
  while (at < output_length) {
    ssize_t sent = send(CONTROL, output + at, output_length - at, MSG_NOSIGNAL);
    if (sent > 0) at += (size_t)sent;
    else if (errno == EAGAIN) {
      struct pollfd writable = {.fd = CONTROL, .events = POLLOUT};
      poll(&writable, 1, -1);
    } else if (errno != EINTR) stop(0, NULL);
  }
  output_length = 0;
}

/* Room for one message with `length` bytes of payload; the caller fills the payload and calls `said`. */
static uint8_t *say(size_t length) {
  if (output_length + HEAD + length > sizeof output) flush_output();
  return output + output_length + HEAD;
}

static void said(uint8_t kind, uint32_t id, size_t length) {
  uint8_t *head = output + output_length;
  put32(head, (uint32_t)(length + HEAD - 4));
  head[4] = kind;
  put32(head + 5, id);
  output_length += HEAD + length;
}

static void say_number(uint8_t kind, uint32_t id, uint32_t value) {
  put32(say(4), value);
  said(kind, id, 4);
}

static uint32_t id_of(const struct exec *exec) { return (uint32_t)(exec - execs); }

static void watch(struct exec *exec, int channel, uint32_t events) {
  int wanted = events != 0;
  if (exec->fds[channel] < 0 || exec->polled[channel] == wanted) return;
  struct epoll_event event = {.events = events, .data.u64 = (uint64_t)id_of(exec) << 2 | (uint64_t)channel};
  epoll_ctl(epoll_fd, wanted ? EPOLL_CTL_ADD : EPOLL_CTL_DEL, exec->fds[channel], &event);
  exec->polled[channel] = wanted;
}

static void close_channel(struct exec *exec, int channel) {
  if (exec->fds[channel] < 0) return;
  watch(exec, channel, 0);
  close(exec->fds[channel]);
  exec->fds[channel] = -1;
}

/* Says how a command ended once its output is with the client; the slot is free then. */
static void finish_if_done(struct exec *exec) {
  if (!exec->used || !exec->gone || exec->fds[OUT] >= 0 || exec->fds[ERR] >= 0) return;
  close_channel(exec, IN);
  close_channel(exec, NOTES);
  uint8_t *payload = say(6);
  int32_t status = exec->value;
  payload[0] = exec->failed ? (exec->stage == STAGE_NONE ? HOW_LOST : HOW_FAILED)
                            : WIFSIGNALED(status) ? HOW_SIGNALED : HOW_EXITED;
  payload[1] = exec->stage;
  put32(payload + 2, (uint32_t)(exec->failed ? status : WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status)));
  said(SAY_ENDED, id_of(exec), 6);
  free(exec->in);
  exec->in = NULL;
  exec->used = 0;
}

static void read_output(struct exec *exec, int channel) {
  while (exec->fds[channel] >= 0 && exec->credit[channel] > 0) {
    size_t room = exec->credit[channel] < FRAME ? exec->credit[channel] : FRAME;
    uint8_t *payload = say(room);
    ssize_t got = read(exec->fds[channel], payload, room);
    if (got > 0) {
      said(channel == OUT ? SAY_STDOUT : SAY_STDERR, id_of(exec), (size_t)got);
      exec->credit[channel] -= (uint32_t)got;
      /* One frame at a time, so that a loud command does not starve the others; the rest when all are gone. */
      if (!exec->gone) break;
    } else if (got < 0 && errno == EINTR) continue;
    /* Nobody of the command is left: what is still open belongs to a stranger who was handed the pipe. */
    else if (got < 0 && errno == EAGAIN && !exec->gone) break;
    else close_channel(exec, channel);
  }
  watch(exec, channel, exec->credit[channel] > 0 ? EPOLLIN : 0);
  finish_if_done(exec);
}

static void write_stdin(struct exec *exec) {
  size_t taken = 0;
  while (exec->fds[IN] >= 0 && exec->in_length > 0) {
    ssize_t written = write(exec->fds[IN], exec->in + exec->in_at, exec->in_length);
    if (written > 0) {
      exec->in_at += (size_t)written;
      exec->in_length -= (size_t)written;
      taken += (size_t)written;
    } else if (written < 0 && errno == EINTR) continue;
    else if (written < 0 && errno == EAGAIN) break;
    else close_channel(exec, IN);
  }
  /* The command reads no more: the rest counts as taken, so that its writer is not left waiting. */
  if (exec->fds[IN] < 0) {
    taken += exec->in_length;
    exec->in_length = 0;
  }
  if (taken > 0) say_number(SAY_CREDIT, id_of(exec), (uint32_t)taken);
  if (exec->in_length == 0) {
    exec->in_at = 0;
    if (exec->close_in && exec->fds[IN] >= 0) {
      struct termios mode;
      if (!exec->tty) close_channel(exec, IN);
      else if (tcgetattr(exec->fds[IN], &mode) == 0) {
        /* A terminal has no half-close: its end-of-file character says it. */
        uint8_t end = mode.c_cc[VEOF];
        ssize_t written = write(exec->fds[IN], &end, 1);
        (void)written;
      }
      exec->close_in = 0;
    }
  }
  watch(exec, IN, exec->in_length > 0 ? EPOLLOUT : 0);
}

static void take_stdin(struct exec *exec, const uint8_t *bytes, size_t length) {
  if (exec->in == NULL) exec->in = malloc(WINDOW);
  if (exec->in == NULL || exec->in_length + length > WINDOW) stop(70, "more stdin than credit");
  memmove(exec->in, exec->in + exec->in_at, exec->in_length);
  exec->in_at = 0;
  memcpy(exec->in + exec->in_length, bytes, length);
  exec->in_length += length;
  write_stdin(exec);
}

static void note_to(struct exec *exec, uint8_t kind, int32_t value) {
  struct note note = {.kind = kind, .value = value};
  ssize_t sent = send(exec->fds[NOTES], &note, sizeof note, MSG_NOSIGNAL | MSG_DONTWAIT);
  (void)sent;
}

static void hear_supervisor(struct exec *exec) {
  struct note note;
  ssize_t got = recv(exec->fds[NOTES], &note, sizeof note, MSG_DONTWAIT);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (got == sizeof note) {
    exec->failed = note.kind != NOTE_GONE;
    exec->stage = note.stage;
    exec->value = note.value;
  } else exec->failed = 1;
  exec->gone = 1;
  if (got == sizeof note && idle_count < MAX_IDLE) {
    watch(exec, NOTES, 0);
    idle[idle_count++] = (struct idle){exec->supervisor, exec->fds[NOTES]};
    exec->fds[NOTES] = -1;
  } else close_channel(exec, NOTES);
  exec->supervisor = 0;
  read_output(exec, OUT);
  if (exec->used) read_output(exec, ERR);
}

static int open_terminal(struct exec *exec, int ends[3]) {
  int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
  if (master < 0 || grantpt(master) != 0 || unlockpt(master) != 0) {
    if (master >= 0) close(master);
    return -1;
  }
  exec->fds[OUT] = master;
  struct winsize size = {.ws_col = request.cols, .ws_row = request.rows};
  ioctl(master, TIOCSWINSZ, &size);
  int slave = open(ptsname(master), O_RDWR | O_NOCTTY | O_CLOEXEC);
  exec->fds[IN] = slave < 0 ? -1 : fcntl(master, F_DUPFD_CLOEXEC, 0);
  if (exec->fds[IN] < 0) return -1;
  ends[0] = slave;
  ends[1] = fcntl(slave, F_DUPFD_CLOEXEC, 0);
  ends[2] = fcntl(slave, F_DUPFD_CLOEXEC, 0);
  return ends[1] < 0 || ends[2] < 0 ? -1 : 0;
}

static int open_pipes(struct exec *exec, int ends[3]) {
  int pair[2];
  for (int channel = OUT; channel <= ERR; channel++) {
    if (pipe2(pair, O_CLOEXEC) != 0) return -1;
    fcntl(pair[0], F_SETFL, O_NONBLOCK);
    exec->fds[channel] = pair[0];
    ends[channel - IN] = pair[1];
  }
  if (request.flags & WANT_STDIN) {
    if (pipe2(pair, O_CLOEXEC) != 0) return -1;
    fcntl(pair[1], F_SETFL, O_NONBLOCK);
    exec->fds[IN] = pair[1];
    ends[0] = pair[0];
  } else ends[0] = fcntl(null_fd, F_DUPFD_CLOEXEC, 0);
  return ends[0] < 0 ? -1 : 0;
}

/* Gives the command to a supervisor that waits for one. -1 when there is none, or the request is too long for it. */
static int hand_over(struct exec *exec, uint8_t *bytes, size_t length, int ends[3]) {
  while (length <= MAX_HANDED && idle_count > 0) {
    struct idle one = idle[--idle_count];
    if (send_request(one.notes, bytes, length, ends) == 0) {
      exec->supervisor = one.pid;
      exec->fds[NOTES] = one.notes;
      return 0;
    }
    close(one.notes);
  }
  return -1;
}

static void dismiss_idle(void) {
  while (idle_count > 0) close(idle[--idle_count].notes);
}

/* In the new supervisor: puts its descriptors where it looks for them and closes every other one. */
static void __attribute__((noreturn)) be_supervisor(int notes, const int ends[3]) {
  int from[4] = {notes, ends[0], ends[1], ends[2]};
  for (int i = 0; i < 4; i++) from[i] = fcntl(from[i], F_DUPFD_CLOEXEC, SUPERVISOR_ERR + 1);
  for (int i = 0; i < 4; i++)
    if (from[i] < 0 || dup3(from[i], SUPERVISOR_NOTES + i, O_CLOEXEC) < 0) _exit(1);
  if (syscall(SYS_close_range, SUPERVISOR_ERR + 1, ~0U, 0) != 0)
    for (int fd = SUPERVISOR_ERR + 1; fd < (int)sysconf(_SC_OPEN_MAX); fd++) close(fd);
  supervise(&request, &open_files);
}

static void fail_start(struct exec *exec, int failure) {
  close_channel(exec, OUT);
  close_channel(exec, ERR);
  exec->failed = exec->gone = 1;
  exec->stage = STAGE_SYSTEM;
  exec->value = failure;
  finish_if_done(exec);
}

static void start(uint32_t id, uint8_t *payload, size_t length) {
  struct exec *exec = &execs[id];
  if (exec->used || read_request(payload, length, &request) != 0) stop(70, "a start that cannot be read");
  memset(exec, 0, sizeof *exec);
  exec->used = 1;
  exec->tty = (request.flags & WANT_TTY) != 0;
  for (int channel = 0; channel < CHANNELS; channel++) exec->fds[channel] = -1;
  exec->credit[OUT] = exec->credit[ERR] = WINDOW;
  int ends[3] = {-1, -1, -1}, notes[2] = {-1, -1};
  int ready = exec->tty ? open_terminal(exec, ends) : open_pipes(exec, ends);
  int failure = 0;
  if (ready == 0 && hand_over(exec, payload, length, ends) != 0) {
    ready = socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, notes);
    exec->fds[NOTES] = notes[0];
    exec->supervisor = ready == 0 ? fork() : -1;
    failure = errno;
    if (exec->supervisor == 0) be_supervisor(notes[1], ends);
    if (exec->supervisor < 0) ready = -1;
  } else if (ready != 0) failure = errno;
  for (int i = 0; i < 3; i++)
    if (ends[i] >= 0) close(ends[i]);
  if (notes[1] >= 0) close(notes[1]);
  if (ready != 0) return fail_start(exec, failure);
  watch(exec, NOTES, EPOLLIN);
  watch(exec, OUT, EPOLLIN);
  watch(exec, ERR, EPOLLIN);
}

static void receive(uint8_t kind, uint32_t id, uint8_t *payload, size_t length) {
  if (id >= MAX_EXECS) stop(70, "an id out of range");
  if (kind == DO_START) return start(id, payload, length);
  struct exec *exec = &execs[id];
  /* A command that has just ended may still be spoken of. */
  if (!exec->used) return;
  switch (kind) {
    case DO_STDIN:
      return take_stdin(exec, payload, length);
    case DO_CLOSE_STDIN:
      exec->close_in = 1;
      return write_stdin(exec);
    case DO_RESIZE:
      if (length != 4) stop(70, "a resize that cannot be read");
      if (exec->tty && exec->fds[OUT] >= 0) {
        struct winsize size = {.ws_col = (unsigned short)(payload[0] << 8 | payload[1]),
                               .ws_row = (unsigned short)(payload[2] << 8 | payload[3])};
        ioctl(exec->fds[OUT], TIOCSWINSZ, &size);
      }
      return;
    case DO_SIGNAL:
      if (length != 1 || payload[0] == 0 || payload[0] > 64) stop(70, "a signal that cannot be read");
      return note_to(exec, NOTE_SIGNAL, payload[0]);
    case DO_TERMINATE:
      if (length != 4 || get32(payload) > INT32_MAX) stop(70, "an order to end that cannot be read");
      return note_to(exec, NOTE_TERMINATE, (int32_t)get32(payload));
    case DO_CREDIT: {
      int channel = length == 5 && payload[0] == SAY_STDOUT ? OUT : length == 5 && payload[0] == SAY_STDERR ? ERR : 0;
      uint32_t bytes = channel == 0 ? 0 : get32(payload + 1);
      if (channel == 0 || bytes > WINDOW || exec->credit[channel] + bytes > WINDOW) stop(70, "a credit that cannot be");
      exec->credit[channel] += bytes;
      if (exec->gone) return read_output(exec, channel);
      return watch(exec, channel, EPOLLIN);
    }
    default:
      stop(70, "a message of an unknown kind");
  }
}

static void hear_client(void) {
  ssize_t got = recv(CONTROL, input + input_length, sizeof input - input_length, MSG_DONTWAIT);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (got <= 0) stop(0, NULL);
  input_length += (size_t)got;
  size_t at = 0;
  while (input_length - at >= HEAD) {
    uint32_t length = get32(input + at);
    if (length < HEAD - 4 || length > MAX_MESSAGE) stop(70, "a message of an impossible length");
    if (input_length - at < length + 4) break;
    receive(input[at + 4], get32(input + at + 5), input + at + HEAD, length + 4 - HEAD);
    at += length + 4;
  }
  memmove(input, input + at, input_length - at);
  input_length -= at;
}

/* Supervisors end by themselves. Whoever else became ours lost its supervisor and is ended. */
static void reap(void) {
  int lost = 0, status;
  while (waitpid(-1, &status, WNOHANG) > 0) lost |= status != 0;
  if (!lost) return;
  char list[64];
  snprintf(list, sizeof list, "/proc/self/task/%d/children", getpid());
  FILE *children = fopen(list, "re");
  int pid;
  while (children != NULL && fscanf(children, "%d", &pid) == 1) {
    int known = 0;
    for (int i = 0; i < idle_count && !known; i++) known = idle[i].pid == pid;
    for (int id = 0; id < MAX_EXECS && !known; id++) known = execs[id].used && execs[id].supervisor == pid;
    if (known) continue;
    for_each_descendant(pid, 0, kill_stray, SIGKILL);
    kill(pid, SIGKILL);
  }
  if (children != NULL) fclose(children);
}

static volatile sig_atomic_t child_ended;
static void on_child(int signal) {
  (void)signal;
  child_ended = 1;
}

int main(void) {
  signal(SIGPIPE, SIG_IGN);
  for (int name = SIGHUP; name <= SIGTERM; name++)
    if (name == SIGHUP || name == SIGINT || name == SIGTERM) signal(name, SIG_IGN);
  sigset_t child_signal, waiting;
  sigemptyset(&child_signal);
  sigaddset(&child_signal, SIGCHLD);
  sigprocmask(SIG_BLOCK, &child_signal, &waiting);
  sigdelset(&waiting, SIGCHLD);
  struct sigaction action = {.sa_handler = on_child};
  sigaction(SIGCHLD, &action, NULL);
  prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
  getrlimit(RLIMIT_NOFILE, &open_files);
  struct rlimit most = {open_files.rlim_max, open_files.rlim_max};
  setrlimit(RLIMIT_NOFILE, &most);
  fcntl(CONTROL, F_SETFD, FD_CLOEXEC);
  null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
  epoll_fd = epoll_create1(EPOLL_CLOEXEC);
  struct epoll_event control = {.events = EPOLLIN, .data.u64 = UINT64_MAX};
  if (null_fd < 0 || epoll_ctl(epoll_fd, EPOLL_CTL_ADD, CONTROL, &control) != 0) stop(71, "descriptor 3 is no socket");
  say_number(SAY_HELLO, 0, PROTOCOL_VERSION);
  for (;;) {
    flush_output();
    struct epoll_event events[64];
    int count = epoll_pwait(epoll_fd, events, 64, idle_count > 0 ? IDLE_MS : -1, &waiting);
    if (count == 0) dismiss_idle();
    for (int i = 0; i < count; i++) {
      if (events[i].data.u64 == UINT64_MAX) {
        hear_client();
        continue;
      }
      struct exec *exec = &execs[events[i].data.u64 >> 2];
      int channel = (int)(events[i].data.u64 & 3);
      /* An earlier event of this batch may have closed it. */
      if (!exec->used || exec->fds[channel] < 0 || !exec->polled[channel]) continue;
      if (channel == NOTES) hear_supervisor(exec);
      else if (channel == IN) write_stdin(exec);
      else read_output(exec, channel);
    }
    if (child_ended) {
      child_ended = 0;
      reap();
    }
  }
}
