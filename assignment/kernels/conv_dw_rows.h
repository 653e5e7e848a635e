/* The gradients of a convolution's filters and biases, for filters that would fill vectors badly.
 *
 * conv_dw.h lays vectors over filters: 25 filters of float64 are four vectors of 8, and 7 of these 32
 * numbers are lost. Where the output's rows are whole numbers of vectors, here they are laid along
 * these instead: nothing is lost, and dout is read where it lies, without transposing it.
 *
 * Blocking. For FB filters and TB taps, FB * TB vectors of sums stay in registers while an image's
 * places go by: each vector of places loads FB vectors of dout and TB of the image. What they come to
 * is added to the thread's own dw, in which each number is a vector still, an image at a time; its VL
 * parts are added up at the very end. `rows_pay` asks whether images are large enough for that.
 *
 * Threading. Each run of images has a dw of its own, as in conv_dw.h.
 */

#define PAIRS_F (REGISTERS == 32 ? 5 : 3)
#define PAIRS_T (REGISTERS == 32 ? 5 : 4)

INLINE void pairs_tile(const int FB, const int TB, const REAL *dout, ptrdiff_t plane,
                       const REAL *image, const ptrdiff_t *offset, ptrdiff_t rows,
                       ptrdiff_t columns, ptrdiff_t pitch, REAL *dw, ptrdiff_t filter_pitch) {
    vec sum[5][5];
    ptrdiff_t tap[5];
    UNROLL for (int t = 0; t < TB; t++) {
        tap[t] = offset[t];
        UNROLL for (int f = 0; f < FB; f++)
            sum[f][t] = (vec){};
    }
    for (ptrdiff_t i = 0; i < rows; i++, image += pitch) {
        const REAL *end = image + columns;
        for (const REAL *x = image; x < end; x += VL, dout += VL) {
            KEEP(x);
            vec d[5];
            UNROLL for (int f = 0; f < FB; f++)
                d[f] = load(dout + f * plane);
            UNROLL for (int t = 0; t < TB; t++) {
                vec numbers = load(x + tap[t]);
                UNROLL for (int f = 0; f < FB; f++)
                    sum[f][t] += numbers * d[f];
            }
        }
    }
    UNROLL for (int f = 0; f < FB; f++)
        UNROLL for (int t = 0; t < TB; t++) {
            REAL *p = dw + f * filter_pitch + t * VL;
            store(p, load(p) + sum[f][t]);
        }
}

typedef void pairs_function(const REAL *dout, ptrdiff_t plane, const REAL *image,
                            const ptrdiff_t *offset, ptrdiff_t rows, ptrdiff_t columns,
                            ptrdiff_t pitch, REAL *dw, ptrdiff_t filter_pitch);

#define TILE(FB, TB)                                                                              \
    static void pairs_##FB##_##TB(const REAL *dout, ptrdiff_t plane, const REAL *image,           \
                                  const ptrdiff_t *offset, ptrdiff_t rows, ptrdiff_t columns,     \
                                  ptrdiff_t pitch, REAL *dw, ptrdiff_t filter_pitch) {            \
        pairs_tile(FB, TB, dout, plane, image, offset, rows, columns, pitch, dw, filter_pitch);   \
    }
#define TILES(FB) TILE(FB, 1) TILE(FB, 2) TILE(FB, 3) TILE(FB, 4) TILE(FB, 5)
#define ROW(FB) {pairs_##FB##_1, pairs_##FB##_2, pairs_##FB##_3, pairs_##FB##_4, pairs_##FB##_5}
TILES(1)
TILES(2)
TILES(3)
#if REGISTERS == 32
TILES(4)
TILES(5)
static pairs_function *const pairs_tiles[][5] = {ROW(1), ROW(2), ROW(3), ROW(4), ROW(5)};
#else
static pairs_function *const pairs_tiles[][5] = {ROW(1), ROW(2), ROW(3)};
#endif
#undef ROW
#undef TILES
#undef TILE

/* Whether to lay vectors along rows: if what is lost over filters outweighs adding each sum to memory
 * once for each image, which takes as long as 4 products, and threads can share images fairly. Not with
 * stride 1: there a pooling's gradient may be left to conv_dw_pooled.h, which promises the same to the
 * last bit as conv_dw.h gives. */
static int rows_pay(const struct conv *s) {
    ptrdiff_t lost = round_up(s->F, VL) - s->F;
    return s->stride > 1 && s->W_out % VL == 0 &&
           lost * s->H_out * s->W_out > 4 * VL * s->F && s->N >= 4 * threads_get();
}

struct rows_dw {
    struct conv s;
    struct upstream dout;
    const REAL *x;
    struct padded padded;
    const ptrdiff_t *offset;
    ptrdiff_t taps, runs;
    REAL *partial; /* for each run and filter: a vector for each tap, then one for the bias */
    ptrdiff_t filter_pitch;
    REAL *db; /* in float64, if there is one run only: all images come by in order */
    int failed;
};

