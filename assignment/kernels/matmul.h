/* Matrix product for affine layers: out (M, N) = a (M, K) b (K, N).
 *
 * BLAS would do, were it not for its threads: NumPy's keep spinning after their work is done, and
 * steal the cores from the next kernel. Here the product runs on the kernels' own threads, with the
 * convolution's tile (tile.h): rows of a are the filters, the K terms are the taps, and columns of b
 * the places.
 *
 * Blocking. b is divided into panels of 3 vectors of columns, and these into pieces of 128 rows. All
 * rows of a use a piece while it is in the L1 cache. If b is transposed, or its columns fill no whole
 * number of vectors, the piece is first copied ("packed") to where it can be read by vectors. (Most of
 * what is transposed goes to matmul_lines.h, which needs no copy.)
 *
 * A batch of examples times a large matrix of weights is a wide product: few rows, and a b that fits
 * no cache. Each of its numbers is used by 50 examples only, so waiting for memory would take as long
 * as the arithmetic. While the tiles of one piece are computed, the next piece is therefore asked for
 * (`prefetch_piece`), some rows with each tile, in the order in which b lies in memory: it is read
 * once, from end to end.
 *
 * The gradient of the weights is a tall product: few terms, and a result that fits no cache. Its rows
 * are computed in groups, in memory of the thread's own, and written from there past the caches.
 *
 * Threading. A task is a group of panels of a wide product; if there are few panels, as in a layer
 * of few outputs, a run of terms, whose results are added up at the end in order. Of a tall product it
 * is a group of rows.
 */

#define PANEL_VECTORS 3
#define PANEL (PANEL_VECTORS * VL)
#define PIECE_ROWS 128
#define GROUP_PANELS 8 /* of a wide product */
#define GROUP_ROWS 16  /* of a tall product; so many rows are a whole number of vectors */

/* Which cache the next piece comes to: the L1 cache if it holds two pieces, else the L2 cache. */
#define NEAR (2 * PIECE_ROWS * PANEL_VECTORS * VECTOR_BYTES <= 24 * 1024 ? 3 : 2)

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
    REAL *packed_a, *packed_b, *partial;
    ptrdiff_t panels;       /* of columns of b */
    ptrdiff_t groups, runs; /* of panels and of terms, or of rows and of groups of rows */
    ptrdiff_t offset[PIECE_ROWS]; /* of each term in a packed piece */
    ptrdiff_t in_b[PIECE_ROWS];   /* and in b as it is */
    int streams; /* whether the result is written past the caches */
    int failed;
};

/* Copy `rows` rows of a panel, from row k on. Columns beyond the last become zero. */
static void pack_piece(const struct product *p, ptrdiff_t panel, ptrdiff_t k, ptrdiff_t rows,
                       REAL *to) {
    ptrdiff_t columns = least(PANEL, p->N - panel * PANEL);
    if (columns < PANEL)
        memset(to, 0, (size_t)(rows * PANEL) * sizeof(REAL));
    if (p->b.transposed) {
        transpose_matrix(p->b.data + panel * PANEL * p->b.row + k, columns, rows, p->b.row, to,
                         PANEL);
        return;
    }
    const REAL *from = p->b.data + k * p->b.row + panel * PANEL;
    for (ptrdiff_t i = 0; i < rows; i++, from += p->b.row, to += PANEL)
        if (columns == PANEL)
            UNROLL for (int v = 0; v < PANEL_VECTORS; v++)
                store(to + v * VL, load(from + v * VL));
        else
            memcpy(to, from, (size_t)columns * sizeof(REAL));
}

/* Ask for part number `part` of a piece that is going to be packed. Inline: GCC leaves out calls of a
 * function that does nothing else. */
