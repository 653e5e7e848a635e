/* Max pooling, forward and backward, for any window and stride.
 *
 * Layout. With stride s, neighbouring windows look s columns apart, which vectors cannot load. So a
 * plane is first split into its s * s phases (row mod s, column mod s): in a phase, what position
 * (i, j) of neighbouring windows looks at lies side by side. A plane of a usual size stays in the L1
 * cache meanwhile. For stride 2, splitting and merging are a shuffle of two vectors.
 *
 * Forward: for each vector of windows, go through the window's positions and keep the greatest value
 * and its position; `where` keeps the position, in one byte for windows of up to 255 positions.
 * Backward: each position's phase receives dout where the position was the greatest; the phases are
 * then merged to dx.
 *
 * Threading. A task is a group of planes.
 */

typedef INTEGER int_vec __attribute__((vector_size(VECTOR_BYTES)));
typedef uint8_t bytes_vec __attribute__((vector_size(VECTOR_BYTES * 8 / REAL_BITS)));
typedef uint32_t words_vec __attribute__((vector_size(VECTOR_BYTES * 32 / REAL_BITS)));

/* For each number: a where the mask (of a comparison) is set, b elsewhere. */
INLINE vec choose(int_vec mask, vec a, vec b) {
    return (vec)(((int_vec)a & mask) | ((int_vec)b & ~mask));
}

#if VECTOR_BYTES * 8 / REAL_BITS == 16
#define EVEN 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30
#define ODD 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31
#elif VECTOR_BYTES * 8 / REAL_BITS == 8
#define EVEN 0, 2, 4, 6, 8, 10, 12, 14
#define ODD 1, 3, 5, 7, 9, 11, 13, 15
#elif VECTOR_BYTES * 8 / REAL_BITS == 4
#define EVEN 0, 2, 4, 6
#define ODD 1, 3, 5, 7
#else
#define EVEN 0, 2
#define ODD 1, 3
#endif

/* The sizes of the phases of a plane. */
struct phases {
    ptrdiff_t in_y, in_x;    /* how many phases windows look at, in each direction */
    ptrdiff_t rows, columns; /* of a phase; columns are filled up to whole vectors */
    ptrdiff_t size;          /* of a phase */
};

static struct phases phases_of(const struct pool *s) {
    struct phases p = {.in_y = least(s->stride, s->height), .in_x = least(s->stride, s->width)};
    p.rows = s->H_out + (s->height - 1) / s->stride;
    p.columns = round_up(s->W_out, VL) + (s->width - 1) / s->stride;
    p.size = p.rows * p.columns;
    return p;
}

static size_t phases_bytes(const struct phases *p) {
    return (size_t)(p->in_y * p->in_x * p->size) * sizeof(REAL);
}

/* Columns of phase px that lie in the plane. */
INLINE ptrdiff_t columns_in(const struct pool *s, const struct phases *p, ptrdiff_t px) {
    return least(p->columns, ceil_div(s->W - px, s->stride));
}

INLINE void split_pairs(const REAL *from, REAL *even, REAL *odd, ptrdiff_t evens, ptrdiff_t odds) {
    ptrdiff_t j = 0;
    for (; j + VL <= odds; j += VL) {
        vec a = load(from + 2 * j), b = load(from + 2 * j + VL);
        store(even + j, SHUFFLE(a, b, EVEN));
        store(odd + j, SHUFFLE(a, b, ODD));
    }
    for (ptrdiff_t k = j; k < evens; k++)
        even[k] = from[2 * k];
    for (ptrdiff_t k = j; k < odds; k++)
        odd[k] = from[2 * k + 1];
}

INLINE void merge_pairs(const REAL *even, const REAL *odd, REAL *to, ptrdiff_t evens,
                        ptrdiff_t odds) {
    ptrdiff_t j = 0;
    for (; j + VL <= odds; j += VL) {
        vec a = load(even + j), b = load(odd + j);
        store(to + 2 * j, SHUFFLE(a, b, LOWER_HALVES));
        store(to + 2 * j + VL, SHUFFLE(a, b, UPPER_HALVES));
    }
    for (ptrdiff_t k = j; k < evens; k++)
        to[2 * k] = even[k];
    for (ptrdiff_t k = j; k < odds; k++)
        to[2 * k + 1] = odd[k];
}

