// Preloaded into nginx: one allocation of an event loop fails. The first eight bytes of the file
// HELPDESK_ALLOCATION, a signed number, say which: N > 0 is the N-th from now on, and the number falls to 0 with
// it. The file is mapped once, and all processes share it. Threads other than a process's first get their
// memory.
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

void* __libc_malloc(size_t size);
void* __libc_calloc(size_t count, size_t size);
void* __libc_realloc(void* old, size_t size);
void* __libc_memalign(size_t alignment, size_t size);

static _Atomic int64_t* left;

__attribute__((constructor)) static void map_number(void) {
    const int file = open(getenv("HELPDESK_ALLOCATION"), O_RDWR | O_CLOEXEC);
    void* const mapped = mmap(NULL, sizeof(*left), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (file < 0 || mapped == MAP_FAILED)
        abort();
    close(file);
    left = mapped;
}

static int fails(void) {
    // Other libraries are loaded before this one has mapped its file.
    if (left == NULL || atomic_load(left) <= 0 || syscall(SYS_gettid) != getpid())
        return 0;
    if (atomic_fetch_sub(left, 1) != 1)
        return 0;
    errno = ENOMEM;
    return 1;
}

void* malloc(size_t size) {
    return fails() ? NULL : __libc_malloc(size);
}

void* calloc(size_t count, size_t size) {
    return fails() ? NULL : __libc_calloc(count, size);
}

void* realloc(void* old, size_t size) {
    return fails() ? NULL : __libc_realloc(old, size);
}

int posix_memalign(void** made, size_t alignment, size_t size) {
    if (fails())
        return ENOMEM;
    *made = __libc_memalign(alignment, size);
    return *made == NULL ? ENOMEM : 0;
}