INLINE void prefetch_piece(const struct product *p, ptrdiff_t panel, ptrdiff_t k, ptrdiff_t rows,
                           ptrdiff_t parts, ptrdiff_t part) {
    ptrdiff_t columns = least(PANEL, p->N - panel * PANEL), j = panel * PANEL;
    const REAL *from = p->b.data + (p->b.transposed ? j * p->b.row + k : k * p->b.row + j);
    ptrdiff_t lines = p->b.transposed ? columns : rows; /* as they lie in memory */
    ptrdiff_t length = p->b.transposed ? rows : columns;
    ptrdiff_t end = share(lines, parts, part + 1);
    for (ptrdiff_t i = share(lines, parts, part); i < end; i++) {
        for (ptrdiff_t at = 0; at < length; at += CACHE_LINE / (ptrdiff_t)sizeof(REAL))
            __builtin_prefetch(from + i * p->b.row + at, 0, NEAR);
        __builtin_prefetch(from + i * p->b.row + length - 1, 0, NEAR);
    }
}

/* Pack terms k to k + terms of `rows` rows of a as tile.h wants filters: for each block of rows, all
 * of its numbers for the first term, then those for the second, and so on. */
static void pack_rows(const struct product *p, ptrdiff_t row, ptrdiff_t rows, ptrdiff_t k,
                      ptrdiff_t terms, REAL *to) {
    ptrdiff_t blocks = filter_blocks(rows);
    for (ptrdiff_t block = 0; block < blocks; block++) {
        ptrdiff_t first = share(rows, blocks, block);
        ptrdiff_t FB = share(rows, blocks, block + 1) - first;
        const REAL *from = p->a.data + (p->a.transposed ? k * p->a.row + row + first
                                                        : (row + first) * p->a.row + k);
        ptrdiff_t next_term = p->a.transposed ? p->a.row : 1;
        ptrdiff_t next_row = p->a.transposed ? 1 : p->a.row;
        if (FB == MAX_FB)
            for (ptrdiff_t t = 0; t < terms; t++, from += next_term, to += MAX_FB)
                UNROLL for (int f = 0; f < MAX_FB; f++)
                    to[f] = from[f * next_row];
        else
            for (ptrdiff_t t = 0; t < terms; t++, from += next_term)
                for (ptrdiff_t f = 0; f < FB; f++)
                    *to++ = from[f * next_row];
    }
}

/* Multiply a block of rows, packed, with a piece of a panel. `out` is the block's first number in the
 * panel, in rows `pitch` apart; the products are added to what it holds unless they are the first. */
static void multiply_block(const struct product *p, ptrdiff_t FB, const REAL *packed, int first,
                           ptrdiff_t panel, ptrdiff_t terms, const REAL *piece,
                           const ptrdiff_t *offset, REAL *out, ptrdiff_t pitch) {
    static const REAL zeros[MAX_FB];
    REAL edge[MAX_FB * PANEL];
    const REAL *place[MAX_NV] = {piece, piece + VL, piece + 2 * VL};
    ptrdiff_t columns = least(PANEL, p->N - panel * PANEL), vectors = ceil_div(columns, VL);
    int whole = columns % VL == 0; /* else the last vector would be written over what follows */
    REAL *to = whole ? out : edge;
    ptrdiff_t to_pitch = whole ? pitch : PANEL;
    if (!whole && !first)
        for (ptrdiff_t f = 0; f < FB; f++)
            memcpy(edge + f * PANEL, out + f * pitch, (size_t)columns * sizeof(REAL));
    REAL *const target[MAX_NV] = {to, to + VL, to + 2 * VL};
    tiles[FB - 1][vectors - 1](terms, offset, packed, first ? zeros : NULL, place, target,
                               to_pitch);
    if (!whole)
        for (ptrdiff_t f = 0; f < FB; f++)
            memcpy(out + f * pitch, edge + f * PANEL, (size_t)columns * sizeof(REAL));
}

/* The pieces of a task, in the order in which they lie in memory. */
struct piece {
    ptrdiff_t panel, k, rows;
};

static struct piece piece_number(const struct product *p, ptrdiff_t i, ptrdiff_t first_panel,
                                 ptrdiff_t panels, ptrdiff_t first_k, ptrdiff_t end_k) {
    ptrdiff_t pieces = ceil_div(end_k - first_k, PIECE_ROWS); /* of a panel */
    ptrdiff_t panel = p->b.transposed ? i / pieces : i % panels;
    ptrdiff_t k = first_k + (p->b.transposed ? i % pieces : i / panels) * PIECE_ROWS;
    return (struct piece){first_panel + panel, k, least(PIECE_ROWS, end_k - k)};
}

