/* Stands in for the system's way to send: a datagram of more than 9,216 bytes is refused, as macOS does
   unless it is told otherwise (net.inet.udp.maxdgram). For LD_PRELOAD. */
#define _GNU_SOURCE
#include <errno.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

static const size_t largest = 9216;

static int is_refused(int socket, size_t length)
{
    int type;
    socklen_t size = sizeof type;
    return length > largest && !getsockopt(socket, SOL_SOCKET, SO_TYPE, &type, &size) && type == SOCK_DGRAM;
}

ssize_t sendto(int socket, const void *data, size_t length, int flags, const struct sockaddr *to, socklen_t size)
{
    if (is_refused(socket, length)) {
        errno = EMSGSIZE;
        return -1;
    }
    return syscall(SYS_sendto, socket, data, length, flags, to, size);
}

ssize_t send(int socket, const void *data, size_t length, int flags)
{
    return sendto(socket, data, length, flags, NULL, 0);
}
