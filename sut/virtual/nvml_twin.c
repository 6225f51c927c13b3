/* A twin of NVIDIA's management library whose GPUs follow a truth script. SIMULATED.
 *
 * Names, signatures, structures and codes as NVIDIA's NVML API Reference gives them. Reads two text files at
 * each call: WATTLAB_NVML_TABLE, written by sut/virtual/nvml.py, and WATTLAB_TRUTH_MARKS, written by
 * records/truth/marks.py. It is written apart from both readers of Wattlab: it shares no code with them.
 * With -DSMI it becomes the command nvidia-smi instead.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { OK = 0, INVALID = 2, NOT_SUPPORTED = 3, NOT_FOUND = 6, UNKNOWN = 999, GPU_IS_LOST = 15 };
enum { MAX_GPUS = 16, MAX_STEPS = 256, MAX_FAULTS = 16, FIELD_ENERGY = 83, FIELD_AVERAGE = 185, FIELD_INSTANT = 186 };

typedef int Return;
typedef struct Gpu *Device;
struct Fault { char kind[16]; double at_s, end_s; };
struct Gpu {
    char name[64];
    int index, counter, steps, faults;
    double idle_w, repeat_s, t_s[MAX_STEPS], power_w[MAX_STEPS];
    struct Fault fault[MAX_FAULTS];
};
static struct Gpu gpus[MAX_GPUS];
static int count = -1;

/* Lines: gpu COUNTER IDLE_W REPEAT_S STEPS {T_S POWER_W}... NAME | fault GPU KIND AT_S END_S */
static Return load(void) {
    char word[16];
    int n = 0;
    const char *path = getenv("WATTLAB_NVML_TABLE");
    FILE *file = path ? fopen(path, "r") : NULL;
    if (count >= 0) { if (file) fclose(file); return OK; }
    if (!file) return UNKNOWN;
    while (fscanf(file, "%15s", word) == 1) {
        if (!strcmp(word, "gpu") && n < MAX_GPUS) {
            struct Gpu *g = &gpus[n];
            g->index = n++;
            if (fscanf(file, "%d %lf %lf %d", &g->counter, &g->idle_w, &g->repeat_s, &g->steps) != 4) break;
            if (g->steps > MAX_STEPS) break;
            for (int i = 0; i < g->steps; i++)
                if (fscanf(file, "%lf %lf", &g->t_s[i], &g->power_w[i]) != 2) break;
            if (fscanf(file, " %63[^\n]", g->name) != 1) break;
        } else {
            int i;
            struct Fault f;
            if (fscanf(file, "%d %15s %lf %lf", &i, f.kind, &f.at_s, &f.end_s) != 4 || i >= n) break;
            if (gpus[i].faults < MAX_FAULTS) gpus[i].fault[gpus[i].faults++] = f;
        }
    }
    int complete = feof(file);
    fclose(file);
    if (!complete) return UNKNOWN;
    count = n;
    return OK;
}

static double now_s(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec * 1e-9;
}

static double steps_j(const struct Gpu *g, double t_s) {
    double sum_j = 0;
    for (int i = 0; i < g->steps; i++) {
        double end_s = i + 1 < g->steps && g->t_s[i + 1] < t_s ? g->t_s[i + 1] : t_s;
        if (end_s > g->t_s[i]) sum_j += g->power_w[i] * (end_s - g->t_s[i]);
    }
    return sum_j;
}

static double program_j(const struct Gpu *g, double t_s) {
    double rounds = g->repeat_s > 0 ? floor(t_s / g->repeat_s) : 0;
    return rounds * steps_j(g, g->repeat_s) + steps_j(g, t_s - rounds * g->repeat_s);
}

static double program_w(const struct Gpu *g, double t_s) {
    double power_w = g->idle_w;
    if (g->repeat_s > 0) t_s -= floor(t_s / g->repeat_s) * g->repeat_s;
    for (int i = 0; i < g->steps && g->t_s[i] <= t_s; i++) power_w = g->power_w[i];
    return power_w;
}

