/* A wall clock that can be set while a process runs: LD_PRELOAD for a tree of processes.
 *
 * STEPPED_CLOCK names a file of eight bytes, the nanoseconds by which the wall clock is off. It is mapped once,
 * so a new value is in force at once, in every process. STEPPED_CLOCK_DRIFT, "SECONDS:PPM", lets it drift from
 * that time on. All other clocks stay as they are. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static const int64_t none = 0;
static const volatile int64_t *offset_ns = &none;
static double since_s, drift_ppm;

__attribute__((constructor)) static void map_offset(void) {
    const char *path = getenv("STEPPED_CLOCK"), *drift = getenv("STEPPED_CLOCK_DRIFT");
    if (drift)
        sscanf(drift, "%lf:%lf", &since_s, &drift_ppm);
    int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (file < 0)
        return;
    void *mapped = mmap(NULL, sizeof *offset_ns, PROT_READ, MAP_SHARED, file, 0);
    close(file);
    if (mapped != MAP_FAILED)
        offset_ns = mapped;
}

int clock_gettime(clockid_t clock, struct timespec *t) {
    int failed = (int)syscall(SYS_clock_gettime, clock, t);
    if (failed || clock != CLOCK_REALTIME)
        return failed;
    int64_t ns = t->tv_sec * INT64_C(1000000000) + t->tv_nsec + *offset_ns;
    if (drift_ppm != 0)
        ns += (int64_t)((t->tv_sec - since_s + t->tv_nsec * 1e-9) * drift_ppm * 1e3);
    t->tv_sec = ns / 1000000000;
    t->tv_nsec = ns % 1000000000;
    return 0;
}

int gettimeofday(struct timeval *restrict t, void *restrict zone) {
    (void)zone;
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    t->tv_sec = now.tv_sec;
    t->tv_usec = now.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *t) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (t)
        *t = now.tv_sec;
    return now.tv_sec;
}
