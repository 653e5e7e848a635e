/* Max pooling, the forward pass, for any window and stride.
 *
 * For each vector of windows, go through the window's positions and keep the greatest value and its
 * position; `where` keeps the position, in one byte for windows of up to 255 positions.
 *
 * Layout. With stride s, neighbouring windows look s columns apart, which vectors cannot load. For
 * the usual windows, 2x2 and 3x3 with stride 2, two neighbouring vectors are loaded and shuffled to
 * their even and their odd columns. For others a plane is first split into its s * s phases (row mod
 * s, column mod s): in a phase, what position (i, j) of neighbouring windows looks at lies side by
 * side. A plane of a usual size stays in the L1 cache meanwhile.
 *
 * Threading. A task is a group of planes.
 */

/* For each number: a where the mask (of a comparison) is set, b elsewhere. */
INLINE vec choose(int_vec mask, vec a, vec b) {
    return (vec)(((int_vec)a & mask) | ((int_vec)b & ~mask));
}

#if VECTOR_BYTES * 8 / REAL_BITS == 16
#define NEXT 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16
#elif VECTOR_BYTES * 8 / REAL_BITS == 8
#define NEXT 1, 2, 3, 4, 5, 6, 7, 8
#elif VECTOR_BYTES * 8 / REAL_BITS == 4
#define NEXT 1, 2, 3, 4
#else
#define NEXT 1, 2
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

/* The greatest values so far of a vector of windows, and which position of the window they are at. */
struct maxima {
    vec best;
    int_vec position;
};

/* The same number in all lanes. */
INLINE int_vec everywhere(INTEGER position) { return position - (int_vec){}; }

/* A greater value is taken, and the first of equal ones kept; NaN is taken, and not given up. */
INLINE void take(struct maxima *m, vec value, int_vec position) {
#if defined(__AVX512F__) && REAL_BITS == 32
    __m512 v = (__m512)value, best = (__m512)m->best;
    __mmask16 keep = _mm512_cmp_ps_mask(v, v, _CMP_ORD_Q);
    keep = _mm512_mask_cmp_ps_mask(keep, v, best, _CMP_NGT_UQ);
    m->best = (vec)_mm512_mask_mov_ps(v, keep, best);
    m->position = (int_vec)_mm512_mask_mov_epi32((__m512i)position, keep, (__m512i)m->position);
#elif defined(__AVX512F__)
    __m512d v = (__m512d)value, best = (__m512d)m->best;
    __mmask8 keep = _mm512_cmp_pd_mask(v, v, _CMP_ORD_Q);
    keep = _mm512_mask_cmp_pd_mask(keep, v, best, _CMP_NGT_UQ);
    m->best = (vec)_mm512_mask_mov_pd(v, keep, best);
    m->position = (int_vec)_mm512_mask_mov_epi64((__m512i)position, keep, (__m512i)m->position);
#else
    int_vec better = (value > m->best) | (value != value);
    m->best = choose(better, value, m->best);
    m->position = (better & position) | (~better & m->position);
#endif
}

/* Results of a plane: `room` numbers may be written to, from the first on. */
struct pooled {
    REAL *out;
    void *where;
    ptrdiff_t where_at, room;
    int relu, wide;
};

/* Write the results of `count` windows, from number `at` of the plane on. Where there is room, more is
 * written, by whole vectors: the windows that follow overwrite it. With `relu`, results below zero
 * become zero, and those that are not above zero pass no gradient: the same as a relu before the
 * pooling, for a quarter of the work or less. */
INLINE void store_maxima(const struct pooled *to, ptrdiff_t at, struct maxima m, ptrdiff_t count) {
    if (to->relu) {
        int_vec above = m.best > (vec){};
        m.best = (vec)(~(m.best <= (vec){}) & (int_vec)m.best);
        m.position = (above & m.position) | (~above & (NOWHERE(to->wide) - (int_vec){}));
    }
    if (at + VL <= to->room)
        count = VL;
    if (count == VL)
        store(to->out + at, m.best);
    else
        memcpy(to->out + at, &m.best, (size_t)count * sizeof(REAL));
    store_where(to->where, to->where_at + at, m.position, count, to->wide);
}

/* Pool a plane, whose rows lie `pitch` apart, by windows of 2x2 and stride 2. This and pool_threes read
 * up to OVER numbers beyond the plane. */
