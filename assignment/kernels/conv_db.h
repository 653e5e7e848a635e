/* Convolution, the gradient with respect to the biases, in float64.
 *
 * It is summed image by image and place by place, as the plain loops of the naive layer do: the two
 * then agree to the last bit, and a student who compares them sees 0. (float32 is summed in the order
 * that suits the gradient of filters.)
 *
 * Threading. A task is a few filters, as each sum has one order.
 */

/* 8 sums are on their way at once, each of which waits for its own last addition. */
#define DB_VECTORS (VL_CONSTANT < 8 ? 8 / VL_CONSTANT : 1)
#define DB_FILTERS (DB_VECTORS * VL)

/* Add one image's dout to db, for at most DB_FILTERS filters. Places are taken by whole vectors, which
 * are transposed to vectors of filters; where there are too few filters, the last is taken again. */
static void add_few(const REAL *dout, ptrdiff_t filters, ptrdiff_t places, REAL *db) {
    const REAL *row[DB_VECTORS * VL_CONSTANT];
    REAL sums[DB_VECTORS * VL_CONSTANT] = {0};
    vec sum[DB_VECTORS];
    for (ptrdiff_t k = 0; k < DB_FILTERS; k++)
        row[k] = dout + least(k, filters - 1) * places;
    memcpy(sums, db, (size_t)filters * sizeof(REAL));
    UNROLL for (int i = 0; i < DB_VECTORS; i++)
        sum[i] = load(sums + i * VL);
    ptrdiff_t place = 0;
    for (; place + VL <= places; place += VL)
        UNROLL for (int i = 0; i < DB_VECTORS; i++) {
            vec v[VL_CONSTANT];
            UNROLL for (int k = 0; k < VL_CONSTANT; k++)
                v[k] = load(row[i * VL + k] + place);
            transpose(v);
            UNROLL for (int k = 0; k < VL_CONSTANT; k++)
                sum[i] += v[k];
        }
    UNROLL for (int i = 0; i < DB_VECTORS; i++)
        store(sums + i * VL, sum[i]);
    for (ptrdiff_t k = 0; k < filters; k++) {
        for (ptrdiff_t rest = place; rest < places; rest++)
            sums[k] += row[k][rest];
        db[k] = sums[k];
    }
}

static void add_db(const REAL *dout, ptrdiff_t filters, ptrdiff_t places, REAL *db) {
    for (ptrdiff_t f = 0; f < filters; f += DB_FILTERS)
        add_few(dout + f * places, least(DB_FILTERS, filters - f), places, db + f);
}

struct backward_b {
    struct conv s;
    struct upstream dout;
    REAL *db;
    int failed;
};

static void db_task(void *context, ptrdiff_t block) {
    struct backward_b *a = context;
    ptrdiff_t places = a->s.H_out * a->s.W_out, first = block * DB_FILTERS;
    ptrdiff_t count = least(DB_FILTERS, a->s.F - first);
    memset(a->db + first, 0, (size_t)count * sizeof(REAL));
    for (ptrdiff_t n = 0; n < a->s.N; n++) {
        const REAL *dout = upstream_image(&a->dout, n, a->s.F, places);
        if (dout == NULL) {
            a->failed = 1;
            return;
        }
        add_db(dout + first * places, count, places, a->db + first);
    }
}

static int every_db(const struct conv *s, const struct upstream *dout, REAL *db) {
    struct backward_b a = {.s = *s, .dout = *dout, .db = db};
    parallel_for(db_task, &a, ceil_div(s->F, DB_FILTERS));
    return a.failed ? -1 : 0;
}
