/* Transpose VL vectors of VL numbers, in log2(VL) rounds.
 *
 * Each round interleaves vector i with vector i + VL / 2, as one shuffles two halves of a pack of
 * cards. After log2(VL) rounds, number j of vector i has gone to number i of vector j.
 */
#if defined(__clang__)
#define SHUFFLE(a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)
#else
typedef INTEGER index_vec __attribute__((vector_size(VECTOR_BYTES)));
#define SHUFFLE(a, b, ...) __builtin_shuffle(a, b, (index_vec){__VA_ARGS__})
#endif

#if VECTOR_BYTES * 8 / REAL_BITS == 16
#define LOWER_HALVES 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23
#define UPPER_HALVES 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31
#define EVEN 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30
#define ODD 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31
#elif VECTOR_BYTES * 8 / REAL_BITS == 8
#define LOWER_HALVES 0, 8, 1, 9, 2, 10, 3, 11
#define UPPER_HALVES 4, 12, 5, 13, 6, 14, 7, 15
#define EVEN 0, 2, 4, 6, 8, 10, 12, 14
#define ODD 1, 3, 5, 7, 9, 11, 13, 15
#elif VECTOR_BYTES * 8 / REAL_BITS == 4
#define LOWER_HALVES 0, 4, 1, 5
#define UPPER_HALVES 2, 6, 3, 7
#define EVEN 0, 2, 4, 6
#define ODD 1, 3, 5, 7
#else
#define LOWER_HALVES 0, 2
#define UPPER_HALVES 1, 3
#define EVEN 0, 2
#define ODD 1, 3
#endif
#define VL_CONSTANT (VECTOR_BYTES * 8 / REAL_BITS)

INLINE void transpose(vec *v) {
    vec other[VL_CONSTANT];
    UNROLL for (int round = 1; round < VL_CONSTANT; round *= 2) {
        UNROLL for (int i = 0; i < VL_CONSTANT / 2; i++) {
            other[2 * i] = SHUFFLE(v[i], v[i + VL_CONSTANT / 2], LOWER_HALVES);
            other[2 * i + 1] = SHUFFLE(v[i], v[i + VL_CONSTANT / 2], UPPER_HALVES);
        }
        UNROLL for (int i = 0; i < VL_CONSTANT; i++)
            v[i] = other[i];
    }
}

/* Transpose a block of `rows` by `columns` numbers, at most VL by VL: those that are missing from a
 * column become zero. */
static void transpose_edge(const REAL *from, ptrdiff_t rows, ptrdiff_t columns,
                           ptrdiff_t from_pitch, REAL *to, ptrdiff_t to_pitch) {
    vec v[VL_CONSTANT] = {};
    for (ptrdiff_t k = 0; k < rows; k++)
        memcpy(&v[k], from + k * from_pitch, (size_t)columns * sizeof(REAL));
    transpose(v);
    for (ptrdiff_t k = 0; k < columns; k++)
        store(to + k * to_pitch, v[k]);
}

/* to[column * to_pitch + row] = from[row * from_pitch + column], for any sizes; the rows of `to` are
 * filled up with zeros to a multiple of VL, for which there must be room. */
static void transpose_matrix(const REAL *from, ptrdiff_t rows, ptrdiff_t columns,
                             ptrdiff_t from_pitch, REAL *to, ptrdiff_t to_pitch) {
    for (ptrdiff_t i = 0; i < rows; i += VL)
        for (ptrdiff_t j = 0; j < columns; j += VL) {
            const REAL *block = from + i * from_pitch + j;
            if (i + VL > rows || j + VL > columns) {
                transpose_edge(block, least(VL, rows - i), least(VL, columns - j), from_pitch,
                               to + j * to_pitch + i, to_pitch);
                continue;
            }
            vec v[VL_CONSTANT];
            UNROLL for (int k = 0; k < VL_CONSTANT; k++)
                v[k] = load(block + k * from_pitch);
            UNROLL for (int k = 0; k < VL_CONSTANT; k++)
                __builtin_prefetch(block + (VL + k) * from_pitch);
            transpose(v);
            UNROLL for (int k = 0; k < VL_CONSTANT; k++)
                store(to + (j + k) * to_pitch + i, v[k]);
        }
}
