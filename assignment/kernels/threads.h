/* The one pool of threads that all kernels share. See threads.c. */
#ifndef CONVNETS_THREADS_H
#define CONVNETS_THREADS_H

#include <stddef.h>

typedef void (*task_function)(void *context, ptrdiff_t task);

/* How many threads kernels divide their work for. */
int threads_get(void);
void threads_set(int count);

/* Call function(context, task) for each task in 0 .. tasks-1, on several threads, in any order. */
void parallel_for(task_function function, void *context, ptrdiff_t tasks);

/* Memory of the calling thread, aligned to 64 bytes, that it keeps from one call to the next; its
 * contents are arbitrary. Each slot is one block, valid until the slot is asked for again.
 * NULL if memory ran out. */
enum slot {
    SLOT_SHARED,
    SLOT_OFFSETS,
    SLOT_PARTIAL,
    SLOT_IMAGE,
    SLOT_BAND,
    SLOT_PHASES,
    SLOT_UPSTREAM,
    SLOTS
};
void *scratch(enum slot slot, size_t bytes);

#endif
