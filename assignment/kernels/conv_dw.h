/* Convolution, the gradients with respect to the filters and the biases.
 *
 *     dw[f][t] = sum over images and places of  dout[f][place] * image[place + offset[t]]
 *
 * Layout. The sum runs over places, so vectors are better laid over filters: the sums then end as
 * vectors of dw, where vectors along places would each have to be added up at the end. dout is
 * transposed for this, to one vector of filters for each place. (Where filters would fill vectors
 * badly, conv_dw_rows.h does it the other way.)
 *
 * Blocking. For TB taps and NV vectors of filters, TB * NV sums stay in registers while the places
 * of a chunk go by: each loads NV vectors of dout and TB numbers of the image. A chunk is a number of
 * output rows such that its transposed dout stays in the L1 cache for all taps; then the sums are
 * added to the thread's own dw, transposed too, which fits the L2 cache.
 *
 * Output rows that see nothing but zeros through a row of taps, above or below the image, are left out:
 * with filters of 7x7 on 32 rows, one product in twenty.
 *
 * Threading. The chunks of all images are divided into one run for each thread, and each run has a
 * dw of its own; these are added up at the end in order, so that the result depends on the number of
 * threads but not on which was faster.
 *
 * db comes along with dw in float32. In float64 it does not: see conv_db.h.
 */

#define MAX_TB 8

INLINE void taps_tile(const int TB, const int NV, const REAL *dout, ptrdiff_t filter_pitch,
                      const REAL *image, const ptrdiff_t *offset, ptrdiff_t rows,
                      ptrdiff_t columns, ptrdiff_t pitch, REAL *dw) {
    vec sum[MAX_TB][4];
    UNROLL for (int t = 0; t < TB; t++)
        UNROLL for (int v = 0; v < NV; v++)
            sum[t][v] = (vec){};
    ptrdiff_t tap[MAX_TB];
    UNROLL for (int t = 0; t < TB; t++) {
        tap[t] = offset[t];
        UNROLL for (int v = 0; v < NV; v++)
            __builtin_prefetch(dw + t * filter_pitch + v * VL, 1);
    }
    for (ptrdiff_t i = 0; i < rows; i++, image += pitch) {
        const REAL *end = image + columns;
        for (const REAL *x = image; x < end; x++, dout += filter_pitch) {
            KEEP(x);
            vec d[4];
            UNROLL for (int v = 0; v < NV; v++)
                d[v] = load(dout + v * VL);
            UNROLL for (int t = 0; t < TB; t++) {
                vec number = broadcast(x[tap[t]]);
                UNROLL for (int v = 0; v < NV; v++)
                    sum[t][v] += number * d[v];
            }
        }
    }
    UNROLL for (int t = 0; t < TB; t++)
        UNROLL for (int v = 0; v < NV; v++) {
            REAL *p = dw + t * filter_pitch + v * VL;
            store(p, load(p) + sum[t][v]);
        }
}

typedef void taps_function(const REAL *dout, ptrdiff_t filter_pitch, const REAL *image,
                           const ptrdiff_t *offset, ptrdiff_t rows, ptrdiff_t columns,
                           ptrdiff_t pitch, REAL *dw);

#define TILE(TB, NV)                                                                              \
    static void taps_##TB##_##NV(const REAL *dout, ptrdiff_t filter_pitch, const REAL *image,     \
                                 const ptrdiff_t *offset, ptrdiff_t rows, ptrdiff_t columns,      \
                                 ptrdiff_t pitch, REAL *dw) {                                     \
        taps_tile(TB, NV, dout, filter_pitch, image, offset, rows, columns, pitch, dw);           \
    }
#define TILES(NV)                                                                                 \
    TILE(1, NV) TILE(2, NV) TILE(3, NV) TILE(4, NV) TILE(5, NV) TILE(6, NV) TILE(7, NV) TILE(8, NV)
TILES(1)
TILES(2)
TILES(3)
#undef TILES
#undef TILE