struct State { double energy_j, power_w, since_begin_s; };

/* Follow the marks: idle from the origin on, the script between each begin and its end. */
static Return look(const struct Gpu *g, struct State *state) {
    const char *path = getenv("WATTLAB_TRUTH_MARKS");
    FILE *file = path ? fopen(path, "r") : NULL;
    char kind[8];
    double t_s, last_s = 0, begin_s = -1, now = now_s();
    int running = 0;
    if (!file) return UNKNOWN;
    state->energy_j = 0;
    while (fscanf(file, "%7s %lf", kind, &t_s) == 2 && fgetc(file) == '\n') {
        if (strcmp(kind, "origin"))
            state->energy_j += running ? program_j(g, t_s - begin_s) : g->idle_w * (t_s - last_s);
        running = !strcmp(kind, "begin");
        if (running) begin_s = t_s;
        last_s = t_s;
    }
    fclose(file);
    state->energy_j += running ? program_j(g, now - begin_s) : g->idle_w * (now - last_s);
    state->power_w = running ? program_w(g, now - begin_s) : g->idle_w;
    state->since_begin_s = begin_s < 0 ? -1 : now - begin_s;
    for (int i = 0; i < g->faults; i++) {
        const struct Fault *f = &g->fault[i];
        if (state->since_begin_s < 0 || state->since_begin_s < f->at_s || state->since_begin_s >= f->end_s) continue;
        return strcmp(f->kind, "lost") ? NOT_SUPPORTED : GPU_IS_LOST;
    }
    return OK;
}

static Return alive(Device d) {
    struct State state;
    if (d < gpus || d >= gpus + count) return INVALID;
    return look(d, &state) == GPU_IS_LOST ? GPU_IS_LOST : OK;
}

static Return text(char *to, unsigned size, const char *from) {
    snprintf(to, size, "%s", from);
    return OK;
}

