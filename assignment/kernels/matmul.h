/* Matrix product for affine layers: out (M, N) = a (M, K) b (K, N).
 *
 * BLAS would do, were it not for its threads: NumPy's keep spinning after their work is done, and
 * steal the cores from the next kernel. Here the product runs on the kernels' own threads, with the
 * convolution's tile (tile.h): rows of a are the filters, the K terms are the taps, and columns of b
 * the places.
 *
 * Blocking. b is divided into panels of 3 vectors of columns. Panels are copied ("packed") in pieces
 * of 128 rows that fit the caches; each piece is used by all rows of a before it makes room for the
 * next.
 *
 * Threading. If out is wide, a task is a group of panels. If it is tall, all of b is packed first, and
 * a task is a group of rows.
 */

#define PANEL_VECTORS 3
#define PIECE_ROWS 128
#define GROUP_PANELS 8 /* at most, so that a piece of each fits the L2 cache */

/* A matrix; its element (i, j) is at i * row + j, or at j * row + i if it is transposed. */
struct matrix {
    const REAL *data;
    ptrdiff_t row;
    int transposed;
};

struct product {
    ptrdiff_t M, N, K;
    struct matrix a, b;
    REAL *out;
    REAL *packed_a, *packed_b;
    ptrdiff_t blocks, panels; /* of rows of a, of columns of b */
    ptrdiff_t groups;                 /* of panels or of rows of a, as tasks */
    ptrdiff_t offset[PIECE_ROWS];
    int failed;
};

#define PANEL (PANEL_VECTORS * VL)

/* Copy rows k to k + rows of the panels from `begin` to `end`, the panels `pitch` apart. Columns
 * beyond the last become zero. */
static void pack_piece(const struct product *p, ptrdiff_t begin, ptrdiff_t end, ptrdiff_t k,
                       ptrdiff_t rows, REAL *to, ptrdiff_t pitch) {
    for (ptrdiff_t panel = begin; panel < end; panel++)
        if (p->b.transposed || p->N - panel * PANEL < PANEL)
            memset(to + (panel - begin) * pitch, 0, (size_t)(rows * PANEL) * sizeof(REAL));
    if (p->b.transposed) {
        for (ptrdiff_t panel = begin; panel < end; panel++)
            transpose_matrix(p->b.data + panel * PANEL * p->b.row + k,
                             least(PANEL, p->N - panel * PANEL), rows, p->b.row,
                             to + (panel - begin) * pitch, PANEL);
        return;
    }
    for (ptrdiff_t i = 0; i < rows; i++) /* by rows, as they lie in memory */
        for (ptrdiff_t panel = begin; panel < end; panel++) {
            const REAL *from = p->b.data + (k + i) * p->b.row + panel * PANEL;
            REAL *place = to + (panel - begin) * pitch + i * PANEL;
            if (p->N - panel * PANEL >= PANEL)
                UNROLL for (int v = 0; v < PANEL_VECTORS; v++)
                    store(place + v * VL, load(from + v * VL));
            else
                memcpy(place, from, (size_t)(p->N - panel * PANEL) * sizeof(REAL));
        }
}

/* Pack a block of rows of a as tile.h wants filters: all the rows' numbers for k = 0, then 1, ... */
static void pack_rows(void *context, ptrdiff_t block) {
    const struct product *p = context;
    ptrdiff_t first = share(p->M, p->blocks, block);
    ptrdiff_t FB = share(p->M, p->blocks, block + 1) - first;
    REAL *to = p->packed_a + first * p->K;
    for (ptrdiff_t k = 0; k < p->K; k++)
        for (ptrdiff_t f = 0; f < FB; f++)
            *to++ = p->a.data[p->a.transposed ? k * p->a.row + first + f
                                              : (first + f) * p->a.row + k];
}

