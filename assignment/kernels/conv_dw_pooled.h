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
 * in registers while the list goes by. The image is copied to lines, of which line y * C + c is row y of
 * channel c: so the rows that a number needs are lines one after the other, and one pointer walks
 * through them, where one for each row would not fit into the registers.
 *
 * A vector that begins anywhere lies across two lines of the processor's cache nearly half the time,
 * and then takes two loads. If there is room in the L1 cache, a second copy of the image lies half
 * a cache line further on: each vector is within one in the one copy or the other.
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
    INTEGER *place;
};

/* Add what is listed to some rows of taps; return the sum of it. */
INLINE REAL add_rows(const int rows, struct passed list, const REAL *image, ptrdiff_t pitch,
                     REAL *dw) {
    REAL total = 0;
    row_vec sum[MAX_ROWS];
    UNROLL_MORE for (int r = 0; r < rows; r++)
        sum[r] = (row_vec){};
    for (ptrdiff_t k = 0; k < list.count; k++) {
        row_vec number = list.number[k] - (row_vec){};
        const REAL *row = image + list.place[k];
        total += list.number[k];
        UNROLL_MORE for (int r = 0; r < rows; r++, row += pitch)
            sum[r] += number * *(const row_memory *)row;
    }
    UNROLL_MORE for (int r = 0; r < rows; r++)
        *(row_memory *)(dw + r * ROW_VL) += sum[r];
    return total;
}

typedef REAL rows_function(struct passed list, const REAL *image, ptrdiff_t pitch, REAL *dw);

#define ROWS(N)                                                                                   \
    static REAL rows_##N(struct passed list, const REAL *image, ptrdiff_t pitch, REAL *dw) {      \
        return add_rows(N, list, image, pitch, dw);                                               \
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
    struct chunks chunks;
    ptrdiff_t lines, pitch; /* of the image's copy; numbers from line to line */
    ptrdiff_t second;       /* how far on the second copy is; 0 if there is none */
    ptrdiff_t rows, row_vectors, blocks; /* of taps; vectors in each; blocks of rows */
    ptrdiff_t runs;
    uint8_t row[256], column[256]; /* in a window, of each position */
    REAL *partial; /* for each run: of each filter the vectors, then of each the bias */
    ptrdiff_t filter_size, partial_size;
    int failed;
};

/* Whether a vector from column x on lies across two lines of the cache, so that the second copy is to be
 * taken. */
#define IN_LINE (CACHE_LINE / (ptrdiff_t)sizeof(REAL))
#define CROSSES(x) (((x) & (IN_LINE - 1)) > IN_LINE - ROW_VL)

/* Add to the list what a row of windows passed to row `inside` of each. `at` is the first of these
 * windows, `line` where the places of that row begin in the image's copy. */
#if defined(__AVX512F__)
INLINE void list_row(const struct pooled_w *a, ptrdiff_t at, ptrdiff_t inside, ptrdiff_t line,
                     struct passed *list) {
    const struct pool *pool = &a->pool;
    INTEGER first = (INTEGER)(inside * pool->width); /* position in the window */
    int_vec lanes;
    for (int lane = 0; lane < VL; lane++)
        lanes[lane] = lane;
    for (ptrdiff_t j = 0; j < pool->W_out; j += VL) {
        struct vector_of_windows v =
            load_windows(a->dout + at + j, a->where, at + j, pool->W_out - j,
                         pool->planes * pool->H_out * pool->W_out - at - j, 0);
        int_vec column = v.position - first;
        int_vec passed = (column >= 0) & (column < (INTEGER)pool->width) &
                         (lanes < (INTEGER)(pool->W_out - j));
        int_vec x = (lanes + (INTEGER)j) * (INTEGER)pool->stride + column;
        int_vec place = x + (INTEGER)line + (CROSSES(x) & (INTEGER)a->second);
        list->count += store_passed(list->number + list->count, list->place + list->count, v.d,
                                    place, passed);
    }
}
#else
INLINE void list_row(const struct pooled_w *a, ptrdiff_t at, ptrdiff_t inside, ptrdiff_t line,
                     struct passed *list) {
    const uint8_t *restrict row = a->row, *restrict column = a->column;
    const REAL *restrict dout = a->dout + at;
    const uint8_t *restrict where = a->where + at;
    REAL *restrict number = list->number;
    INTEGER *restrict place = list->place;
    ptrdiff_t count = list->count, corner = 0;
    for (ptrdiff_t j = 0; j < a->pool.W_out; j++, corner += a->pool.stride) {
        ptrdiff_t x = corner + column[where[j]];
        number[count] = dout[j]; /* overwritten by the next if it is another row's */
        place[count] = (INTEGER)(line + x + (-CROSSES(x) & a->second));
        count += row[where[j]] == inside;
    }
    list->count = count;
}
#endif