/* Split a plane, whose rows lie `pitch` apart, into phases. */
static void split_plane(const struct pool *s, const struct phases *p, const REAL *plane,
                        ptrdiff_t pitch, REAL *phases) {
    for (ptrdiff_t py = 0; py < p->in_y; py++)
        for (ptrdiff_t i = 0; i < p->rows && s->stride * i + py < s->H; i++) {
            const REAL *from = plane + (s->stride * i + py) * pitch;
            REAL *to = phases + py * p->in_x * p->size + i * p->columns;
            if (s->stride == 2 && p->in_x == 2)
                split_pairs(from, to, to + p->size, columns_in(s, p, 0), columns_in(s, p, 1));
            else
                for (ptrdiff_t px = 0; px < p->in_x; px++)
                    gather(to + px * p->size, from + px, columns_in(s, p, px), s->stride);
        }
}

/* Merge phases to a plane; what no window looks at becomes zero. */
static void merge_plane(const struct pool *s, const struct phases *p, const REAL *phases,
                        REAL *plane) {
    int all = p->in_y == s->stride && p->in_x == s->stride && p->rows * s->stride >= s->H &&
              p->columns * s->stride >= s->W;
    if (!all)
        memset(plane, 0, (size_t)(s->H * s->W) * sizeof(REAL));
    for (ptrdiff_t py = 0; py < p->in_y; py++)
        for (ptrdiff_t i = 0; i < p->rows && s->stride * i + py < s->H; i++) {
            const REAL *from = phases + py * p->in_x * p->size + i * p->columns;
            REAL *to = plane + (s->stride * i + py) * s->W;
            if (s->stride == 2 && p->in_x == 2)
                merge_pairs(from, from + p->size, to, columns_in(s, p, 0), columns_in(s, p, 1));
            else
                for (ptrdiff_t px = 0; px < p->in_x; px++)
                    scatter(to + px, from + px * p->size, columns_in(s, p, px), s->stride);
        }
}

/* Write the first `count` positions of a vector, in one byte each or in four. */
INLINE void store_where(void *where, ptrdiff_t at, int_vec position, ptrdiff_t count, int wide) {
    if (wide) {
        words_vec words = __builtin_convertvector(position, words_vec);
        memcpy((uint32_t *)where + at, &words, (size_t)count * 4);
    } else {
        bytes_vec bytes = __builtin_convertvector(position, bytes_vec);
        if (count == VL)
            memcpy((uint8_t *)where + at, &bytes, sizeof bytes);
        else
            memcpy((uint8_t *)where + at, &bytes, (size_t)count);
    }
}

INLINE int_vec load_where(const void *where, ptrdiff_t at, ptrdiff_t count, int wide) {
    if (wide) {
        words_vec words = {};
        memcpy(&words, (const uint32_t *)where + at, (size_t)count * 4);
        return __builtin_convertvector(words, int_vec);
    }
    bytes_vec bytes = {};
    if (count == VL)
        memcpy(&bytes, (const uint8_t *)where + at, sizeof bytes);
    else
        memcpy(&bytes, (const uint8_t *)where + at, (size_t)count);
    return __builtin_convertvector(bytes, int_vec);
}

#define NOWHERE(wide) ((wide) ? (INTEGER)UINT32_MAX : 255) /* no position: no gradient */

INLINE int is_wide(const struct pool *s) { return s->height * s->width > 255; }

/* Pool one plane. With `relu`, results below zero become zero, and those that are not above zero
 * pass no gradient: the same as a relu before the pooling, for a quarter of the work or less. */
INLINE void pool_plane(const struct pool *s, const struct phases *p, const REAL *phases, int relu,
                       REAL *out, void *where, ptrdiff_t where_at) {
    int wide = is_wide(s);
    for (ptrdiff_t i = 0; i < s->H_out; i++)
        for (ptrdiff_t j = 0; j < s->W_out; j += VL) {
            const REAL *corner = phases + i * p->columns + j;
            vec best = load(corner);
            int_vec position = {};
            INTEGER number = 0;
            for (ptrdiff_t a = 0; a < s->height; a++)
                for (ptrdiff_t b = 0; b < s->width; b++, number++) {
                    ptrdiff_t phase = a % s->stride * p->in_x + b % s->stride;
                    vec value = load(corner + phase * p->size + a / s->stride * p->columns +
                                     b / s->stride);
                    int_vec better = (value > best) | (value != value);
                    best = choose(better, value, best);
                    position = (better & (number - (int_vec){})) | (~better & position);
                }
            if (relu) {
                int_vec above = best > (vec){};
                best = (vec)(~(best <= (vec){}) & (int_vec)best);
                position = (above & position) | (~above & (NOWHERE(wide) - (int_vec){}));
            }
            ptrdiff_t count = least(VL, s->W_out - j), at = i * s->W_out + j;
            if (count == VL)
                store(out + at, best);
            else
                memcpy(out + at, &best, (size_t)count * sizeof(REAL));
            store_where(where, where_at + at, position, count, wide);
        }
}

