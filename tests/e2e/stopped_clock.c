// Preloaded into a database server: its clock shows what the first eight bytes of the file HELPDESK_CLOCK, a
// signed number, say. 0 is the right time, N > 0 a clock that stands still at the second N, and N < 0 one
// that was set back by -N seconds. The file is mapped once, so that no look at the clock can fail.
#include <fcntl.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static _Atomic int64_t* shown;

__attribute__((constructor)) static void map_clock(void) {
    const int file = open(getenv("HELPDESK_CLOCK"), O_RDONLY | O_CLOEXEC);
    void* const mapped = mmap(NULL, sizeof(*shown), PROT_READ, MAP_SHARED, file, 0);
    if (file < 0 || mapped == MAP_FAILED)
        abort();
    close(file);
    shown = mapped;
}

int clock_gettime(clockid_t clock, struct timespec* time) {
    const long result = syscall(SYS_clock_gettime, clock, time);
    // Other libraries are loaded before this one has mapped its file.
    const int64_t says = shown == NULL ? 0 : atomic_load(shown);
    if (clock != CLOCK_REALTIME && clock != CLOCK_REALTIME_COARSE)
        return (int)result;
    if (says > 0)
        *time = (struct timespec){says, 0};
    else
        time->tv_sec += says;
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