/* List what some rows of image n's gradient for filter f received, in the order of places. */
static void list_passed(const struct pooled_w *a, ptrdiff_t n, ptrdiff_t f, ptrdiff_t first_row,
                        ptrdiff_t rows, struct passed *list) {
    const struct pool *pool = &a->pool;
    list->count = 0;
    for (ptrdiff_t r = first_row; r < first_row + rows; r++) {
        ptrdiff_t i = r / pool->stride, inside = r - i * pool->stride;
        if (inside < pool->height && i < pool->H_out)
            list_row(a, ((n * a->s.F + f) * pool->H_out + i) * pool->W_out, inside,
                     r * a->s.C * a->pitch, list);
    }
}

/* Add a chunk, from output row `row` of image n on, to a filter's vectors and bias. */
INLINE void add_passed(const struct pooled_w *a, ptrdiff_t n, ptrdiff_t f, ptrdiff_t row,
                       const REAL *image, struct passed *list, REAL *dw, REAL *db) {
    REAL sum = 0;
    list_passed(a, n, f, row, least(a->chunks.rows, a->s.H_out - row), list);
    for (ptrdiff_t v = 0; v < a->row_vectors; v++)
        for (ptrdiff_t block = 0; block < a->blocks; block++) {
            ptrdiff_t r = share(a->rows, a->blocks, block);
            sum = rows_tiles[share(a->rows, a->blocks, block + 1) - r - 1](
                *list, image + r * a->pitch + v * ROW_VL, a->pitch,
                dw + (v * a->rows + r) * ROW_VL);
        }
    *db += sum; /* each gives the same */
}

/* Copy image n to its lines. */
static void fill_lines(const struct pooled_w *a, ptrdiff_t n, REAL *image) {
    const struct conv *s = &a->s;
    for (ptrdiff_t c = 0; c < s->C; c++)
        for (ptrdiff_t i = 0; i < s->H; i++) {
            const REAL *from = a->x + ((n * s->C + c) * s->H + i) * s->W;
            REAL *to = image + ((i + s->pad) * s->C + c) * a->pitch + s->pad;
            copy_row(to, from, s->W);
            if (a->second)
                copy_row(to + a->second, from, s->W);
        }
}

static size_t lines_bytes(const struct pooled_w *a) {
    return (size_t)(a->lines * a->pitch + a->second + IN_LINE) * sizeof(REAL);
}

