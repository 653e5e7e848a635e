/* The choice of an instruction set, when the program runs: this machine may have more than the one
 * that the kernels were built on, or less. */
#include "kernels.h"

#include <string.h>

extern const struct kernels kernels_baseline_float, kernels_baseline_double;
#ifdef HAVE_X86
extern const struct kernels kernels_avx2_float, kernels_avx2_double;
extern const struct kernels kernels_avx512_float, kernels_avx512_double;
#endif

static int supported(const char *isa) {
    if (strcmp(isa, "baseline") == 0)
        return 1;
#ifdef HAVE_X86
    __builtin_cpu_init();
    if (strcmp(isa, "avx2") == 0)
        return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    if (strcmp(isa, "avx512") == 0)
        return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
               __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
               __builtin_cpu_supports("fma");
#endif
    return 0;
}

const struct kernels *kernels_of(const char *isa, int bits) {
    if (!supported(isa))
        return NULL;
#ifdef HAVE_X86
    if (strcmp(isa, "avx512") == 0)
        return bits == 32 ? &kernels_avx512_float : &kernels_avx512_double;
    if (strcmp(isa, "avx2") == 0)
        return bits == 32 ? &kernels_avx2_float : &kernels_avx2_double;
#endif
    return bits == 32 ? &kernels_baseline_float : &kernels_baseline_double;
}