/* A group of panels of a wide product, or a run of its terms. */
static void wide_task(void *context, ptrdiff_t task) {
    struct product *p = context;
    ptrdiff_t run = task / p->groups, group = task % p->groups;
    ptrdiff_t first_panel = share(p->panels, p->groups, group);
    ptrdiff_t panels = share(p->panels, p->groups, group + 1) - first_panel;
    ptrdiff_t first_k = share(p->K, p->runs, run), end_k = share(p->K, p->runs, run + 1);
    ptrdiff_t count = panels * ceil_div(end_k - first_k, PIECE_ROWS);
    ptrdiff_t blocks = filter_blocks(p->M);
    REAL *out = run == 0 ? p->out : p->partial + (run - 1) * p->M * p->N;
    REAL *packed = scratch(SLOT_BAND, PIECE_ROWS * PANEL * sizeof(REAL));
    if (packed == NULL) {
        p->failed = 1;
        return;
    }
    for (ptrdiff_t i = 0; i < count; i++) {
        struct piece now = piece_number(p, i, first_panel, panels, first_k, end_k);
        struct piece next = piece_number(p, least(i + 1, count - 1), first_panel, panels, first_k,
                                         end_k);
        const REAL *piece = packed;
        const ptrdiff_t *offset = p->offset;
        if (!p->b.transposed && least(PANEL, p->N - now.panel * PANEL) % VL == 0) {
            piece = p->b.data + now.k * p->b.row + now.panel * PANEL;
            offset = p->in_b;
        } else
            pack_piece(p, now.panel, now.k, now.rows, packed);
        for (ptrdiff_t block = 0; block < blocks; block++) {
            ptrdiff_t first = share(p->M, blocks, block);
            ptrdiff_t FB = share(p->M, blocks, block + 1) - first;
            prefetch_piece(p, next.panel, next.k, next.rows, blocks, block);
            multiply_block(p, FB, p->packed_a + first * p->K + now.k * FB, now.k == first_k,
                           now.panel, now.rows, piece, offset, out + first * p->N + now.panel * PANEL,
                           p->N);
        }
    }
}

static void pack_block_task(void *context, ptrdiff_t block) {
    const struct product *p = context;
    ptrdiff_t blocks = filter_blocks(p->M), first = share(p->M, blocks, block);
    pack_rows(p, first, share(p->M, blocks, block + 1) - first, 0, p->K, p->packed_a + first * p->K);
}

/* Add the runs' results of a row of the result. */
static void add_runs_task(void *context, ptrdiff_t row) {
    const struct product *p = context;
    REAL *out = p->out + row * p->N;
    for (ptrdiff_t run = 1; run < p->runs; run++) {
        const REAL *more = p->partial + ((run - 1) * p->M + row) * p->N;
        for (ptrdiff_t j = 0; j < p->N; j++)
            out[j] += more[j];
    }
}

static int multiply_wide(struct product *p) {
    ptrdiff_t threads = threads_get();
    p->packed_a = scratch(SLOT_SHARED, (size_t)(p->M * p->K) * sizeof(REAL) + 1);
    p->groups = most(least(p->panels, threads), ceil_div(p->panels, GROUP_PANELS));
    p->runs = 1;
    if (p->panels < 16 * threads && p->K >= 4 * PIECE_ROWS * threads) {
        p->groups = 1;
        p->runs = threads;
    }
    p->partial = scratch(SLOT_PARTIAL, (size_t)((p->runs - 1) * p->M * p->N) * sizeof(REAL) + 1);
    if (p->packed_a == NULL || p->partial == NULL)
        return -1;
    parallel_for(pack_block_task, p, filter_blocks(p->M));
    parallel_for(wide_task, p, p->groups * p->runs);
    if (p->runs > 1)
        parallel_for(add_runs_task, p, p->M);
    return p->failed ? -1 : 0;
}

