/* Convolution, relu and max pooling in one, forward and backward.
 *
 * Forward. The convolution's results for a block of filters go to a buffer of the thread's own, and are
 * pooled from there: the images between the layers, several times larger than what remains, are
 * never written to memory. relu comes after the pooling, on a quarter of the numbers: the greatest
 * of what relu lets pass is what relu lets pass of the greatest.
 *
 * Backward. Where the maximum was says which of the convolution's results received a gradient, and
 * says "none" where relu let nothing pass. So an image's upstream gradient is made from the pooled one
 * when conv_dx.h and conv_dw.h ask for it (see upstream.h).
 */

struct fused {
    struct conv s;
    struct pool pool;
    struct phases phases;
    const REAL *x;
    REAL *out;
    void *where;
    struct padded padded;
    struct correlation c;
    ptrdiff_t groups, parts; /* tasks: groups of images, times parts of the blocks of filters */
    int failed;
};

static void fused_task(void *context, ptrdiff_t task) {
    struct fused *a = context;
    const struct conv *s = &a->s;
    const struct correlation *c = &a->c;
    REAL *image = scratch(SLOT_IMAGE, padded_bytes(&a->padded));
    REAL *band = scratch(SLOT_BAND, (size_t)(band_size(c) + OVER) * sizeof(REAL));
    REAL *phases = scratch(SLOT_PHASES, phases_bytes(&a->phases));
    if (image == NULL || band == NULL || phases == NULL) {
        a->failed = 1;
        return;
    }
    ptrdiff_t group = task / a->parts, part = task % a->parts;
    ptrdiff_t pooled = a->pool.H_out * a->pool.W_out;
    clear_padded(&a->padded, image);
    memset(phases, 0, phases_bytes(&a->phases));
    for (ptrdiff_t n = share(s->N, a->groups, group); n < share(s->N, a->groups, group + 1); n++) {
        fill_padded(&a->padded, a->x + n * s->C * s->H * s->W, image);
        ptrdiff_t last_block = share(c->blocks, a->parts, part + 1);
        for (ptrdiff_t block = share(c->blocks, a->parts, part); block < last_block; block++) {
            ptrdiff_t pitch = correlate(c, image, block, 0, c->rows, band, NULL, 0, 0);
            ptrdiff_t first = share(s->F, c->blocks, block);
            ptrdiff_t last = share(s->F, c->blocks, block + 1);
            for (ptrdiff_t f = first; f < last; f++) {
                ptrdiff_t at = (n * s->F + f) * pooled;
                struct pooled to = {a->out + at, a->where, at, pooled, 1, 0};
                pool_plane(&a->pool, &a->phases, band + (f - first) * pitch, c->band_pitch, 1,
                           phases, to);
            }
        }
    }
}

static int conv_relu_pool_forward(const struct conv *s, const struct pool *pool, const void *x,
                                  const void *w, const void *b, void *out, void *where) {
    struct fused a = {.s = *s, .pool = *pool, .phases = phases_of(pool), .x = x};
    a.out = out;
    a.where = where;
    a.padded = padded_for_windows(s);
    a.c.filters = s->F;
    a.c.start = b;
    a.c.rows = s->H_out;
    a.c.columns = s->W_out;
    a.c.pitch = a.padded.columns;
    lay_out(&a.c);
    a.c.band_rows = s->H_out; /* windows of the pooling may need any rows together */
    if (prepare_forward(&a.c, s, &a.padded, w) != 0)
        return -1;
    a.groups = least(s->N, 8 * threads_get());
    a.parts = s->N >= 4 * threads_get() ? 1 : most(1, least(a.c.blocks, 4));
    parallel_for(fused_task, &a, a.groups * a.parts);
    return a.failed ? -1 : 0;
}
