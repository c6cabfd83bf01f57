// Preloaded into a database server: its clock shows what the file HELPDESK_CLOCK says. `+N` is N seconds
// beside the right time, `=N` a clock that stands still at the second N.
#include <fcntl.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

int clock_gettime(clockid_t clock, struct timespec* time) {
    const long result = syscall(SYS_clock_gettime, clock, time);
    char text[32] = "";
    const int shown = clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE;
    int file = shown ? open(getenv("HELPDESK_CLOCK"), O_RDONLY | O_CLOEXEC) : -1;
    if (file < 0)
        return (int)result;
    if (read(file, text, sizeof(text) - 1) > 0) {
        if (text[0] == '=')
            *time = (struct timespec){atol(text + 1), 0};
        else
            time->tv_sec += atol(text + 1);
    }
    close(file);
    return (int)result;
}

int gettimeofday(struct timeval* restrict time, void* restrict zone) {
    (void)zone;
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    time->tv_sec = now.tv_sec;
    time->tv_usec = now.tv_nsec / 1000;
    return 0;
}