/* Send a plane's dout to the positions that it came from. */
INLINE void unpool_plane(const struct pool *s, const struct phases *p, const REAL *dout,
                         const void *where, ptrdiff_t where_at, REAL *phases) {
    int wide = is_wide(s);
    memset(phases, 0, phases_bytes(p));
    for (ptrdiff_t i = 0; i < s->H_out; i++)
        for (ptrdiff_t j = 0; j < s->W_out; j += VL) {
            REAL *corner = phases + i * p->columns + j;
            ptrdiff_t count = least(VL, s->W_out - j), at = i * s->W_out + j;
            int_vec position = load_where(where, where_at + at, count, wide);
            vec d = {};
            if (count == VL)
                d = load(dout + at);
            else
                memcpy(&d, dout + at, (size_t)count * sizeof(REAL));
            INTEGER number = 0;
            for (ptrdiff_t a = 0; a < s->height; a++)
                for (ptrdiff_t b = 0; b < s->width; b++, number++) {
                    ptrdiff_t phase = a % s->stride * p->in_x + b % s->stride;
                    REAL *to = corner + phase * p->size + a / s->stride * p->columns +
                               b / s->stride;
                    int_vec here = position == number - (int_vec){};
                    store(to, load(to) + (vec)((int_vec)d & here));
                }
        }
}

struct pooling {
    struct pool s;
    struct phases p;
    const REAL *in;
    REAL *out;
    void *where;
    ptrdiff_t groups;
    int failed;
};

static void max_pool_forward_task(void *context, ptrdiff_t group) {
    struct pooling *a = context;
    const struct pool *s = &a->s;
    REAL *phases = scratch(SLOT_IMAGE, phases_bytes(&a->p));
    if (phases == NULL) {
        a->failed = 1;
        return;
    }
    memset(phases, 0, phases_bytes(&a->p));
    ptrdiff_t last = share(s->planes, a->groups, group + 1);
    for (ptrdiff_t k = share(s->planes, a->groups, group); k < last; k++) {
        ptrdiff_t at = k * s->H_out * s->W_out;
        split_plane(s, &a->p, a->in + k * s->H * s->W, s->W, phases);
        pool_plane(s, &a->p, phases, 0, a->out + at, a->where, at);
    }
}

static void max_pool_backward_task(void *context, ptrdiff_t group) {
    struct pooling *a = context;
    const struct pool *s = &a->s;
    REAL *phases = scratch(SLOT_IMAGE, phases_bytes(&a->p));
    if (phases == NULL) {
        a->failed = 1;
        return;
    }
    ptrdiff_t last = share(s->planes, a->groups, group + 1);
    for (ptrdiff_t k = share(s->planes, a->groups, group); k < last; k++) {
        ptrdiff_t at = k * s->H_out * s->W_out;
        unpool_plane(s, &a->p, a->in + at, a->where, at, phases);
        merge_plane(s, &a->p, phases, a->out + k * s->H * s->W);
    }
}

static int max_pool_forward(const struct pool *s, const void *x, void *out, void *where) {
    struct pooling a = {.s = *s, .p = phases_of(s), .in = x, .out = out, .where = where};
    a.groups = least(s->planes, 4 * threads_get());
    parallel_for(max_pool_forward_task, &a, a.groups);
    return a.failed ? -1 : 0;
}

static int max_pool_backward(const struct pool *s, const void *dout, const void *where, void *dx) {
    struct pooling a = {.s = *s, .p = phases_of(s), .in = dout, .out = dx};
    a.where = (void *)where; /* only read */
    a.groups = least(s->planes, 4 * threads_get());
    parallel_for(max_pool_backward_task, &a, a.groups);
    return a.failed ? -1 : 0;
}
