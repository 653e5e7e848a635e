/* Memory for large results. See memory.c. */
#ifndef CONVNETS_MEMORY_H
#define CONVNETS_MEMORY_H

#include <stddef.h>

/* Memory aligned to 64 bytes, of arbitrary contents; NULL if there is none. To be called by one
 * thread at a time, as Python's lock sees to. */
void *memory_take(size_t bytes);
void memory_give_back(void *memory, size_t bytes);

#endif
