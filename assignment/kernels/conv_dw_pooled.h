/* The gradients of the filters and biases of a convolution that a relu and a pooling follow.
 *
 * Of the convolution's results, a pooling passes the gradient to one in each window: with windows of
 * 2x2, three quarters of dout are zeros. Where conv_dw.h multiplies them all, here each number
 * that a pooling passed is listed with its place, and
 *
 *     dw[f][row of taps] += number * image[place + offset[row]]
 *
 * Layout. The taps of one row of a filter look at neighbours, so vectors are laid along rows of taps:
 * a filter of 7x7 on 3 channels has 21, of which a vector of 8 holds each. The sums of some rows stay
 * in registers while the list goes by. The bias is one more row, which looks at a plane of ones.
 *
 * A row of 3 taps fills a vector badly: `pooled_pays` counts which of the two ways takes fewer loads
 * or products.
 *
 * Chunks, runs and the order of all sums are those of conv_dw.h, and leaving out zeros changes no sum:
 * both ways give the same to the last bit. (Where windows overlap they would not, as conv_dw.h adds up
 * what one place receives before it multiplies; such poolings are left to it.)
 */

#define ROW_BYTES (VECTOR_BYTES < 32 ? VECTOR_BYTES : 32) /* rows are short: no longer vectors */
#define ROW_VL ((ptrdiff_t)(ROW_BYTES / sizeof(REAL)))
#define MAX_ROWS (REGISTERS == 32 ? 24 : 12)

typedef REAL row_vec __attribute__((vector_size(ROW_BYTES)));
typedef REAL row_memory __attribute__((vector_size(ROW_BYTES), aligned(sizeof(REAL)), may_alias));

/* The part of a filter's gradient that a pooling and a relu let pass. */
struct passed {
    ptrdiff_t count;
    REAL *number;
    int32_t *place;
};

INLINE void add_rows(const int rows, struct passed list, const REAL *image,
                     const ptrdiff_t *offset, REAL *dw) {
    row_vec sum[MAX_ROWS];
    const REAL *row[MAX_ROWS];
    UNROLL for (int r = 0; r < rows; r++) {
        sum[r] = (row_vec){};
        row[r] = image + offset[r];
    }
    for (ptrdiff_t k = 0; k < list.count; k++) {
        row_vec number = list.number[k] - (row_vec){};
        ptrdiff_t place = list.place[k];
        UNROLL for (int r = 0; r < rows; r++)
            sum[r] += number * *(const row_memory *)(row[r] + place);
    }
    UNROLL for (int r = 0; r < rows; r++)
        *(row_memory *)(dw + r * ROW_VL) += sum[r];
}

typedef void rows_function(struct passed list, const REAL *image, const ptrdiff_t *offset,
                           REAL *dw);

#define ROWS(N)                                                                                   \
    static void rows_##N(struct passed list, const REAL *image, const ptrdiff_t *offset,         \
                         REAL *dw) {                                                              \
        add_rows(N, list, image, offset, dw);                                                     \
    }
ROWS(1) ROWS(2) ROWS(3) ROWS(4) ROWS(5) ROWS(6) ROWS(7) ROWS(8) ROWS(9) ROWS(10) ROWS(11) ROWS(12)
#if REGISTERS == 32
ROWS(13) ROWS(14) ROWS(15) ROWS(16) ROWS(17) ROWS(18) ROWS(19) ROWS(20) ROWS(21) ROWS(22) ROWS(23)
ROWS(24)
#endif
#undef ROWS

static rows_function *const rows_tiles[MAX_ROWS] = {
    rows_1,  rows_2,  rows_3,  rows_4,  rows_5,  rows_6,
    rows_7,  rows_8,  rows_9,  rows_10, rows_11, rows_12,
#if REGISTERS == 32
    rows_13, rows_14, rows_15, rows_16, rows_17, rows_18,
    rows_19, rows_20, rows_21, rows_22, rows_23, rows_24,
#endif
};

