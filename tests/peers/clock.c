/* Stands in for the system's clock of the day: every 200 ms that one is set, an hour on, a day back or
   twenty years on. The clock that measures durations goes on as it is. For LD_PRELOAD. */
#define _GNU_SOURCE
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int clock_gettime(clockid_t clock, struct timespec *time)
{
    static const long jumps[] = {3600, -86400, 20 * 365 * 86400L};
    int failed = syscall(SYS_clock_gettime, clock, time);
    if (!failed && clock == CLOCK_REALTIME) {
        struct timespec since_boot;
        syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &since_boot);
        long turn = since_boot.tv_sec * 5 + since_boot.tv_nsec / 200000000;
        time->tv_sec += jumps[turn % 3];
    }
    return failed;
}