/* Multiply a group of rows, packed, with a piece of a panel. */
static void multiply_group(const struct product *p, ptrdiff_t panel, ptrdiff_t k,
                           const REAL *packed, ptrdiff_t rows, REAL *result) {
    ptrdiff_t blocks = filter_blocks(rows), terms = least(PIECE_ROWS, p->K - k);
    for (ptrdiff_t block = 0; block < blocks; block++) {
        ptrdiff_t first = share(rows, blocks, block);
        ptrdiff_t FB = share(rows, blocks, block + 1) - first;
        multiply_block(p, FB, packed + first * terms, k == 0, panel, terms,
                       p->packed_b + (panel * p->K + k) * PANEL, p->offset,
                       result + first * p->N + panel * PANEL, p->N);
    }
}

/* A run of groups of a tall product's rows. */
static void tall_task(void *context, ptrdiff_t task) {
    struct product *p = context;
    ptrdiff_t size = p->streams ? GROUP_ROWS * p->N : 0; /* of a group's result */
    REAL *packed = scratch(SLOT_PHASES, GROUP_ROWS * PIECE_ROWS * sizeof(REAL));
    REAL *results = scratch(SLOT_BAND, (size_t)(2 * size) * sizeof(REAL) + 1);
    if (packed == NULL || results == NULL) {
        p->failed = 1;
        return;
    }
    ptrdiff_t end = share(p->groups, p->runs, task + 1), ready = 0;
    for (ptrdiff_t group = share(p->groups, p->runs, task); group < end; group++) {
        ptrdiff_t row = group * GROUP_ROWS, rows = least(GROUP_ROWS, p->M - row);
        REAL *out = p->out + row * p->N;
        REAL *result = p->streams ? results + group % 2 * size : out;
        const REAL *before = results + (group + 1) % 2 * size; /* the last group's result */
        for (ptrdiff_t k = 0; k < p->K; k += PIECE_ROWS) {
            ptrdiff_t terms = least(PIECE_ROWS, p->K - k);
            pack_rows(p, row, rows, k, terms, packed);
            for (ptrdiff_t panel = 0; panel < p->panels; panel++) {
                multiply_group(p, panel, k, packed, rows, result);
                if (k == 0) /* a part of what is ready, so that writing does not hold up the next */
                    stream_part(out - ready, before, ready, p->panels, panel);
            }
        }
        ready = p->streams ? rows * p->N : 0;
    }
    if (ready > 0)
        stream_part(p->out + (end - 1) * size, results + (end + 1) % 2 * size, ready, 1, 0);
    end_streaming();
}

static void pack_panel_task(void *context, ptrdiff_t panel) {
    const struct product *p = context;
    pack_piece(p, panel, 0, p->K, p->packed_b + panel * PANEL * p->K);
}

static int multiply_tall(struct product *p) {
    p->packed_b = scratch(SLOT_PARTIAL, (size_t)(p->panels * PANEL * p->K) * sizeof(REAL) + 1);
    if (p->packed_b == NULL)
        return -1;
    p->streams = p->M * p->N * (ptrdiff_t)sizeof(REAL) >= STREAM_BYTES &&
                 (uintptr_t)p->out % VECTOR_BYTES == 0;
    p->groups = ceil_div(p->M, GROUP_ROWS);
    p->runs = least(p->groups, 4 * threads_get());
    parallel_for(pack_panel_task, p, p->panels);
    parallel_for(tall_task, p, p->runs);
    return p->failed ? -1 : 0;
}

static int matmul(ptrdiff_t M, ptrdiff_t N, ptrdiff_t K, const void *a, int a_transposed,
                  const void *b, int b_transposed, void *out) {
    if (b_transposed && !a_transposed && lines_pay(M, N, K))
        return matmul_lines(M, N, K, a, b, out);
    struct product p = {.M = M, .N = N, .K = K, .out = out, .panels = ceil_div(N, PANEL)};
    p.a = (struct matrix){a, a_transposed ? M : K, a_transposed};
    p.b = (struct matrix){b, b_transposed ? K : N, b_transposed};
    for (ptrdiff_t k = 0; k < PIECE_ROWS; k++)
        p.offset[k] = k * PANEL, p.in_b[k] = k * p.b.row;
    if (K == 0)
        memset(out, 0, (size_t)(M * N) * sizeof(REAL));
    return N >= M ? multiply_wide(&p) : multiply_tall(&p);
}