struct pooled_w {
    struct conv s;
    struct pool pool;
    const REAL *dout, *x;
    const uint8_t *where;
    struct padded padded;
    struct chunks chunks;
    ptrdiff_t row_vectors, vectors; /* of a row of taps; of a filter, filled up to whole blocks */
    ptrdiff_t blocks, runs;
    const ptrdiff_t *offset; /* of each vector of taps */
    uint8_t row[256], column[256]; /* in a window, of each position */
    REAL *partial; /* for each run: the filters' vectors */
    ptrdiff_t partial_size;
    int failed;
};

/* List what some rows of image n's gradient for filter f received, in the order of places. */
static void list_passed(const struct pooled_w *a, ptrdiff_t n, ptrdiff_t f, ptrdiff_t first_row,
                         ptrdiff_t rows, struct passed *list) {
    const struct pool *pool = &a->pool;
    const uint8_t *restrict row = a->row, *restrict column = a->column;
    REAL *restrict number = list->number;
    int32_t *restrict place = list->place;
    ptrdiff_t count = 0;
    for (ptrdiff_t r = first_row; r < first_row + rows; r++) {
        ptrdiff_t i = r / pool->stride, inside = r - i * pool->stride;
        if (inside >= pool->height || i >= pool->H_out)
            continue;
        ptrdiff_t at = ((n * a->s.F + f) * pool->H_out + i) * pool->W_out;
        const REAL *restrict dout = a->dout + at;
        const uint8_t *restrict where = a->where + at;
        int32_t corner = (int32_t)(r * a->padded.columns), step = (int32_t)pool->stride;
        for (ptrdiff_t j = 0; j < pool->W_out; j++, corner += step) {
            number[count] = dout[j]; /* overwritten by the next if it is another row's */
            place[count] = corner + column[where[j]];
            count += row[where[j]] == inside;
        }
    }
    list->count = count;
}

/* Add a chunk, from output row `row` of image n on, to a filter's vectors. */
INLINE void add_passed(const struct pooled_w *a, ptrdiff_t n, ptrdiff_t f, ptrdiff_t row,
                       const REAL *image, struct passed *list, REAL *dw) {
    ptrdiff_t vectors = a->vectors / a->blocks; /* of a block */
    list_passed(a, n, f, row, least(a->chunks.rows, a->s.H_out - row), list);
    for (ptrdiff_t v = 0; v < a->vectors; v += vectors)
        rows_tiles[vectors - 1](*list, image, a->offset + v, dw + v * ROW_VL);
}

static void pooled_dw_task(void *context, ptrdiff_t run) {
    struct pooled_w *a = context;
    const struct conv *s = &a->s;
    size_t places = (size_t)(a->chunks.rows * a->pool.W_out + 1);
    REAL *image = scratch(SLOT_IMAGE, padded_bytes(&a->padded));
    struct passed list = {.number = scratch(SLOT_UPSTREAM, places * sizeof(REAL))};
    list.place = scratch(SLOT_BAND, places * sizeof *list.place);
    if (image == NULL || list.number == NULL || list.place == NULL) {
        a->failed = 1;
        return;
    }
    REAL *dw = a->partial + run * a->partial_size;
    memset(dw, 0, (size_t)a->partial_size * sizeof(REAL));
    clear_padded(&a->padded, image);
    for (ptrdiff_t k = 0; k < a->padded.plane; k++) /* after the image's own planes */
        image[s->C * a->padded.plane + k] = 1;
    ptrdiff_t chunks = s->N * a->chunks.count, last = share(chunks, a->runs, run + 1), end;
    for (ptrdiff_t chunk = share(chunks, a->runs, run); chunk < last; chunk = end) {
        ptrdiff_t n = chunk / a->chunks.count;
        end = least(last, (n + 1) * a->chunks.count);
        fill_planes(&a->padded, s->C, a->x + n * s->C * s->H * s->W, image);
        for (ptrdiff_t f = 0; f < s->F; f++) /* dout and where are read as they lie in memory */
            for (ptrdiff_t k = chunk; k < end; k++)
                add_passed(a, n, f, (k - n * a->chunks.count) * a->chunks.rows, image, &list,
                           dw + f * a->vectors * ROW_VL);
    }
}