#define ROW(NV)                                                                                   \
    {taps_1_##NV, taps_2_##NV, taps_3_##NV, taps_4_##NV, taps_5_##NV, taps_6_##NV, taps_7_##NV,   \
     taps_8_##NV}
static taps_function *const taps_tiles[3][MAX_TB] = {ROW(1), ROW(2), ROW(3)};
#undef ROW

struct backward_w {
    struct conv s;
    struct upstream dout;
    const REAL *x;
    struct padded padded;
    const ptrdiff_t *offset;
    ptrdiff_t taps, filter_pitch; /* F, rounded up to vectors */
    ptrdiff_t tap_rows;           /* that are taken one by one, each of as many taps */
    struct chunks chunks;
    ptrdiff_t runs;
    REAL *partial; /* for each run: taps, then the bias, of filter_pitch each */
    ptrdiff_t partial_size;
    int failed;
};

/* Add a chunk to a run's db, and return whether dout is finite in it. */
static int add_to_db(const struct backward_w *a, const REAL *transposed, ptrdiff_t places, REAL *db) {
    int_vec infinite = {};
    for (ptrdiff_t f = 0; f < a->filter_pitch; f += VL) {
        vec sum = {};
        for (ptrdiff_t place = 0; place < places; place++)
            sum += load(transposed + place * a->filter_pitch + f);
        infinite |= sum * 0 != 0;
        store(db + f, load(db + f) + sum);
    }
    INTEGER any = 0;
    for (int lane = 0; lane < VL; lane++)
        any |= infinite[lane];
    return any == 0;
}

/* Add one chunk, from output row `row` on, to a run's dw and db. `image` is the chunk's first place's
 * first tap. Of each row of taps, output rows that see only zeros above or below the image are left
 * out, unless dout is infinite or NaN, whose product with zero is NaN. */
static void add_chunk(const struct backward_w *a, const REAL *transposed, ptrdiff_t row,
                      ptrdiff_t rows, const REAL *image, REAL *dw) {
    const struct conv *s = &a->s;
    const ptrdiff_t most_vectors = REGISTERS == 32 ? 3 : 2;
    ptrdiff_t vectors = a->filter_pitch / VL, groups = ceil_div(vectors, most_vectors);
    ptrdiff_t line = s->W_out * a->filter_pitch, taps = a->taps / a->tap_rows;
    int finite = 0;
    if (REAL_BITS == 32 || a->tap_rows > 1) /* in float64, db is computed apart */
        finite = add_to_db(a, transposed, rows * s->W_out, dw + a->taps * a->filter_pitch);
    for (ptrdiff_t i = 0; i < a->tap_rows; i++) {
        ptrdiff_t begin = 0, end = rows;
        if (finite && a->tap_rows > 1) {
            begin = most(0, ceil_div(most(0, s->pad - i), s->stride) - row);
            end = least(rows, ceil_div(most(0, s->H + s->pad - i), s->stride) - row);
        }
        if (begin >= end)
            continue;
        for (ptrdiff_t group = 0; group < groups; group++) {
            ptrdiff_t first = share(vectors, groups, group);
            ptrdiff_t NV = share(vectors, groups, group + 1) - first;
            ptrdiff_t blocks = ceil_div(taps, least(MAX_TB, MAX_SUMS / NV));
            for (ptrdiff_t block = 0; block < blocks; block++) {
                ptrdiff_t t = i * taps + share(taps, blocks, block);
                ptrdiff_t TB = i * taps + share(taps, blocks, block + 1) - t;
                taps_tiles[NV - 1][TB - 1](transposed + begin * line + first * VL, a->filter_pitch,
                                           image + begin * a->padded.columns, a->offset + t,
                                           end - begin, s->W_out, a->padded.columns,
                                           dw + t * a->filter_pitch + first * VL);
            }
        }
    }
}

static void dw_task(void *context, ptrdiff_t run) {
    struct backward_w *a = context;
    const struct conv *s = &a->s;
    REAL *image = scratch(SLOT_IMAGE, padded_bytes(&a->padded));
    REAL *transposed = scratch(
        SLOT_BAND, (size_t)(a->chunks.rows * s->W_out * a->filter_pitch) * sizeof(REAL) + 1);
    if (image == NULL || transposed == NULL) {
        a->failed = 1;
        return;
    }
    REAL *dw = a->partial + run * a->partial_size;
    memset(dw, 0, (size_t)a->partial_size * sizeof(REAL));
    clear_padded(&a->padded, image);
    const REAL *dout = NULL;
    ptrdiff_t filled = -1, places = s->H_out * s->W_out;
    ptrdiff_t last = share(s->N * a->chunks.count, a->runs, run + 1);
    for (ptrdiff_t chunk = share(s->N * a->chunks.count, a->runs, run); chunk < last; chunk++) {
        ptrdiff_t n = chunk / a->chunks.count, row = chunk % a->chunks.count * a->chunks.rows;
        ptrdiff_t rows = least(a->chunks.rows, s->H_out - row);
        if (n != filled) {
            fill_padded(&a->padded, a->x + n * s->C * s->H * s->W, image);
            dout = upstream_image(&a->dout, n, s->F, places);
            filled = n;
        }
        if (dout == NULL) {
            a->failed = 1;
            return;
        }
        transpose_matrix(dout + row * s->W_out, s->F, rows * s->W_out, places, transposed,
                         a->filter_pitch);
        add_chunk(a, transposed, row, rows, image + row * a->padded.columns, dw);
    }
}

/* Add the runs' results, in order, and transpose them to dw (F, taps) and db (F,). */
static void add_runs(const struct backward_w *a, REAL *dw, REAL *db) {
    for (ptrdiff_t run = 1; run < a->runs; run++)
        for (ptrdiff_t i = 0; i < a->partial_size; i += VL)
            store(a->partial + i,
                  load(a->partial + i) + load(a->partial + run * a->partial_size + i));
    const struct conv *s = &a->s;
    for (ptrdiff_t f = 0; f < s->F; f++)
        for (ptrdiff_t c = 0; c < s->C; c++)
            for (ptrdiff_t i = 0; i < s->HH; i++)
                for (ptrdiff_t j = 0; j < s->WW; j++)
                    *dw++ = a->partial[((i * s->C + c) * s->WW + j) * a->filter_pitch + f];
    if (REAL_BITS == 32)
        memcpy(db, a->partial + a->taps * a->filter_pitch, (size_t)a->s.F * sizeof(REAL));
}

static int every_dw(const struct conv *s, const struct upstream *dout, const void *x, void *dw,
                    void *db) {
    struct backward_w a = {.s = *s, .dout = *dout, .x = x, .padded = padded_for_windows(s)};
    a.taps = s->C * s->HH * s->WW;
    a.tap_rows = s->C * s->WW < 2 * MAX_TB ? 1 : s->HH; /* so few would not fill a tile */
    a.filter_pitch = round_up(s->F, VL);
    a.chunks = chunks_of(s);
    a.runs = most(1, least(threads_get(), s->N * a.chunks.count));
    a.partial_size = (a.taps + 1) * a.filter_pitch;
    ptrdiff_t *offset = scratch(SLOT_OFFSETS, (size_t)a.taps * sizeof *offset + 1);
    a.partial = scratch(SLOT_PARTIAL, (size_t)(a.runs * a.partial_size) * sizeof(REAL) + 1);
    if (offset == NULL || a.partial == NULL)
        return -1;
    a.offset = offset;
    list_taps(s, &a.padded, offset);
    parallel_for(dw_task, &a, a.runs);
    if (a.failed)
        return -1;
    add_runs(&a, dw, db);
    return 0;
}

static int conv_dw(const struct conv *s, const struct pool *pool, const void *dout,
                   const void *where, const void *x, void *dw, void *db) {
    struct upstream upstream = make_upstream(dout, where, pool);
    int failed, with_db = 0;
    if (where != NULL && pooled_pays(s, pool))
        failed = pooled_dw(s, pool, dout, where, x, dw, db);
    else if (rows_pay(s))
        failed = rows_dw(s, &upstream, x, dw, db, &with_db);
    else
        failed = every_dw(s, &upstream, x, dw, db);
    return failed != 0 || (REAL_BITS == 64 && !with_db && every_db(s, &upstream, db) != 0) ? -1 : 0;
}