/* Add a piece of b's share to blocks `begin` to `end` of rows, in the columns of a panel. */
static void multiply_piece(const struct product *p, ptrdiff_t panel, ptrdiff_t k, ptrdiff_t rows,
                           const REAL *piece, ptrdiff_t begin, ptrdiff_t end) {
    static const REAL zeros[MAX_FB];
    REAL edge[MAX_FB * PANEL];
    const REAL *place[MAX_NV] = {piece, piece + VL, piece + 2 * VL};
    ptrdiff_t j = panel * PANEL, columns = least(PANEL, p->N - j);
    for (ptrdiff_t block = begin; block < end; block++) {
        ptrdiff_t first = share(p->M, p->blocks, block);
        ptrdiff_t FB = share(p->M, p->blocks, block + 1) - first;
        REAL *out = p->out + first * p->N + j;
        REAL *to = out;
        ptrdiff_t pitch = p->N;
        if (columns < PANEL) { /* the last panel is not whole: work beside it */
            to = edge;
            pitch = PANEL;
            memset(edge, 0, sizeof edge);
            for (ptrdiff_t f = 0; f < FB; f++)
                memcpy(edge + f * PANEL, out + f * p->N, (size_t)columns * sizeof(REAL));
        }
        REAL *const target[MAX_NV] = {to, to + VL, to + 2 * VL};
        tiles[FB - 1][PANEL_VECTORS - 1](rows, p->offset, p->packed_a + first * p->K + k * FB,
                                         k == 0 ? zeros : NULL, place,
                                         target, pitch);
        if (columns < PANEL)
            for (ptrdiff_t f = 0; f < FB; f++)
                memcpy(out + f * p->N, edge + f * PANEL, (size_t)columns * sizeof(REAL));
    }
}

/* A group of panels of a wide product. */
static void panels_task(void *context, ptrdiff_t group) {
    struct product *p = context;
    ptrdiff_t begin = share(p->panels, p->groups, group);
    ptrdiff_t end = share(p->panels, p->groups, group + 1);
    REAL *pieces = scratch(SLOT_BAND, GROUP_PANELS * PIECE_ROWS * PANEL * sizeof(REAL));
    if (pieces == NULL) {
        p->failed = 1;
        return;
    }
    for (ptrdiff_t k = 0; k < p->K; k += PIECE_ROWS) {
        ptrdiff_t rows = least(PIECE_ROWS, p->K - k);
        pack_piece(p, begin, end, k, rows, pieces, PIECE_ROWS * PANEL);
        for (ptrdiff_t panel = begin; panel < end; panel++)
            multiply_piece(p, panel, k, rows, pieces + (panel - begin) * PIECE_ROWS * PANEL, 0,
                           p->blocks);
    }
}

static void pack_panel_task(void *context, ptrdiff_t panel) {
    const struct product *p = context;
    pack_piece(p, panel, panel + 1, 0, p->K, p->packed_b + panel * PANEL * p->K, 0);
}

/* A group of rows of a tall product. */
static void rows_task(void *context, ptrdiff_t group) {
    const struct product *p = context;
    ptrdiff_t begin = share(p->blocks, p->groups, group);
    ptrdiff_t end = share(p->blocks, p->groups, group + 1);
    for (ptrdiff_t block = begin; block < end; block++)
        for (ptrdiff_t panel = 0; panel < p->panels; panel++)
            for (ptrdiff_t k = 0; k < p->K; k += PIECE_ROWS)
                multiply_piece(p, panel, k, least(PIECE_ROWS, p->K - k),
                               p->packed_b + panel * PANEL * p->K + k * PANEL, block, block + 1);
}

static int matmul(ptrdiff_t M, ptrdiff_t N, ptrdiff_t K, const void *a, int a_transposed,
                  const void *b, int b_transposed, void *out) {
    struct product p = {.M = M, .N = N, .K = K, .out = out};
    p.a = (struct matrix){a, a_transposed ? M : K, a_transposed};
    p.b = (struct matrix){b, b_transposed ? K : N, b_transposed};
    p.blocks = filter_blocks(M);
    p.panels = ceil_div(N, PANEL);
    for (ptrdiff_t k = 0; k < PIECE_ROWS; k++)
        p.offset[k] = k * PANEL;
    p.packed_a = scratch(SLOT_SHARED, (size_t)(M * K) * sizeof(REAL) + 1);
    if (p.packed_a == NULL)
        return -1;
    if (K == 0)
        memset(out, 0, (size_t)(M * N) * sizeof(REAL));
    parallel_for(pack_rows, &p, p.blocks);
    if (N >= M) {
        p.groups = most(least(p.panels, threads_get()), ceil_div(p.panels, GROUP_PANELS));
        parallel_for(panels_task, &p, p.groups);
    } else {
        p.packed_b = scratch(SLOT_PARTIAL, (size_t)(p.panels * PANEL * K) * sizeof(REAL) + 1);
        if (p.packed_b == NULL)
            return -1;
        p.groups = least(p.blocks, 8 * threads_get());
        parallel_for(pack_panel_task, &p, p.panels);
        parallel_for(rows_task, &p, p.groups);
    }
    return p.failed ? -1 : 0;
}