#define OVER (2 * VL + 2)
INLINE void pool_twos(const struct pool *s, const REAL *plane, ptrdiff_t pitch, struct pooled to) {
    for (ptrdiff_t i = 0; i < s->H_out; i++)
        for (ptrdiff_t j = 0; j < s->W_out; j += VL) {
            struct maxima m = {};
            UNROLL for (int a = 0; a < 2; a++) {
                const REAL *row = plane + (2 * i + a) * pitch + 2 * j;
                vec left = load(row), right = load(row + VL);
                if (a == 0)
                    m.best = SHUFFLE(left, right, EVEN);
                else
                    take(&m, SHUFFLE(left, right, EVEN), everywhere(2));
                take(&m, SHUFFLE(left, right, ODD), everywhere(2 * a + 1));
            }
            store_maxima(&to, i * s->W_out + j, m, least(VL, s->W_out - j));
        }
}

/* The maxima of a row of windows that are three wide. */
INLINE struct maxima row_of_three(const REAL *row) {
    vec left = load(row), right = load(row + VL), even = SHUFFLE(left, right, EVEN);
    struct maxima m = {.best = even};
    take(&m, SHUFFLE(left, right, ODD), everywhere(1));
    take(&m, SHUFFLE(even, broadcast(row[2 * VL]), NEXT), everywhere(2));
    return m;
}

/* The same for windows of 3x3. The last row of a window is the first of the one below, so each row's
 * maxima are found once: vectors go down the plane. The last of a row's may overlap the one before it,
 * as what is written beyond a row would not be written over any more. */
INLINE void pool_threes(const struct pool *s, const REAL *plane, ptrdiff_t pitch,
                        struct pooled to) {
    for (ptrdiff_t at = 0; at < s->W_out; at += VL) {
        ptrdiff_t j = least(at, most(0, s->W_out - VL));
        const REAL *row = plane + 2 * j;
        struct maxima last = row_of_three(row);
        for (ptrdiff_t i = 0; i < s->H_out; i++, row += 2 * pitch) {
            struct maxima m = last, middle = row_of_three(row + pitch);
            last = row_of_three(row + 2 * pitch);
            take(&m, middle.best, middle.position + 3);
            take(&m, last.best, last.position + 6);
            store_maxima(&to, i * s->W_out + j, m, least(VL, s->W_out - j));
        }
    }
}

/* Pool a plane that has been split into phases. */
static void pool_phases(const struct pool *s, const struct phases *p, const REAL *phases,
                        struct pooled to) {
    for (ptrdiff_t i = 0; i < s->H_out; i++)
        for (ptrdiff_t j = 0; j < s->W_out; j += VL) {
            const REAL *corner = phases + i * p->columns + j;
            struct maxima m = {.best = load(corner)};
            INTEGER number = 0;
            for (ptrdiff_t a = 0; a < s->height; a++)
                for (ptrdiff_t b = 0; b < s->width; b++, number++) {
                    ptrdiff_t phase = a % s->stride * p->in_x + b % s->stride;
                    take(&m, load(corner + phase * p->size + a / s->stride * p->columns +
                                  b / s->stride),
                         everywhere(number));
                }
            store_maxima(&to, i * s->W_out + j, m, least(VL, s->W_out - j));
        }
}

/* Pool a plane, whose rows lie `pitch` apart; `readable` tells whether OVER numbers beyond it may be
 * read. `phases` is memory for its phases. */
static void pool_plane(const struct pool *s, const struct phases *p, const REAL *plane,
                       ptrdiff_t pitch, int readable, REAL *phases, struct pooled to) {
    int square = s->height == s->width && s->stride == 2 && readable;
    to.wide = s->height * s->width > 255;
    if (square && s->height == 2)
        pool_twos(s, plane, pitch, to);
    else if (square && s->height == 3)
        pool_threes(s, plane, pitch, to);
    else {
        split_plane(s, p, plane, pitch, phases);
        pool_phases(s, p, phases, to);
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
    ptrdiff_t last = share(s->planes, a->groups, group + 1), plane = s->H * s->W;
    ptrdiff_t pooled = s->H_out * s->W_out;
    for (ptrdiff_t k = share(s->planes, a->groups, group); k < last; k++) {
        struct pooled to = {a->out + k * pooled, a->where, k * pooled, (last - k) * pooled, 0, 0};
        pool_plane(s, &a->p, a->in + k * plane, s->W, (k + 1) * plane + OVER <= s->planes * plane,
                   phases, to);
    }
}

static int max_pool_forward(const struct pool *s, const void *x, void *out, void *where) {
    struct pooling a = {.s = *s, .p = phases_of(s), .in = x, .out = out, .where = where};
    a.groups = least(s->planes, 4 * threads_get());
    parallel_for(max_pool_forward_task, &a, a.groups);
    return a.failed ? -1 : 0;
}