Return nvmlInit_v2(void) { return load(); }
Return nvmlInit(void) { return load(); }
Return nvmlInitWithFlags(unsigned flags) { (void)flags; return load(); }
Return nvmlShutdown(void) { return OK; }
const char *nvmlErrorString(Return code) {
    switch (code) {
    case OK: return "Success";
    case INVALID: return "Invalid Argument";
    case NOT_SUPPORTED: return "Not Supported";
    case NOT_FOUND: return "Not Found";
    case GPU_IS_LOST: return "GPU is lost";
    default: return "Unknown Error";
    }
}
Return nvmlSystemGetDriverVersion(char *b, unsigned n) { return text(b, n, "999.00 SIMULATED"); }
Return nvmlSystemGetNVMLVersion(char *b, unsigned n) { return text(b, n, "13.999.00 SIMULATED"); }
Return nvmlSystemGetCudaDriverVersion(int *v) { *v = 13000; return OK; }
Return nvmlSystemGetCudaDriverVersion_v2(int *v) { *v = 13000; return OK; }
Return nvmlDeviceGetCount_v2(unsigned *n) { Return code = load(); *n = count > 0 ? count : 0; return code; }
Return nvmlDeviceGetCount(unsigned *n) { return nvmlDeviceGetCount_v2(n); }
Return nvmlDeviceGetHandleByIndex_v2(unsigned i, Device *d) {
    if ((int)i >= count) return INVALID;
    *d = &gpus[i];
    return alive(*d);
}
Return nvmlDeviceGetHandleByIndex(unsigned i, Device *d) { return nvmlDeviceGetHandleByIndex_v2(i, d); }
Return nvmlDeviceGetUUID(Device d, char *b, unsigned n) {
    snprintf(b, n, "GPU-51301a7e-0000-4000-8000-%012d", d->index);
    return alive(d);
}
Return nvmlDeviceGetHandleByUUID(const char *uuid, Device *d) {
    char own[80];
    for (int i = 0; i < count; i++)
        if (nvmlDeviceGetUUID(&gpus[i], own, sizeof own) == OK && !strcmp(own, uuid)) { *d = &gpus[i]; return OK; }
    return NOT_FOUND;
}
Return nvmlDeviceGetIndex(Device d, unsigned *i) { *i = d->index; return alive(d); }
Return nvmlDeviceGetMinorNumber(Device d, unsigned *i) { *i = d->index; return alive(d); }
Return nvmlDeviceGetName(Device d, char *b, unsigned n) { text(b, n, d->name); return alive(d); }
Return nvmlDeviceGetPowerUsage(Device d, unsigned *mw) {
    struct State state;
    Return code = look(d, &state);
    *mw = (unsigned)(state.power_w * 1000 + 0.5);
    return code;
}
Return nvmlDeviceGetTotalEnergyConsumption(Device d, unsigned long long *mj) {
    struct State state;
    Return code = look(d, &state);
    *mj = (unsigned long long)(state.energy_j * 1000);
    return code == OK && !d->counter ? NOT_SUPPORTED : code;
}
struct FieldValue {
    unsigned id, scope;
    long long timestamp, latency;
    int type;
    Return code;
    union { double d; int si; unsigned ui; unsigned long ul; unsigned long long ull; } value;
};
Return nvmlDeviceGetFieldValues(Device d, int n, struct FieldValue *f) {
    Return code = alive(d);
    for (int i = 0; i < n; i++) {
        f[i].timestamp = (long long)time(NULL) * 1000000;
        f[i].latency = 0;
        f[i].type = f[i].id == FIELD_ENERGY ? 3 : 1;
        if (f[i].id == FIELD_ENERGY) f[i].code = nvmlDeviceGetTotalEnergyConsumption(d, &f[i].value.ull);
        else if (f[i].id == FIELD_AVERAGE || f[i].id == FIELD_INSTANT) f[i].code = nvmlDeviceGetPowerUsage(d, &f[i].value.ui);
        else f[i].code = NOT_SUPPORTED;
    }
    return code;
}

struct Utilization { unsigned gpu, memory; };
struct Memory { unsigned long long total, free, used; };
Return nvmlDeviceGetUtilizationRates(Device d, struct Utilization *u) {
    struct State state;
    Return code = look(d, &state);
    u->gpu = u->memory = state.power_w > d->idle_w ? 100 : 0;
    return code == GPU_IS_LOST ? code : OK;
}
Return nvmlDeviceGetMemoryInfo(Device d, struct Memory *m) {
    m->total = 80ULL << 30; m->free = m->used = 40ULL << 30;
    return alive(d);
}
Return nvmlDeviceGetArchitecture(Device d, unsigned *v) { *v = 7; return alive(d); }
Return nvmlDeviceGetBrand(Device d, unsigned *v) { *v = 2; return alive(d); }
Return nvmlDeviceGetCudaComputeCapability(Device d, int *major, int *minor) { *major = 8; *minor = 0; return alive(d); }
Return nvmlDeviceGetTemperature(Device d, unsigned sensor, unsigned *c) { (void)sensor; *c = 50; return alive(d); }
Return nvmlDeviceGetPerformanceState(Device d, unsigned *v) { *v = 0; return alive(d); }
Return nvmlDeviceGetPowerManagementLimit(Device d, unsigned *mw) { *mw = 700000; return alive(d); }
Return nvmlDeviceGetEnforcedPowerLimit(Device d, unsigned *mw) { *mw = 700000; return alive(d); }
Return nvmlDeviceGetPowerManagementDefaultLimit(Device d, unsigned *mw) { *mw = 700000; return alive(d); }
Return nvmlDeviceGetPowerManagementLimitConstraints(Device d, unsigned *low, unsigned *high) {
    *low = 100000; *high = 700000;
    return alive(d);
}
Return nvmlDeviceGetPersistenceMode(Device d, unsigned *v) { *v = 1; return alive(d); }
Return nvmlDeviceGetComputeMode(Device d, unsigned *v) { *v = 0; return alive(d); }
Return nvmlDeviceGetClockInfo(Device d, unsigned type, unsigned *mhz) { (void)type; *mhz = 1500; return alive(d); }
Return nvmlDeviceGetMaxClockInfo(Device d, unsigned type, unsigned *mhz) { (void)type; *mhz = 1980; return alive(d); }
#define NO_PROCESSES(name) Return name(Device d, unsigned *n, void *p) { (void)p; *n = 0; return alive(d); }
NO_PROCESSES(nvmlDeviceGetComputeRunningProcesses)
NO_PROCESSES(nvmlDeviceGetComputeRunningProcesses_v2)
NO_PROCESSES(nvmlDeviceGetComputeRunningProcesses_v3)
NO_PROCESSES(nvmlDeviceGetGraphicsRunningProcesses)
NO_PROCESSES(nvmlDeviceGetGraphicsRunningProcesses_v2)
NO_PROCESSES(nvmlDeviceGetGraphicsRunningProcesses_v3)

