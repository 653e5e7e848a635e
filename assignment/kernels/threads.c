/* A small pool of threads, shared by all kernels.
 *
 * Why not OpenMP? Each OpenMP library keeps its own threads, which spin for milliseconds after their
 * work is done and so steal the cores from whatever comes next (NumPy's BLAS, PyTorch, ...), and a
 * process that forks after using GNU's never returns from its next parallel region. This pool spins
 * for some microseconds only, is made anew after a fork, and needs nothing but POSIX threads.
 *
 * How it works. The calling thread posts a job (a function and a number of tasks) and works on it
 * itself. The helpers watch one counter, `posted`, that goes up with each job; they take task
 * numbers from a second counter until none are left. Which thread takes which task is a matter of
 * luck, so kernels never let a result depend on it: tasks write to places of their own, and
 * what is summed over tasks is summed afterwards, in order.
 *
 * Waking up. Linux likes to wake a thread on the core of the one that wakes it, and moves it to an
 * idle core some milliseconds later: by then a pooling is over, done by one core. So a helper that
 * sleeps is barred from the caller's core before it is woken, and set free once it runs.
 *
 * If a second Python thread calls a kernel while the pool is at work, it does its work alone.
 */
#define _GNU_SOURCE
#include "threads.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>

#define MAX_THREADS 256
#define SPINS 2000 /* about 50 microseconds: longer than the Python between two kernels */

static int wanted = 1;

static struct {
    pthread_mutex_t busy;  /* held by the thread whose job the pool works on */
    pthread_mutex_t sleep; /* guards going to sleep and waking up */
    pthread_cond_t wake;
    int helpers; /* started so far */
    pthread_t threads[MAX_THREADS];

    atomic_uint_fast64_t posted; /* job number * MAX_THREADS + helpers that are to take part */
    atomic_ptrdiff_t next;       /* the next task of the job */
    atomic_int working;          /* helpers that have not finished the job */
    atomic_int sleeping;
    task_function function;
    void *context;
    ptrdiff_t tasks;
} pool = {.busy = PTHREAD_MUTEX_INITIALIZER,
          .sleep = PTHREAD_MUTEX_INITIALIZER,
          .wake = PTHREAD_COND_INITIALIZER};

