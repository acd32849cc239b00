/*
 * backend PORT PORT SECONDS
 *
 * Two HTTP backends on 127.0.0.1 in one thread, made to cost next to nothing,
 * so that what stands in front of them is what gets measured.
 *
 *   GET /    answers with 100 bytes
 *   GET /N   answers with N bytes
 *
 * Keep-alive, unless the request says "Connection: close". One request at a
 * time: whatever follows a request in the same packet is ignored. Ends on
 * SIGTERM, and by itself after SECONDS.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MAX_FD = 32768, HEAD = 1024, BLOCK = 256 * 1024 };

static struct client {
    long owed;              /* body bytes that still have to go out */
    int used;               /* bytes of the request seen so far */
    bool waiting;           /* for room in the socket: EPOLLOUT is set */
    bool last;              /* close when everything is out */
    char head[HEAD];
} clients[MAX_FD];

static char block[BLOCK];
static int epoll;

static void watch(int fd, int operation, unsigned events)
{
    struct epoll_event e = { .events = events, .data.fd = fd };
    if (epoll_ctl(epoll, operation, fd, &e)) { perror("epoll_ctl"); exit(1); }
}

static int listen_on(int port)
{
    int on = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    struct sockaddr_in here = { AF_INET, htons(port), { htonl(INADDR_LOOPBACK) }, { 0 } };
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(fd, (struct sockaddr *) &here, sizeof here) || listen(fd, 4096)) { perror("listen"); exit(1); }
    watch(fd, EPOLL_CTL_ADD, EPOLLIN);
    return fd;
}

static void welcome(int listener)
{
    int on = 1, fd;
    while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
        if (fd >= MAX_FD) { close(fd); continue; }
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        clients[fd] = (struct client) { 0 };
        watch(fd, EPOLL_CTL_ADD, EPOLLIN);
    }
}

/* Sends as much of the body as the socket takes, then waits for more room or the next request. */
static void pay(int fd, struct client *c)
{
    while (c->owed) {
        ssize_t n = send(fd, block, c->owed < BLOCK ? c->owed : BLOCK, MSG_NOSIGNAL);
        if (n < 0 && errno == EAGAIN) {
            if (!c->waiting) watch(fd, EPOLL_CTL_MOD, EPOLLOUT);
            c->waiting = true;
            return;
        }
        if (n < 0) { close(fd); return; }
        c->owed -= n;
    }
    if (c->last) { close(fd); return; }
    if (c->waiting) watch(fd, EPOLL_CTL_MOD, EPOLLIN);
    c->waiting = false;
}

static void answer(int fd, struct client *c)
{
    char out[HEAD];
    long wanted = strncmp(c->head, "GET /", 5) ? 0 : atol(c->head + 5);
    long size = wanted ? wanted : 100;
    c->used = 0;
    c->last = strcasestr(c->head, "\r\nConnection: close\r\n") != NULL;
    int n = sprintf(out, "HTTP/1.1 200 OK\r\nContent-Length: %ld\r\n%s\r\n", size,
                    c->last ? "Connection: close\r\n" : "");
    if (!wanted) {                              /* the small answer leaves in one piece */
        memcpy(out + n, block, size);
        n += size;
    }
    if (send(fd, out, n, MSG_NOSIGNAL | (wanted ? MSG_MORE : 0)) != n) { close(fd); return; }
    c->owed = wanted;
    pay(fd, c);
}

static void hear(int fd, struct client *c)
{
    ssize_t n = recv(fd, c->head + c->used, HEAD - 1 - c->used, 0);
    if (n < 0 && errno == EAGAIN) return;
    if (n <= 0) { close(fd); return; }          /* gone, or a head too long for us (n = 0) */
    c->used += n;
    c->head[c->used] = 0;
    if (strstr(c->head, "\r\n\r\n")) answer(fd, c);
}

int main(int argc, char **argv)
{
    if (argc != 4) { fputs("usage: backend PORT PORT SECONDS\n", stderr); return 2; }
    alarm(atoi(argv[3]));                       /* nobody handles SIGALRM or SIGTERM: both end us */
    memset(block, 'm', sizeof block);
    epoll = epoll_create1(0);
    int one = listen_on(atoi(argv[1])), two = listen_on(atoi(argv[2]));
    struct epoll_event events[256];
    for (;;) {
        int n = epoll_wait(epoll, events, 256, -1);
        for (int i = 0; i < n; i++) {
            int fd = events[i].data.fd;
            if (fd == one || fd == two) welcome(fd);
            else if (clients[fd].owed) pay(fd, &clients[fd]);
            else hear(fd, &clients[fd]);
        }
    }
}