#ifdef SMI
/* nvidia-smi, as far as trackers look at it: a list, power.draw as CSV, all as XML (-q -x). */
int main(int argc, char **argv) {
    int list = argc > 1 && !strcmp(argv[1], "--query-gpu=power.draw");
    int xml = argc > 2 && !strcmp(argv[1], "-q") && !strcmp(argv[2], "-x");
    if (load() != OK) { puts("NVIDIA-SMI has failed: no table"); return 9; }
    if (argc > 1 && !strcmp(argv[1], "pmon")) { /* no process runs on these GPUs */
        puts("# gpu        pid  type    sm   mem   enc   dec   command\n# Idx          #   C/G     %     %     %     %   name");
        for (int i = 0; i < count; i++) printf("%5d          -     -     -     -     -     -   -\n", i);
        return 0;
    }
    if (xml)
        printf("<?xml version=\"1.0\" ?>\n<nvidia_smi_log><driver_version>999.00</driver_version>"
               "<cuda_version>13.0</cuda_version><attached_gpus>%d</attached_gpus>\n", count);
    else if (!list) puts("nvidia-smi SIMULATED");
    if (!count && !xml) puts("No devices were found");
    for (int i = 0; i < count; i++) {
        struct State state;
        char uuid[80], power[32];
        Return code = look(&gpus[i], &state);
        snprintf(power, sizeof power, code == OK ? "%.2f W" : "N/A", state.power_w);
        nvmlDeviceGetUUID(&gpus[i], uuid, sizeof uuid);
        if (xml)
            printf("<gpu id=\"%d\"><product_name>%s</product_name><uuid>%s</uuid><minor_number>%d</minor_number>"
                   "<performance_state>P0</performance_state>"
                   "<utilization><gpu_util>100 %%</gpu_util><memory_util>100 %%</memory_util></utilization>"
                   "<fb_memory_usage><total>81920 MiB</total><used>40960 MiB</used><free>40960 MiB</free></fb_memory_usage>"
                   "<power_readings><power_draw>%s</power_draw></power_readings>"
                   "<gpu_power_readings><power_draw>%s</power_draw><instant_power_draw>%s</instant_power_draw>"
                   "</gpu_power_readings><processes></processes></gpu>\n",
                   i, gpus[i].name, uuid, i, power, power, power);
        else if (list) puts(code == OK ? power : code == GPU_IS_LOST ? "[GPU is lost]" : "[N/A]");
        else
            printf("GPU %d: %s (UUID: %s) %s\n", i, gpus[i].name, uuid, code == GPU_IS_LOST ? "GPU is lost" : power);
    }
    if (xml) puts("</nvidia_smi_log>");
    return 0;
}
#endif
