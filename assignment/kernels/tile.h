/* The heart of convolution's forward pass and of dx: a few filters at many places of an image.
 *
 * A convolution is a sum over taps (channel, row and column of the filter):
 *
 *     out[f][place] = sum over taps t of  w[f][t] * image[place + offset[t]]
 *
 * where a place is the top left corner of a window in the padded image, and offset[t] says how far
 * from there tap t looks. A tile computes this for FB filters at NV vectors of VL neighbouring
 * places. Its FB * NV sums stay in registers for the whole sum over taps. Each tap loads NV vectors
 * of the image and FB numbers of the filters, and does FB * NV fused multiply-adds with them: with
 * 8 filters and 3 vectors, 24 for 11 loads, so that arithmetic, not memory, sets the pace.
 *
 * For that, an image is first copied into a padded one, so that no tap needs to ask whether it looks
 * over the edge, and filters are packed: for each block of FB filters, the FB weights of tap 0, then
 * those of tap 1, and so on. With stride s, places are s apart; the padded image is split into
 * s * s phases (row mod s, column mod s), in which they are neighbours again.
 *
 * Taps are listed row by row of the filter, so that a place at an image's upper or lower edge can leave
 * out those that see only zeros there: with filters of 7x7 on 32 rows, one product in twenty. (Not if
 * a weight is infinite or NaN: its product with zero is NaN.)
 *
 * Places run over a grid of rows that lie `pitch` apart. Vectors are laid along each row or, where
 * this takes fewer of them (rows much shorter than a vector), along the whole grid as if it were one
 * row; then some results belong to no place, and are left out when the band is written.
 */

#define MAX_FB (REGISTERS == 32 ? 8 : 4)
#define MAX_NV 8
#define MAX_SUMS (REGISTERS == 32 ? 24 : 12)

/* A part of a convolution: all taps, a grid of places, the filters in blocks. */
struct correlation {
    ptrdiff_t taps;
    const ptrdiff_t *offset; /* of each tap */
    const REAL *packed;      /* the filters */
    const REAL *start;       /* for each filter, what its sums begin at */
    ptrdiff_t filters, blocks;
    ptrdiff_t rows, columns, pitch; /* the grid */
    ptrdiff_t band_rows, bands;     /* the grid's rows are taken in bands that fit the L1 cache */
    ptrdiff_t row_vectors;          /* vectors in a row; 0 if vectors run along the whole grid */
    ptrdiff_t tap_rows;             /* the taps' rows, one after the other, each of as many taps */
    ptrdiff_t above, image_rows;    /* zeros above the image, seen from the grid's row 0; its rows */
    ptrdiff_t band_pitch;           /* from row to row of a band's results */
};

/* Sums begin at start[f] or, if that is NULL, at what `to` holds. Vector v of filter f is read from place[v] on, and its sums are written to
 * to[v] + f * filter_pitch. */
INLINE void tile(const int FB, const int NV, ptrdiff_t taps, const ptrdiff_t *offset,
                 const REAL *w, const REAL *start, const REAL *const *place, REAL *const *to,
                 ptrdiff_t filter_pitch) {
    vec sum[8][MAX_NV];
    UNROLL for (int f = 0; f < FB; f++)
        UNROLL for (int v = 0; v < NV; v++)
            sum[f][v] = start == NULL ? load(to[v] + f * filter_pitch) : broadcast(start[f]);
    const REAL *p[MAX_NV];
    UNROLL for (int v = 0; v < NV; v++) {
        p[v] = place[v];
        UNROLL for (int f = 0; f < FB; f++)
            __builtin_prefetch(to[v] + f * filter_pitch, 1);
    }
    for (ptrdiff_t t = 0; t < taps; t++, w += FB) {
        vec x[MAX_NV];
        UNROLL for (int v = 0; v < NV; v++)
            x[v] = load(p[v] + offset[t]);
        UNROLL for (int f = 0; f < FB; f++) {
            vec weight = broadcast(w[f]);
            UNROLL for (int v = 0; v < NV; v++)
                sum[f][v] += weight * x[v];
        }
    }
    UNROLL for (int f = 0; f < FB; f++)
        UNROLL for (int v = 0; v < NV; v++)
            store(to[v] + f * filter_pitch, sum[f][v]);
}