/* Whether this way takes less time than conv_dw.h. A load that crosses cache lines counts for 4/3 of
 * a product. */
static int pooled_pays(const struct conv *s, const struct pool *pool) {
    if (s->stride != 1 || pool->height * pool->width > 255 ||
        pool->stride < most(pool->height, pool->width))
        return 0;
    ptrdiff_t here = s->C * s->HH * ceil_div(s->WW, ROW_VL) * pool->H_out * pool->W_out;
    ptrdiff_t there = s->C * s->HH * s->WW * s->H_out * s->W_out / VL;
    return 4 * here < 3 * there;
}

/* List the offsets of the vectors of taps and of the bias, and where in a window positions are. */
static void list_places(struct pooled_w *a, ptrdiff_t *offset) {
    const struct conv *s = &a->s;
    for (ptrdiff_t c = 0; c < s->C; c++)
        for (ptrdiff_t i = 0; i < s->HH; i++)
            for (ptrdiff_t j = 0; j < s->WW; j += ROW_VL)
                *offset++ = tap_offset(&a->padded, c, i, j);
    for (ptrdiff_t v = s->C * s->HH * a->row_vectors; v < a->vectors; v++)
        *offset++ = s->C * a->padded.plane; /* the bias; more of them fill up the last block */
    memset(a->row, NOWHERE(0), sizeof a->row);
    memset(a->column, 0, sizeof a->column);
    for (ptrdiff_t k = 0; k < a->pool.height * a->pool.width; k++) {
        a->row[k] = (uint8_t)(k / a->pool.width);
        a->column[k] = (uint8_t)(k % a->pool.width);
    }
}

/* Add the runs' results, in order, to dw (F, taps) and db (F,). */
static void add_pooled_runs(const struct pooled_w *a, REAL *dw, REAL *db) {
    const struct conv *s = &a->s;
    for (ptrdiff_t run = 1; run < a->runs; run++)
        for (ptrdiff_t i = 0; i < a->partial_size; i++)
            a->partial[i] += a->partial[run * a->partial_size + i];
    const REAL *sum = a->partial;
    for (ptrdiff_t f = 0; f < s->F; f++, sum += a->vectors * ROW_VL) {
        for (ptrdiff_t row = 0; row < s->C * s->HH; row++, dw += s->WW)
            memcpy(dw, sum + row * a->row_vectors * ROW_VL, (size_t)s->WW * sizeof(REAL));
        db[f] = sum[s->C * s->HH * a->row_vectors * ROW_VL];
    }
}

static int pooled_dw(const struct conv *s, const struct pool *pool, const void *dout,
                     const void *where, const void *x, void *dw, void *db) {
    struct pooled_w a = {.s = *s, .pool = *pool, .dout = dout, .x = x, .where = where};
    a.padded = padded_for_windows(s);
    a.padded.planes = s->C + 1; /* the last is of ones */
    a.chunks = chunks_of(s);
    a.row_vectors = ceil_div(s->WW, ROW_VL);
    a.vectors = s->C * s->HH * a.row_vectors + 1;
    a.blocks = ceil_div(a.vectors, MAX_ROWS);
    a.vectors = round_up(a.vectors, a.blocks);
    a.runs = most(1, least(threads_get(), s->N * a.chunks.count));
    a.partial_size = s->F * a.vectors * ROW_VL;
    ptrdiff_t *offset = scratch(SLOT_OFFSETS, (size_t)a.vectors * sizeof *offset);
    a.partial = scratch(SLOT_PARTIAL, (size_t)(a.runs * a.partial_size) * sizeof(REAL) + 1);
    if (offset == NULL || a.partial == NULL)
        return -1;
    a.offset = offset;
    list_places(&a, offset);
    parallel_for(pooled_dw_task, &a, a.runs);
    if (a.failed)
        return -1;
    add_pooled_runs(&a, dw, db);
    return 0;
}
