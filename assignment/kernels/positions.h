/* Where in its window a maximum was: numbers as wide as REAL in registers, one byte each in memory, or
 * four bytes for windows of more than 255 positions.
 *
 * Going from the one to the other is a single instruction on AVX-512, and a few on others. GCC 12 makes
 * some thirty of `__builtin_convertvector`, one number at a time, which took longer than the rest of a
 * pooling: so it is spelled out where the instruction set has better.
 */

typedef INTEGER int_vec __attribute__((vector_size(VECTOR_BYTES)));
typedef uint8_t bytes_vec __attribute__((vector_size(VECTOR_BYTES * 8 / REAL_BITS)));
typedef uint32_t words_vec __attribute__((vector_size(VECTOR_BYTES * 32 / REAL_BITS)));

#define NOWHERE(wide) ((wide) ? (INTEGER)UINT32_MAX : 255) /* no position: no gradient */

/* Write the least byte of each number. */
INLINE void store_bytes(uint8_t *to, int_vec position) {
#if defined(__AVX512F__) && REAL_BITS == 32
    _mm_storeu_si128((void *)to, _mm512_cvtepi32_epi8((__m512i)position));
#elif defined(__AVX512F__)
    _mm_storel_epi64((void *)to, _mm512_cvtepi64_epi8((__m512i)position));
#elif defined(__AVX2__) && REAL_BITS == 32
    /* in each half, bytes 0, 4, 8 and 12 come first */
    __m256i first = _mm256_shuffle_epi8((__m256i)position, _mm256_set1_epi32(0x0c080400));
    __m128i lower = _mm256_castsi256_si128(first), upper = _mm256_extracti128_si256(first, 1);
    _mm_storel_epi64((void *)to, _mm_unpacklo_epi32(lower, upper));
#elif defined(__AVX2__)
    /* in each half, bytes 0 and 8 */
    __m256i first = _mm256_shuffle_epi8((__m256i)position, _mm256_set1_epi32(0x08000800));
    __m128i lower = _mm256_castsi256_si128(first), upper = _mm256_extracti128_si256(first, 1);
    int bytes = _mm_cvtsi128_si32(_mm_unpacklo_epi16(lower, upper));
    memcpy(to, &bytes, sizeof bytes);
#elif defined(__SSE2__) && REAL_BITS == 32
    __m128i pairs = _mm_packs_epi32((__m128i)position, (__m128i)position);
    int bytes = _mm_cvtsi128_si32(_mm_packus_epi16(pairs, pairs));
    memcpy(to, &bytes, sizeof bytes);
#else
    bytes_vec bytes = __builtin_convertvector(position, bytes_vec);
    memcpy(to, &bytes, sizeof bytes);
#endif
}

INLINE int_vec load_bytes(const uint8_t *from) {
#if defined(__AVX512F__) && REAL_BITS == 32
    return (int_vec)_mm512_cvtepu8_epi32(_mm_loadu_si128((const void *)from));
#elif defined(__AVX512F__)
    return (int_vec)_mm512_cvtepu8_epi64(_mm_loadl_epi64((const void *)from));
#elif defined(__AVX2__) && REAL_BITS == 32
    return (int_vec)_mm256_cvtepu8_epi32(_mm_loadl_epi64((const void *)from));
#elif defined(__AVX2__)
    int bytes;
    memcpy(&bytes, from, sizeof bytes);
    return (int_vec)_mm256_cvtepu8_epi64(_mm_cvtsi32_si128(bytes));
#elif defined(__SSE2__) && REAL_BITS == 32
    int bytes;
    memcpy(&bytes, from, sizeof bytes);
    __m128i zero = _mm_setzero_si128(), pairs = _mm_unpacklo_epi8(_mm_cvtsi32_si128(bytes), zero);
    return (int_vec)_mm_unpacklo_epi16(pairs, zero);
#else
    bytes_vec bytes;
    memcpy(&bytes, from, sizeof bytes);
    return __builtin_convertvector(bytes, int_vec);
#endif
}

