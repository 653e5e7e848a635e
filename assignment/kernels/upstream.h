/* The gradient with respect to a convolution's output, one image at a time: given, or yet to be
 * made from that of a pooling that followed (see conv_relu_pool.h). */

struct upstream {
    const REAL *dout;
    const void *where;  /* NULL: dout is the convolution's own */
    struct pool pool;   /* else it is this pooling's */
    struct phases phases;
};

/* Return image n's gradient (planes, H, W), made in the thread's own memory if need be; NULL if
 * memory ran out. */
static const REAL *upstream_image(const struct upstream *u, ptrdiff_t n, ptrdiff_t planes,
                                  ptrdiff_t plane) {
    if (u->where == NULL)
        return u->dout + n * planes * plane;
    REAL *image = scratch(SLOT_UPSTREAM, (size_t)(planes * plane) * sizeof(REAL) + 1);
    REAL *phases = scratch(SLOT_PHASES, phases_bytes(&u->phases));
    if (image == NULL || phases == NULL)
        return NULL;
    ptrdiff_t pooled = u->pool.H_out * u->pool.W_out;
    for (ptrdiff_t k = 0; k < planes; k++) {
        ptrdiff_t at = (n * planes + k) * pooled;
        unpool_plane(&u->pool, &u->phases, u->dout + at, u->where, at, phases);
        merge_plane(&u->pool, &u->phases, phases, image + k * plane);
    }
    return image;
}

static struct upstream make_upstream(const void *dout, const void *where, const struct pool *pool) {
    struct upstream u = {.dout = dout, .where = where};
    if (where != NULL) {
        u.pool = *pool;
        u.phases = phases_of(pool);
    }
    return u;
}
