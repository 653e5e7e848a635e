/* Memory for large results, used again when the arrays that held it are gone.
 *
 * Training makes the same large arrays in every step. From the system, their memory comes as empty
 * pages that have to be cleared one by one when they are first written, which takes longer than a
 * pooling. So the last few blocks given back are kept, up to a total, for results of the same size.
 */
#define _GNU_SOURCE
#include "memory.h"

#include <stdlib.h>
#if defined(__linux__)
#include <sys/mman.h>
#endif

#define BLOCKS 16
#define KEPT_BYTES ((size_t)128 << 20)
#define HUGE_PAGE ((size_t)2 << 20)

static struct {
    void *memory;
    size_t bytes;
} kept[BLOCKS]; /* the last given back comes last; empty places come first */

static size_t kept_bytes;

/* Take block number i out of those that are kept. */
static void *take_out(int i) {
    void *memory = kept[i].memory;
    kept_bytes -= kept[i].bytes;
    for (; i > 0; i--)
        kept[i] = kept[i - 1];
    kept[0].memory = NULL;
    kept[0].bytes = 0;
    return memory;
}

void *memory_take(size_t bytes) {
    for (int i = BLOCKS - 1; i >= 0 && kept[i].memory != NULL; i--)
        if (kept[i].bytes == bytes)
            return take_out(i);
    void *memory = NULL;
    if (posix_memalign(&memory, bytes < 2 * HUGE_PAGE ? 64 : HUGE_PAGE, bytes) != 0)
        return NULL;
#if defined(__linux__) && defined(MADV_HUGEPAGE)
    if (bytes >= 2 * HUGE_PAGE)
        madvise(memory, bytes / HUGE_PAGE * HUGE_PAGE, MADV_HUGEPAGE); /* a wish, no need */
#endif
    return memory;
}

void memory_give_back(void *memory, size_t bytes) {
    if (bytes > KEPT_BYTES) {
        free(memory);
        return;
    }
    /* Make room: what was given back first goes first. */
    for (int i = 0; i < BLOCKS; i++)
        if (kept[i].memory != NULL && (kept_bytes + bytes > KEPT_BYTES || kept[0].memory != NULL))
            free(take_out(i));
    for (int i = 0; i < BLOCKS - 1; i++)
        kept[i] = kept[i + 1];
    kept[BLOCKS - 1].memory = memory;
    kept[BLOCKS - 1].bytes = bytes;
    kept_bytes += bytes;
}