/* Write the first `count` positions of a vector, from number `at` of `where` on. */
INLINE void store_where(void *where, ptrdiff_t at, int_vec position, ptrdiff_t count, int wide) {
    if (wide) {
        words_vec words = __builtin_convertvector(position, words_vec);
        memcpy((uint32_t *)where + at, &words, (size_t)count * 4);
    } else if (count == VL) {
        store_bytes((uint8_t *)where + at, position);
    } else {
        uint8_t bytes[VECTOR_BYTES];
        store_bytes(bytes, position);
        memcpy((uint8_t *)where + at, bytes, (size_t)count);
    }
}

/* Read them; what is not asked for becomes zero. */
INLINE int_vec load_where(const void *where, ptrdiff_t at, ptrdiff_t count, int wide) {
    if (wide) {
        words_vec words = {};
        memcpy(&words, (const uint32_t *)where + at, (size_t)count * 4);
        return __builtin_convertvector(words, int_vec);
    }
    if (count == VL)
        return load_bytes((const uint8_t *)where + at);
    uint8_t bytes[VECTOR_BYTES] = {0};
    memcpy(bytes, (const uint8_t *)where + at, (size_t)count);
    return load_bytes(bytes);
}

/* What follows is about lanes, the places of a vector, of which some are chosen. AVX-512 has masks for
 * that: one bit for each lane, which nearly every instruction takes besides. */

/* sum, and in the lanes whose position is `wanted` also d. */
INLINE vec add_where(vec sum, vec d, int_vec position, INTEGER wanted) {
#if defined(__AVX512F__) && REAL_BITS == 32
    __mmask16 here = _mm512_cmpeq_epi32_mask((__m512i)position, _mm512_set1_epi32(wanted));
    return (vec)_mm512_mask_add_ps((__m512)sum, here, (__m512)sum, (__m512)d);
#elif defined(__AVX512F__)
    __mmask8 here = _mm512_cmpeq_epi64_mask((__m512i)position, _mm512_set1_epi64(wanted));
    return (vec)_mm512_mask_add_pd((__m512d)sum, here, (__m512d)sum, (__m512d)d);
#else
    return sum + (vec)((int_vec)d & (position == wanted - (int_vec){}));
#endif
}

#if defined(__AVX512F__)
/* Load lanes `first` to `end` - 1, of a vector that would begin at `from`; the others become zero, and
 * their memory is left alone. */
INLINE uint32_t lanes_between(ptrdiff_t first, ptrdiff_t end) {
    return (uint32_t)((1u << most(0, least(end, VL))) - 1) & ~(uint32_t)((1u << first) - 1);
}

INLINE vec load_lanes(const REAL *from, uint32_t lanes) {
#if REAL_BITS == 32
    return (vec)_mm512_maskz_loadu_ps((__mmask16)lanes, from);
#else
    return (vec)_mm512_maskz_loadu_pd((__mmask8)lanes, from);
#endif
}

INLINE int_vec load_byte_lanes(const uint8_t *from, uint32_t lanes) {
    __m128i bytes = _mm_maskz_loadu_epi8((__mmask16)lanes, from);
#if REAL_BITS == 32
    return (int_vec)_mm512_cvtepu8_epi32(bytes);
#else
    return (int_vec)_mm512_cvtepu8_epi64(bytes);
#endif
}

/* Write those numbers of two vectors, one after the other, for which `passed` is set: return how many.
 * Whole vectors are written, as writing some numbers of one takes far longer. */
INLINE ptrdiff_t store_passed(REAL *number, INTEGER *place, vec v, int_vec p, int_vec passed) {
#if REAL_BITS == 32
    __mmask16 mask = _mm512_movepi32_mask((__m512i)passed);
    store(number, (vec)_mm512_maskz_compress_ps(mask, (__m512)v));
    _mm512_storeu_si512(place, _mm512_maskz_compress_epi32(mask, (__m512i)p));
#else
    __mmask8 mask = _mm512_movepi64_mask((__m512i)passed);
    store(number, (vec)_mm512_maskz_compress_pd(mask, (__m512d)v));
    _mm512_storeu_si512(place, _mm512_maskz_compress_epi64(mask, (__m512i)p));
#endif
    return __builtin_popcount(mask);
}
#endif
