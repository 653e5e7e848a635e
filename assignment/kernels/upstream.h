/* The gradient with respect to a convolution's output, one image at a time: given, or yet to be
 * made from that of a pooling that followed (see conv_relu_pool.h). */

struct upstream {
    const REAL *dout;
    const void *where;  /* NULL: dout is the convolution's own */
    struct pool pool;   /* else it is this pooling's */
    struct windows windows;
};

/* Return image n's gradient (planes, H, W), made in the thread's own memory if need be; NULL if
 * memory ran out. */
static const REAL *upstream_image(const struct upstream *u, ptrdiff_t n, ptrdiff_t planes,
                                  ptrdiff_t plane) {
    if (u->where == NULL)
        return u->dout + n * planes * plane;
    REAL *image = scratch(SLOT_UPSTREAM, (size_t)(planes * plane) * sizeof(REAL) + 1);
    size_t bytes = windows_bytes(&u->windows, &u->pool);
    REAL *memory = scratch(SLOT_PHASES, bytes);
    if (image == NULL || memory == NULL)
        return NULL;
    memset(memory, 0, bytes);
    ptrdiff_t pooled = u->pool.H_out * u->pool.W_out;
    for (ptrdiff_t k = 0; k < planes; k++) {
        ptrdiff_t at = (n * planes + k) * pooled;
        unpool_plane(&u->pool, &u->windows, u->dout + at, u->where, at, (planes - k) * pooled, memory,
                     image + k * plane);
    }
    return image;
}

static struct upstream make_upstream(const void *dout, const void *where, const struct pool *pool) {
    struct upstream u = {.dout = dout, .where = where};
    if (where != NULL) {
        u.pool = *pool;
        u.windows = windows_of(pool);
    }
    return u;
}

/* In dw, an image's output rows are taken in chunks. */
struct chunks {
    ptrdiff_t count, rows; /* chunks of an image, and rows of a chunk (the last may have fewer) */
};

#define MAX_CHUNK (24 * 1024) /* bytes of transposed dout: half an L1 cache */

static struct chunks chunks_of(const struct conv *s) {
    ptrdiff_t row = most(1, s->W_out * round_up(s->F, VL) * (ptrdiff_t)sizeof(REAL));
    ptrdiff_t count = ceil_div(s->H_out, most(1, MAX_CHUNK / row));
    ptrdiff_t rows = ceil_div(s->H_out, count);
    return (struct chunks){ceil_div(s->H_out, rows), rows};
}