/* Add one image to a run's dw and, in float32, db. */
static void add_image(const struct rows_dw *a, const REAL *dout, const REAL *image, REAL *dw) {
    const struct conv *s = &a->s;
    ptrdiff_t places = s->H_out * s->W_out;
    ptrdiff_t filter_blocks = ceil_div(s->F, PAIRS_F), tap_blocks = ceil_div(a->taps, PAIRS_T);
    for (ptrdiff_t i = 0; i < filter_blocks; i++) {
        ptrdiff_t f = share(s->F, filter_blocks, i);
        ptrdiff_t FB = share(s->F, filter_blocks, i + 1) - f;
        for (ptrdiff_t j = 0; j < tap_blocks; j++) {
            ptrdiff_t t = share(a->taps, tap_blocks, j);
            ptrdiff_t TB = share(a->taps, tap_blocks, j + 1) - t;
            pairs_tiles[FB - 1][TB - 1](dout + f * places, places, image, a->offset + t, s->H_out,
                                        s->W_out, a->padded.columns,
                                        dw + f * a->filter_pitch + t * VL, a->filter_pitch);
        }
    }
    for (ptrdiff_t f = 0; REAL_BITS == 32 && f < s->F; f++) {
        REAL *db = dw + f * a->filter_pitch + a->taps * VL;
        vec sum = {};
        for (ptrdiff_t place = 0; place < places; place += VL)
            sum += load(dout + f * places + place);
        store(db, load(db) + sum);
    }
}

static void rows_task(void *context, ptrdiff_t run) {
    struct rows_dw *a = context;
    const struct conv *s = &a->s;
    REAL *image = scratch(SLOT_IMAGE, padded_bytes(&a->padded));
    if (image == NULL) {
        a->failed = 1;
        return;
    }
    REAL *dw = a->partial + run * s->F * a->filter_pitch;
    memset(dw, 0, (size_t)(s->F * a->filter_pitch) * sizeof(REAL));
    clear_padded(&a->padded, image);
    for (ptrdiff_t n = share(s->N, a->runs, run); n < share(s->N, a->runs, run + 1); n++) {
        const REAL *dout = upstream_image(&a->dout, n, s->F, s->H_out * s->W_out);
        if (dout == NULL) {
            a->failed = 1;
            return;
        }
        fill_padded(&a->padded, a->x + n * s->C * s->H * s->W, image);
        add_image(a, dout, image, dw);
        if (a->db != NULL)
            add_db(dout, s->F, s->H_out * s->W_out, a->db);
    }
}

/* What a sum's vectors of all runs come to, in order. */
static REAL sum_of_runs(const struct rows_dw *a, ptrdiff_t f, ptrdiff_t t) {
    vec sum = {};
    for (ptrdiff_t run = 0; run < a->runs; run++)
        sum += load(a->partial + (run * a->s.F + f) * a->filter_pitch + t * VL);
    REAL total = 0;
    for (int lane = 0; lane < VL; lane++)
        total += sum[lane];
    return total;
}

/* *with_db tells whether db has been computed too. */
static int rows_dw(const struct conv *s, const struct upstream *dout, const void *x, REAL *dw,
                   REAL *db, int *with_db) {
    struct rows_dw a = {.s = *s, .dout = *dout, .x = x, .padded = padded_for_windows(s)};
    a.taps = s->C * s->HH * s->WW;
    a.runs = threads_get();
    a.filter_pitch = (a.taps + 1) * VL;
    *with_db = REAL_BITS == 32 || a.runs == 1;
    if (REAL_BITS == 64 && *with_db)
        a.db = memset(db, 0, (size_t)s->F * sizeof(REAL));
    ptrdiff_t *offset = scratch(SLOT_OFFSETS, (size_t)a.taps * sizeof *offset + 1);
    a.partial = scratch(SLOT_PARTIAL, (size_t)(a.runs * s->F * a.filter_pitch) * sizeof(REAL));
    if (offset == NULL || a.partial == NULL)
        return -1;
    a.offset = offset;
    for (ptrdiff_t c = 0; c < s->C; c++)
        for (ptrdiff_t i = 0; i < s->HH; i++)
            for (ptrdiff_t j = 0; j < s->WW; j++)
                *offset++ = tap_offset(&a.padded, c, i, j);
    parallel_for(rows_task, &a, a.runs);
    if (a.failed)
        return -1;
    for (ptrdiff_t f = 0; f < s->F; f++) {
        for (ptrdiff_t t = 0; t < a.taps; t++)
            *dw++ = sum_of_runs(&a, f, t);
        if (REAL_BITS == 32)
            *db++ = sum_of_runs(&a, f, a.taps);
    }
    return 0;
}