static void pooled_dw_task(void *context, ptrdiff_t run) {
    struct pooled_w *a = context;
    const struct conv *s = &a->s;
    size_t places = (size_t)(a->chunks.rows * a->pool.W_out + VL);
    REAL *image = scratch(SLOT_IMAGE, lines_bytes(a));
    struct passed list = {.number = scratch(SLOT_UPSTREAM, places * sizeof(REAL))};
    list.place = scratch(SLOT_BAND, places * sizeof *list.place);
    if (image == NULL || list.number == NULL || list.place == NULL) {
        a->failed = 1;
        return;
    }
    REAL *dw = a->partial + run * a->partial_size, *db = dw + s->F * a->filter_size;
    memset(dw, 0, (size_t)a->partial_size * sizeof(REAL));
    memset(image, 0, lines_bytes(a));
    ptrdiff_t chunks = s->N * a->chunks.count, last = share(chunks, a->runs, run + 1), end;
    for (ptrdiff_t chunk = share(chunks, a->runs, run); chunk < last; chunk = end) {
        ptrdiff_t n = chunk / a->chunks.count;
        end = least(last, (n + 1) * a->chunks.count);
        fill_lines(a, n, image);
        for (ptrdiff_t f = 0; f < s->F; f++) /* dout and where are read as they lie in memory */
            for (ptrdiff_t k = chunk; k < end; k++)
                add_passed(a, n, f, (k - n * a->chunks.count) * a->chunks.rows, image, &list,
                           dw + f * a->filter_size, db + f);
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

/* List where in a window positions are. */
static void list_positions(struct pooled_w *a) {
    memset(a->row, NOWHERE(0), sizeof a->row);
    memset(a->column, 0, sizeof a->column);
    for (ptrdiff_t k = 0; k < a->pool.height * a->pool.width; k++) {
        a->row[k] = (uint8_t)(k / a->pool.width);
        a->column[k] = (uint8_t)(k % a->pool.width);
    }
}

/* Lay out the image's copy; see above. */
static void lay_out_lines(struct pooled_w *a) {
    const struct conv *s = &a->s;
    ptrdiff_t columns = s->W + 2 * s->pad, aligned = round_up(columns + ROW_VL, IN_LINE);
    ptrdiff_t used = (a->chunks.rows + s->HH) * s->C; /* lines that a chunk looks at */
    a->lines = (s->H + 2 * s->pad) * s->C;
    a->pitch = columns;
    if (2 * used * aligned * (ptrdiff_t)sizeof(REAL) <= MAX_CHUNK) {
        a->pitch = aligned;
        a->second = a->lines * aligned + IN_LINE / 2;
    }
}

/* Add the runs' results, in order, to dw (F, taps) and db (F,). */
static void add_pooled_runs(const struct pooled_w *a, REAL *dw, REAL *db) {
    const struct conv *s = &a->s;
    for (ptrdiff_t run = 1; run < a->runs; run++)
        for (ptrdiff_t i = 0; i < a->partial_size; i++)
            a->partial[i] += a->partial[run * a->partial_size + i];
    const REAL *sum = a->partial;
    for (ptrdiff_t f = 0; f < s->F; f++, sum += a->filter_size)
        for (ptrdiff_t c = 0; c < s->C; c++)
            for (ptrdiff_t i = 0; i < s->HH; i++)
                for (ptrdiff_t j = 0; j < s->WW; j++)
                    *dw++ = sum[(j / ROW_VL * a->rows + i * s->C + c) * ROW_VL + j % ROW_VL];
    memcpy(db, sum, (size_t)s->F * sizeof(REAL));
}

static int pooled_dw(const struct conv *s, const struct pool *pool, const void *dout,
                     const void *where, const void *x, void *dw, void *db) {
    struct pooled_w a = {.s = *s, .pool = *pool, .dout = dout, .x = x, .where = where};
    a.chunks = chunks_of(s);
    a.rows = s->C * s->HH;
    a.row_vectors = ceil_div(s->WW, ROW_VL);
    a.blocks = ceil_div(a.rows, MAX_ROWS);
    a.runs = most(1, least(threads_get(), s->N * a.chunks.count));
    a.filter_size = a.rows * a.row_vectors * ROW_VL;
    a.partial_size = s->F * (a.filter_size + 1);
    a.partial = scratch(SLOT_PARTIAL, (size_t)(a.runs * a.partial_size) * sizeof(REAL) + 1);
    if (a.partial == NULL)
        return -1;
    list_positions(&a);
    lay_out_lines(&a);
    parallel_for(pooled_dw_task, &a, a.runs);
    if (a.failed)
        return -1;
    add_pooled_runs(&a, dw, db);
    return 0;
}
