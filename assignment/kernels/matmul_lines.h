/* Matrix product with a matrix that is given transposed: out (M, N) = a (M, K) times w (N, K)
 * transposed. This is dx of an affine layer: dout times the transposed weights.
 *
 * matmul.h lays vectors over the columns of the result, for which it transposes the weights, all 16 MB
 * of a large layer. Here vectors are laid over the rows, which are the examples of a batch. Then w is
 * read where it lies, number by number along its lines, and `a` is transposed, which is far smaller.
 *
 * A batch of 50 is three vectors of 16 examples, and two examples more. Those two are multiplied by
 * vectors along the terms, whose sums are then added up to one number each: that takes about twice
 * their share of the whole. A fourth vector, for two of its lanes, would take a third more.
 *
 * Blocking. MAX_FB lines of w meet up to 3 vectors of rows for all terms at once, with all sums in
 * registers. `a` comes from the L2 cache meanwhile: 3 vectors for 24 multiply-adds. The lines that
 * are next are asked for. Results of LINES lines are transposed to whole vectors of the result's rows.
 *
 * Threading. A task is a run of lines.
 */

#define LINES (VL > MAX_FB ? VL : MAX_FB)
#define ROW_VECTORS (MAX_SUMS / MAX_FB) /* of rows, in a tile */
#define MAX_LEFT 2                      /* rows after the last whole vector of them */
#define LINES_BYTES (256L << 10)        /* how large `a` may be, to stay in the L2 cache */

struct lines_product {
    ptrdiff_t N, K;
    const REAL *a, *w;
    REAL *out;
    REAL *transposed;                /* a's whole vectors of rows, panel by panel */
    ptrdiff_t vectors, panels, left; /* of rows */
    ptrdiff_t runs;                  /* of lines */
    int failed;
};

/* MAX_FB lines of w times a panel of NV vectors of rows. */
INLINE void lines_tile(const int NV, ptrdiff_t K, const REAL *w, const REAL *rows, REAL *to,
                       ptrdiff_t pitch) {
    const ptrdiff_t step = CACHE_LINE / (ptrdiff_t)sizeof(REAL);
    vec sum[MAX_FB][ROW_VECTORS];
    UNROLL for (int f = 0; f < MAX_FB; f++)
        UNROLL for (int v = 0; v < NV; v++)
            sum[f][v] = (vec){};
    for (ptrdiff_t k = 0; k < K; k += step) {
        UNROLL for (int f = 0; f < MAX_FB; f++)
            __builtin_prefetch(w + (MAX_FB + f) * K + k);
        for (ptrdiff_t t = k; t < least(k + step, K); t++, rows += NV * VL) {
            vec x[ROW_VECTORS];
            UNROLL for (int v = 0; v < NV; v++)
                x[v] = load(rows + v * VL);
            UNROLL for (int f = 0; f < MAX_FB; f++) {
                vec weight = broadcast(w[f * K + t]);
                UNROLL for (int v = 0; v < NV; v++)
                    sum[f][v] += weight * x[v];
            }
        }
    }
    UNROLL for (int f = 0; f < MAX_FB; f++)
        UNROLL for (int v = 0; v < NV; v++)
            store(to + f * pitch + v * VL, sum[f][v]);
}

/* The vector that ends at `end`, with zeros before its last `count` numbers. */
INLINE vec load_last(const REAL *end, ptrdiff_t count) {
    int_vec lanes;
    for (int lane = 0; lane < VL; lane++)
        lanes[lane] = lane;
    return (vec)((int_vec)load(end - VL) & (lanes >= (INTEGER)(VL - count) - (int_vec){}));
}

