/*
 * client fetch PORT STREAMS SECONDS     read large answers, as fast as they come
 * client hold  PORT COUNT   SECONDS     open connections, use each once, keep them
 * client stall PORT COUNT   SECONDS     open connections, ask for 8 MB on each, read nothing
 * client ask   PORT COUNT   TIMES       COUNT kept-alive connections, TIMES requests on each
 * client short PORT COUNT   TIMES       COUNT connections at once, one request each; TIMES over
 *
 * "fetch" prints the bytes it read and the seconds that took. It lets the
 * kernel throw the bytes away instead of copying them (MSG_TRUNC). "hold" prints
 * "held N" when all are open and "open N" when it is stopped with SIGTERM; so does
 * "stall", once answers have begun, with receive buffers that are small, lest the
 * kernel's memory for TCP runs out.
 * Gives up on an answer that takes 10 s.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { MAX_STREAMS = 64, BODY = 256 << 20, STALLED = 8000000, PIECE = 1 << 20 };

static int port, receive;                       /* receive: size of the buffer, 0 for the kernel's choice */
static char sink[PIECE];

static void fail(const char *what)
{
    fprintf(stderr, "client: %s: %s\n", what, errno ? strerror(errno) : "closed early");
    exit(1);
}

static double clock_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec * 1e-9;
}

static int dial(void)
{
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in there = { AF_INET, htons(port), { htonl(INADDR_LOOPBACK) }, { 0 } };
    struct timeval patience = { 10, 0 };
    if (fd >= 0 && receive) setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &receive, sizeof receive);
    if (fd < 0 || connect(fd, (struct sockaddr *) &there, sizeof there)) fail("connect");
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    return fd;
}

/* Asks for size bytes (0: the small answer). */
static void request(int fd, int size, const char *header)
{
    char text[200];
    int n = size ? sprintf(text, "GET /%d HTTP/1.1\r\nHost: bench\r\n%s\r\n", size, header)
                 : sprintf(text, "GET / HTTP/1.1\r\nHost: bench\r\n%s\r\n", header);
    if (send(fd, text, n, MSG_NOSIGNAL) != n) fail("send");
}

/* Bytes of the answer's head, which is left unread; 0 when it is not complete yet. */
static int head_length(int fd)
{
    ssize_t n = recv(fd, sink, 1024, MSG_PEEK);
    if (n <= 0) fail("answer");
    char *end = memmem(sink, n, "\r\n\r\n", 4);
    return end ? end + 4 - sink : 0;
}

/* The small answer: its head and 100 bytes. */
static void small_answer(int fd)
{
    int head;
    while (!(head = head_length(fd))) usleep(100);
    if (recv(fd, sink, head + 100, MSG_WAITALL) != head + 100) fail("answer");
}

static void fetch(int streams, int seconds)
{
    struct pollfd polled[MAX_STREAMS];
    long left[MAX_STREAMS], total = 0;          /* left: 0 means that the head comes first */
    int busy = streams;
    if (streams < 1 || streams > MAX_STREAMS) exit(2);
    alarm(seconds + 60);
    double begin = clock_now();
    for (int i = 0; i < streams; i++) {
        polled[i] = (struct pollfd) { dial(), POLLIN, 0 };
        left[i] = 0;
        request(polled[i].fd, BODY, "");
    }
    while (busy) {
        if (poll(polled, streams, 10000) <= 0) fail("stalled");
        for (int i = 0; i < streams; i++) {
            int fd = polled[i].fd;
            if (fd < 0 || !polled[i].revents) continue;
            if (!left[i]) {
                int head = head_length(fd);
                if (!head) continue;
                left[i] = head + (long) BODY;
            }
            errno = 0;
            ssize_t n = recv(fd, sink, left[i] < PIECE ? left[i] : PIECE, MSG_TRUNC | MSG_DONTWAIT);
            if (n <= 0) fail("answer");
            total += n;
            left[i] -= n;
            if (left[i]) continue;
            if (clock_now() - begin < seconds) {
                request(fd, BODY, "");
            } else {
                close(fd);
                polled[i].fd = -1;
                busy--;
            }
        }
    }
    printf("%ld %.6f\n", total, clock_now() - begin);
}

static void hold(int count, int seconds, int stall)
{
    int *fds = calloc(count, sizeof *fds), open = 0;
    struct pollfd state = { 0 };
    sigset_t ends;
    sigemptyset(&ends);
    sigaddset(&ends, SIGTERM);
    sigprocmask(SIG_BLOCK, &ends, NULL);
    receive = stall ? 16384 : 0;
    for (int i = 0; i < count; i++) {
        fds[i] = dial();
        request(fds[i], stall ? STALLED : 0, "");
        if (!stall) small_answer(fds[i]);
    }
    for (int i = 0; stall && i < count; i++) {
        state = (struct pollfd) { fds[i], POLLIN, 0 };
        if (poll(&state, 1, 10000) != 1) fail("answer");
    }
    printf("held %d\n", count);
    fflush(stdout);
    sigtimedwait(&ends, NULL, &(struct timespec) { seconds, 0 });
    for (int i = 0; i < count; i++) {
        state = (struct pollfd) { fds[i], POLLRDHUP, 0 };
        open += poll(&state, 1, 0) == 0;
    }
    printf("open %d\n", open);
}

static void ask(int count, int times)
{
    int *fds = calloc(count, sizeof *fds);
    for (int i = 0; i < count; i++) fds[i] = dial();
    while (times--) {
        for (int i = 0; i < count; i++) request(fds[i], 0, "");
        for (int i = 0; i < count; i++) small_answer(fds[i]);
    }
}

static void brief(int count, int times)
{
    int *fds = calloc(count, sizeof *fds);
    while (times--) {
        for (int i = 0; i < count; i++) request(fds[i] = dial(), 0, "Connection: close\r\n");
        for (int i = 0; i < count; i++) {
            small_answer(fds[i]);
            if (recv(fds[i], sink, 1, 0)) fail("end of answer");
            close(fds[i]);
        }
    }
}

int main(int argc, char **argv)
{
    if (argc != 5) { fputs("usage: client fetch|hold|stall|ask|short PORT NUMBER NUMBER\n", stderr); return 2; }
    port = atoi(argv[2]);
    int a = atoi(argv[3]), b = atoi(argv[4]);
    if (!strcmp(argv[1], "fetch")) fetch(a, b);
    else if (!strcmp(argv[1], "hold")) hold(a, b, 0);
    else if (!strcmp(argv[1], "stall")) hold(a, b, 1);
    else if (!strcmp(argv[1], "ask")) ask(a, b);
    else if (!strcmp(argv[1], "short")) brief(a, b);
    else return 2;
    return 0;
}