static inline void relax(void) {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

static void work(task_function function, void *context, ptrdiff_t tasks) {
    for (;;) {
        ptrdiff_t task = atomic_fetch_add(&pool.next, 1);
        if (task >= tasks)
            return;
        function(context, task);
    }
}

#if defined(__linux__)
static cpu_set_t allowed; /* the cores of the caller; guarded by pool.sleep */

/* Bar the helpers from the core that this thread runs on, if they have another one. */
static void keep_off_this_core(void) {
    cpu_set_t others;
    int here = sched_getcpu();
    if (here < 0 || pthread_getaffinity_np(pthread_self(), sizeof allowed, &allowed) != 0)
        return;
    others = allowed;
    CPU_CLR(here, &others);
    if (CPU_COUNT(&others) == 0)
        return;
    for (int i = 0; i < pool.helpers; i++)
        pthread_setaffinity_np(pool.threads[i], sizeof others, &others);
}

/* Let this helper run where the caller may. */
static void set_free(void) {
    pthread_setaffinity_np(pthread_self(), sizeof allowed, &allowed);
}
#else
static void keep_off_this_core(void) {}
static void set_free(void) {}
#endif

/* Wait until `posted` differs from `seen`: awake at first, then asleep. */
static uint_fast64_t await_job(uint_fast64_t seen) {
    uint_fast64_t now;
    for (int spin = 0; spin < SPINS; spin++) {
        now = atomic_load(&pool.posted);
        if (now != seen)
            return now;
        relax();
    }
    pthread_mutex_lock(&pool.sleep);
    atomic_fetch_add(&pool.sleeping, 1);
    while ((now = atomic_load(&pool.posted)) == seen)
        pthread_cond_wait(&pool.wake, &pool.sleep);
    set_free();
    atomic_fetch_sub(&pool.sleeping, 1);
    pthread_mutex_unlock(&pool.sleep);
    return now;
}

struct start {
    int number;
    uint_fast64_t seen;
};

static void *help(void *argument) {
    struct start start = *(struct start *)argument;
    free(argument);
    for (;;) {
        start.seen = await_job(start.seen);
        if (start.number < (int)(start.seen % MAX_THREADS)) {
            work(pool.function, pool.context, pool.tasks);
            atomic_fetch_sub(&pool.working, 1);
        }
    }
    return NULL;
}

/* Start helpers until there are `count`, or as many as the system grants. */
static void start_helpers(int count) {
    while (pool.helpers < count) {
        pthread_attr_t attributes;
        struct start *start = malloc(sizeof *start);
        if (start == NULL)
            return;
        *start = (struct start){pool.helpers, atomic_load(&pool.posted)};
        pthread_attr_init(&attributes);
        pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
        int failed = pthread_create(&pool.threads[pool.helpers], &attributes, help, start);
        pthread_attr_destroy(&attributes);
        if (failed) {
            free(start);
            return;
        }
        pool.helpers++;
    }
}

/* A forked process has none of its parent's helpers: begin again. */
static void after_fork(void) {
    pthread_mutex_init(&pool.busy, NULL);
    pthread_mutex_init(&pool.sleep, NULL);
    pthread_cond_init(&pool.wake, NULL);
    pool.helpers = 0;
    atomic_store(&pool.working, 0);
    atomic_store(&pool.sleeping, 0);
}

static void watch_forks(void) { pthread_atfork(NULL, NULL, after_fork); }

void parallel_for(task_function function, void *context, ptrdiff_t tasks) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    ptrdiff_t helpers = (wanted < tasks ? wanted : tasks) - 1;
    if (helpers <= 0 || pthread_mutex_trylock(&pool.busy) != 0) {
        for (ptrdiff_t task = 0; task < tasks; task++)
            function(context, task);
        return;
    }
    pthread_once(&once, watch_forks);
    start_helpers((int)helpers);
    if (helpers > pool.helpers)
        helpers = pool.helpers;
    pool.function = function;
    pool.context = context;
    pool.tasks = tasks;
    atomic_store(&pool.next, 0);
    atomic_store(&pool.working, (int)helpers);
    uint_fast64_t job = atomic_load(&pool.posted) / MAX_THREADS + 1;
    atomic_store(&pool.posted, job * MAX_THREADS + (uint_fast64_t)helpers);
    if (atomic_load(&pool.sleeping) > 0) {
        pthread_mutex_lock(&pool.sleep);
        keep_off_this_core();
        pthread_cond_broadcast(&pool.wake);
        pthread_mutex_unlock(&pool.sleep);
    }
    work(function, context, tasks);
    for (int spin = 0; atomic_load(&pool.working) > 0; spin++) {
        if (spin < SPINS)
            relax();
        else
            sched_yield(); /* more threads than cores: let them have ours */
    }
    pthread_mutex_unlock(&pool.busy);
}

int threads_get(void) { return wanted; }

void threads_set(int count) {
    wanted = count < 1 ? 1 : count > MAX_THREADS - 1 ? MAX_THREADS - 1 : count;
}

/* Scratch memory: one block for each slot of each thread, given back when the thread ends. */
struct block {
    void *memory;
    size_t bytes;
};

static pthread_key_t blocks_key;

static void free_blocks(void *argument) {
    struct block *blocks = argument;
    for (int slot = 0; slot < SLOTS; slot++)
        free(blocks[slot].memory);
    free(blocks);
}

static void make_key(void) { pthread_key_create(&blocks_key, free_blocks); }

void *scratch(enum slot slot, size_t bytes) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, make_key);
    struct block *blocks = pthread_getspecific(blocks_key);
    if (blocks == NULL) {
        blocks = calloc(SLOTS, sizeof *blocks);
        if (blocks == NULL || pthread_setspecific(blocks_key, blocks) != 0) {
            free(blocks);
            return NULL;
        }
    }
    struct block *block = &blocks[slot];
    if (block->bytes < bytes) {
        free(block->memory);
        *block = (struct block){NULL, 0};
        if (posix_memalign(&block->memory, 64, bytes) != 0) {
            block->memory = NULL;
            return NULL;
        }
        block->bytes = bytes;
    }
    return block->memory;
}