/* MAX_FB lines of w times the rows that are left: to out[row * N + line]. */
INLINE void lines_left(const int left, ptrdiff_t K, const REAL *w, const REAL *a, REAL *out,
                       ptrdiff_t N) {
    vec sum[MAX_LEFT * MAX_FB] = {}; /* of each row and line, still to be added up */
    ptrdiff_t k = 0;
    for (; k + VL <= K; k += VL)
        UNROLL for (int f = 0; f < MAX_FB; f++)
            UNROLL for (int r = 0; r < left; r++)
                sum[r * MAX_FB + f] += load(w + f * K + k) * load(a + r * K + k);
    if (k < K)
        UNROLL for (int f = 0; f < MAX_FB; f++)
            UNROLL for (int r = 0; r < left; r++)
                sum[r * MAX_FB + f] += load_last(w + (f + 1) * K, K - k) *
                                       load_last(a + (r + 1) * K, K - k);
    REAL total[MAX_LEFT * MAX_FB];
    UNROLL for (int i = 0; i < MAX_LEFT * MAX_FB; i += VL_CONSTANT) {
        transpose(sum + i);
        UNROLL for (int lane = 1; lane < VL_CONSTANT; lane++)
            sum[i] += sum[i + lane];
        store(total + i, sum[i]);
    }
    UNROLL for (int r = 0; r < left; r++)
        memcpy(out + r * N, total + r * MAX_FB, MAX_FB * sizeof(REAL));
}

/* MAX_FB lines of w, from number `line` on, times all rows. */
static void multiply_lines(const struct lines_product *p, ptrdiff_t line, REAL *to,
                           ptrdiff_t pitch) {
    const REAL *w = p->w + line * p->K, *left = p->a + p->vectors * VL * p->K;
    REAL *out = p->out + p->vectors * VL * p->N + line;
    for (ptrdiff_t panel = 0; panel < p->panels; panel++) {
        ptrdiff_t first = share(p->vectors, p->panels, panel);
        ptrdiff_t NV = share(p->vectors, p->panels, panel + 1) - first;
        const REAL *rows = p->transposed + first * VL * p->K;
        if (NV == 3)
            lines_tile(3, p->K, w, rows, to + first * VL, pitch);
        else
            lines_tile(2, p->K, w, rows, to + first * VL, pitch);
    }
    if (p->left == 2)
        lines_left(2, p->K, w, left, out, p->N);
    else if (p->left == 1)
        lines_left(1, p->K, w, left, out, p->N);
}

static void lines_task(void *context, ptrdiff_t run) {
    struct lines_product *p = context;
    ptrdiff_t pitch = p->vectors * VL, blocks = p->N / LINES;
    REAL *results = scratch(SLOT_BAND, (size_t)(LINES * pitch) * sizeof(REAL));
    if (results == NULL) {
        p->failed = 1;
        return;
    }
    ptrdiff_t end = share(blocks, p->runs, run + 1) * LINES;
    for (ptrdiff_t line = share(blocks, p->runs, run) * LINES; line < end; line += LINES) {
        for (ptrdiff_t i = 0; i < LINES; i += MAX_FB)
            multiply_lines(p, line + i, results + i * pitch, pitch);
        transpose_matrix(results, LINES, pitch, pitch, p->out + line, p->N);
    }
}

/* Whether it is worth it: few rows are left after whole vectors, and no line is. */
static int lines_pay(ptrdiff_t M, ptrdiff_t N, ptrdiff_t K) {
    return M >= 2 * VL && M % VL <= MAX_LEFT && N >= LINES && N % LINES == 0 && K >= VL &&
           M * K * (ptrdiff_t)sizeof(REAL) <= LINES_BYTES;
}

static int matmul_lines(ptrdiff_t M, ptrdiff_t N, ptrdiff_t K, const void *a, const void *w,
                        void *out) {
    struct lines_product p = {.N = N, .K = K, .a = a, .w = w, .out = out};
    p.vectors = M / VL;
    p.left = M % VL;
    p.panels = ceil_div(p.vectors, ROW_VECTORS);
    p.transposed = scratch(SLOT_SHARED, (size_t)(p.vectors * VL * K) * sizeof(REAL));
    if (p.transposed == NULL)
        return -1;
    for (ptrdiff_t panel = 0; panel < p.panels; panel++) {
        ptrdiff_t first = share(p.vectors, p.panels, panel) * VL;
        ptrdiff_t rows = share(p.vectors, p.panels, panel + 1) * VL - first;
        transpose_matrix(p.a + first * K, rows, K, K, p.transposed + first * K, rows);
    }
    p.runs = least(N / LINES, 8 * threads_get());
    parallel_for(lines_task, &p, p.runs);
    return p.failed ? -1 : 0;
}
