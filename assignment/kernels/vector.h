/* Vectors of REAL (float or double) of the width that the compiler was told to build for.
 *
 * The vector types and operators are GCC's and Clang's extension of C: `a * b + c` works on whole
 * vectors, and becomes a fused multiply-add where the processor has one. One text thus serves every
 * instruction set: the build compiles it for each, and dispatch.c chooses when the program runs.
 */
#ifndef CONVNETS_VECTOR_H
#define CONVNETS_VECTOR_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>
#if defined(__SSE2__)
#include <immintrin.h>
#endif

#if defined(__AVX512F__)
#define VECTOR_BYTES 64
#define REGISTERS 32
#elif defined(__AVX2__)
#define VECTOR_BYTES 32
#define REGISTERS 16
#elif defined(__aarch64__)
#define VECTOR_BYTES 16
#define REGISTERS 32
#else
#define VECTOR_BYTES 16
#define REGISTERS 16
#endif

#define VL ((ptrdiff_t)(VECTOR_BYTES / sizeof(REAL))) /* numbers in a vector */

/* A vector in a register, and one in memory that starts at any number. */
typedef REAL vec __attribute__((vector_size(VECTOR_BYTES)));
typedef REAL vec_memory __attribute__((vector_size(VECTOR_BYTES), aligned(sizeof(REAL)), may_alias));

#define CACHE_LINE 64 /* bytes */

#define INLINE static inline __attribute__((always_inline))
#define UNROLL _Pragma("GCC unroll 16")
#define UNROLL_MORE _Pragma("GCC unroll 32") /* for loops of more than 16 */

/* Make the compiler add offsets to this one pointer in each access, instead of keeping a pointer for
 * each offset and moving all of them on. */
#define KEEP(pointer) __asm__("" : "+r"(pointer))

INLINE ptrdiff_t least(ptrdiff_t a, ptrdiff_t b) { return a < b ? a : b; }
INLINE ptrdiff_t most(ptrdiff_t a, ptrdiff_t b) { return a > b ? a : b; }
INLINE ptrdiff_t ceil_div(ptrdiff_t a, ptrdiff_t b) { return (a + b - 1) / b; }
INLINE ptrdiff_t round_up(ptrdiff_t a, ptrdiff_t b) { return ceil_div(a, b) * b; }

/* `count` things in `parts` parts as equal as can be: where part number `part` begins. */
INLINE ptrdiff_t share(ptrdiff_t count, ptrdiff_t parts, ptrdiff_t part) {
    return count / parts * part + least(part, count % parts);
}

INLINE vec load(const REAL *p) { return *(const vec_memory *)p; }
INLINE void store(REAL *p, vec v) { *(vec_memory *)p = v; }
INLINE vec broadcast(REAL a) { return a - (vec){}; }

/* Store to memory past the caches: to an address that is a multiple of a vector, for arrays so large
 * that they would be gone from the caches before they are read. Saves reading what is overwritten. */
INLINE void stream(REAL *p, vec v) {
#if defined(__AVX512F__)
    _mm512_stream_si512((void *)p, (__m512i)v);
#elif defined(__AVX2__)
    _mm256_stream_si256((void *)p, (__m256i)v);
#elif defined(__SSE2__)
    _mm_stream_si128((void *)p, (__m128i)v);
#else
    store(p, v);
#endif
}

/* After streaming, before another thread may read. */
INLINE void end_streaming(void) {
#if defined(__SSE2__)
    _mm_sfence();
#endif
}

#define STREAM_BYTES (1L << 20) /* from which size on results are streamed */

/* Of `count` numbers, copy part number `part` past the caches. `to` is a multiple of a vector. */
INLINE void stream_part(REAL *to, const REAL *from, ptrdiff_t count, ptrdiff_t parts,
                        ptrdiff_t part) {
    ptrdiff_t vectors = count / VL, end = share(vectors, parts, part + 1);
    for (ptrdiff_t i = share(vectors, parts, part); i < end; i++)
        stream(to + i * VL, load(from + i * VL));
    if (part == parts - 1)
        memcpy(to + vectors * VL, from + vectors * VL, (size_t)(count % VL) * sizeof(REAL));
}

/* Take numbers too small to be written in the usual form (in float32, those below 1e-38) for zero,
 * until `restore_arithmetic` gets back what this returns. Processors calculate with them a hundred
 * times more slowly, and the squared gradients of a unit that has died are such numbers. */
INLINE uint64_t flush_tiny(void) {
#if defined(__SSE2__)
    unsigned before = _mm_getcsr();
    _mm_setcsr(before | 0x8040); /* as results, and as inputs */
    return before;
#elif defined(__aarch64__)
    uint64_t before;
    __asm__ volatile("mrs %0, fpcr" : "=r"(before)::"memory");
    __asm__ volatile("msr fpcr, %0" ::"r"(before | 1 << 24) : "memory"); /* the bit FZ: both */
    return before;
#else
    return 0;
#endif
}

INLINE void restore_arithmetic(uint64_t before) {
#if defined(__SSE2__)
    _mm_setcsr((unsigned)before);
#elif defined(__aarch64__)
    __asm__ volatile("msr fpcr, %0" ::"r"(before) : "memory");
#else
    (void)before;
#endif
}

#endif