typedef void tile_function(ptrdiff_t taps, const ptrdiff_t *offset, const REAL *w,
                           const REAL *start, const REAL *const *place, REAL *const *to,
                           ptrdiff_t filter_pitch);

#define TILE(FB, NV)                                                                              \
    static void tile_##FB##_##NV(ptrdiff_t taps, const ptrdiff_t *offset, const REAL *w,          \
                                 const REAL *start, const REAL *const *place, REAL *const *to,    \
                                 ptrdiff_t filter_pitch) {                                        \
        tile(FB, NV, taps, offset, w, start, place, to, filter_pitch);                            \
    }
TILE(1, 1) TILE(1, 2) TILE(1, 3) TILE(1, 4) TILE(1, 5) TILE(1, 6) TILE(1, 7) TILE(1, 8)
TILE(2, 1) TILE(2, 2) TILE(2, 3) TILE(2, 4) TILE(2, 5) TILE(2, 6)
TILE(3, 1) TILE(3, 2) TILE(3, 3) TILE(3, 4)
TILE(4, 1) TILE(4, 2) TILE(4, 3)
#if REGISTERS == 32
TILE(2, 7) TILE(2, 8)
TILE(3, 5) TILE(3, 6) TILE(3, 7) TILE(3, 8)
TILE(4, 4) TILE(4, 5) TILE(4, 6)
TILE(5, 1) TILE(5, 2) TILE(5, 3) TILE(5, 4)
TILE(6, 1) TILE(6, 2) TILE(6, 3) TILE(6, 4)
TILE(7, 1) TILE(7, 2) TILE(7, 3)
TILE(8, 1) TILE(8, 2) TILE(8, 3)
#endif
#undef TILE

static tile_function *const tiles[][MAX_NV] = {
#if REGISTERS == 32
    {tile_1_1, tile_1_2, tile_1_3, tile_1_4, tile_1_5, tile_1_6, tile_1_7, tile_1_8},
    {tile_2_1, tile_2_2, tile_2_3, tile_2_4, tile_2_5, tile_2_6, tile_2_7, tile_2_8},
    {tile_3_1, tile_3_2, tile_3_3, tile_3_4, tile_3_5, tile_3_6, tile_3_7, tile_3_8},
    {tile_4_1, tile_4_2, tile_4_3, tile_4_4, tile_4_5, tile_4_6},
    {tile_5_1, tile_5_2, tile_5_3, tile_5_4},
    {tile_6_1, tile_6_2, tile_6_3, tile_6_4},
    {tile_7_1, tile_7_2, tile_7_3},
    {tile_8_1, tile_8_2, tile_8_3},
#else
    {tile_1_1, tile_1_2, tile_1_3, tile_1_4, tile_1_5, tile_1_6, tile_1_7, tile_1_8},
    {tile_2_1, tile_2_2, tile_2_3, tile_2_4, tile_2_5, tile_2_6},
    {tile_3_1, tile_3_2, tile_3_3, tile_3_4},
    {tile_4_1, tile_4_2, tile_4_3},
#endif
};

/* The filters of a block are as equal in number as can be: 25 are 7 + 6 + 6 + 6. */
INLINE ptrdiff_t filter_blocks(ptrdiff_t filters) { return ceil_div(filters, MAX_FB); }

/* Decide how vectors are laid over the grid, and how many rows make a band. */
static void lay_out(struct correlation *c) {
    ptrdiff_t by_row = ceil_div(c->columns, VL);
    ptrdiff_t along = ceil_div((c->rows - 1) * c->pitch + c->columns, VL);
    c->blocks = filter_blocks(c->filters);
    c->row_vectors = along < c->rows * by_row ? 0 : by_row;
    c->band_pitch = c->row_vectors ? by_row * VL : c->pitch;
    ptrdiff_t bytes = MAX_FB * c->band_pitch * (ptrdiff_t)sizeof(REAL);
    c->bands = ceil_div(c->rows, most(1, 24 * 1024 / bytes));
    c->band_rows = ceil_div(c->rows, c->bands);
    c->bands = ceil_div(c->rows, c->band_rows);
}

/* How many numbers the results of a band may take. */
INLINE ptrdiff_t band_size(const struct correlation *c) {
    return MAX_FB * (c->band_rows * c->band_pitch + VL);
}

/* How many rows of places from number `row` on, up to `end`, can be computed together: rows from which
 * some taps see nothing but zeros above or below the image are taken alone, without these taps. */
INLINE ptrdiff_t rows_together(const struct correlation *c, ptrdiff_t row, ptrdiff_t end,
                               ptrdiff_t FB) {
    ptrdiff_t low = c->above, high = c->above + c->image_rows - c->tap_rows + 1;
    if (c->row_vectors == 0 || FB * c->row_vectors < 6 || high <= low)
        return end - row; /* alone they would not keep the processor busy */
    return row < low || row >= high ? 1 : least(end, high) - row;
}

/* Compute `rows` rows of places from `row` on, for block number `block` of the filters. `image` is
 * the first place's first tap.
 *
 * Filter f's result for row r and column j of these goes to to[f * to_filter + r * to_row + j] if
 * the rows can be written there, by whole vectors: then 0 is returned. Otherwise it goes to
 * band[f * p + r * c->band_pitch + j] for the caller to take from there; then p is returned. */
static ptrdiff_t correlate(const struct correlation *c, const REAL *image, ptrdiff_t block,
                           ptrdiff_t row, ptrdiff_t rows, REAL *band, REAL *to,
                           ptrdiff_t to_filter, ptrdiff_t to_row) {
    ptrdiff_t first = share(c->filters, c->blocks, block);
    ptrdiff_t FB = share(c->filters, c->blocks, block + 1) - first;
    ptrdiff_t vectors = c->row_vectors ? rows * c->row_vectors
                                       : ceil_div((rows - 1) * c->pitch + c->columns, VL);
    int direct = to != NULL && c->row_vectors * VL == c->columns;
    ptrdiff_t tap_row = c->taps / c->tap_rows, together;
    image += row * c->pitch;
    for (ptrdiff_t r = 0; r < rows; r += together) {
        together = rows_together(c, row + r, row + rows, FB);
        ptrdiff_t last = least(c->tap_rows, c->above + c->image_rows - row - r); /* of taps' rows */
        ptrdiff_t skip = most(0, least(last, c->above - (row + r + together - 1)));
        ptrdiff_t taps = most(0, last - skip) * tap_row;
        ptrdiff_t start = r * c->row_vectors;
        ptrdiff_t count = c->row_vectors ? together * c->row_vectors : vectors;
        ptrdiff_t parts = ceil_div(count, least(MAX_NV, MAX_SUMS / FB));
        for (ptrdiff_t part = 0; part < parts; part++) {
            ptrdiff_t begin = start + share(count, parts, part);
            ptrdiff_t end = start + share(count, parts, part + 1);
            const REAL *place[MAX_NV];
            REAL *target[MAX_NV];
            for (ptrdiff_t v = begin; v < end; v++) {
                ptrdiff_t i = c->row_vectors ? v / c->row_vectors : 0;
                ptrdiff_t j = (v - i * c->row_vectors) * VL;
                place[v - begin] = image + i * c->pitch + j;
                target[v - begin] = direct ? to + i * to_row + j : band + v * VL;
            }
            tiles[FB - 1][end - begin - 1](
                taps, c->offset + skip * tap_row, c->packed + first * c->taps + skip * tap_row * FB,
                c->start + first, place, target, direct ? to_filter : vectors * VL);
        }
    }
    return direct ? 0 : vectors * VL;
}
