/* Convolution, the forward pass.
 *
 * Layout. Images are taken one by one. One is copied into a padded image of the thread's own (see
 * padded.h); the filters are packed once (see tile.h).
 *
 * Blocking. For each band of rows and each block of 8 filters, tiles are computed with sums that
 * begin at the biases. They are written where they belong at once or, if rows are no whole number
 * of vectors, through a small buffer.
 *
 * Threading. A task is a group of images or, if there are fewer images than threads can share fairly,
 * a part of one image's bands. Tasks write to different places of the output.
 */

struct forward {
    struct conv s;
    const REAL *x;
    REAL *out;
    struct padded padded;
    struct correlation c;
    ptrdiff_t groups, parts; /* tasks: groups of images, times parts of an image's bands */
    int failed;
};

/* Let all rows of taps be one, if a weight is infinite or NaN: then none is left out (see tile.h). */
static void keep_zeros_if_infinite(struct correlation *c, const REAL *w, ptrdiff_t count) {
    int infinite = 0;
    for (ptrdiff_t i = 0; i < count; i++)
        infinite |= w[i] * 0 != 0;
    if (infinite) {
        c->tap_rows = 1;
        c->above = 0;
        c->image_rows = c->rows;
    }
}

/* Pack filters w (F, C, HH, WW), and list the taps' offsets: all the threads read them. */
static int prepare_forward(struct correlation *c, const struct conv *s, const struct padded *p,
                           const REAL *w) {
    c->taps = s->C * s->HH * s->WW;
    ptrdiff_t *offset = scratch(SLOT_OFFSETS, (size_t)c->taps * sizeof *offset + 1);
    REAL *packed = scratch(SLOT_SHARED, (size_t)(s->F * c->taps) * sizeof *packed + 1);
    if (offset == NULL || packed == NULL)
        return -1;
    c->offset = offset;
    c->packed = packed;
    c->tap_rows = 1;
    c->image_rows = c->rows;
    if (s->stride == 1) {
        c->tap_rows = s->HH;
        c->above = s->pad;
        c->image_rows = s->H;
        keep_zeros_if_infinite(c, w, s->F * c->taps);
    }
    list_taps(s, p, offset);
    for (ptrdiff_t block = 0; block < c->blocks; block++) {
        ptrdiff_t first = share(s->F, c->blocks, block), last = share(s->F, c->blocks, block + 1);
        for (ptrdiff_t i = 0; i < s->HH; i++)
            for (ptrdiff_t k = 0; k < s->C; k++)
                for (ptrdiff_t j = 0; j < s->WW; j++)
                    for (ptrdiff_t f = first; f < last; f++)
                        *packed++ = w[((f * s->C + k) * s->HH + i) * s->WW + j];
    }
    return 0;
}

/* Compute one image's bands from `begin` to `end`. */
static void forward_bands(const struct forward *a, ptrdiff_t n, ptrdiff_t begin, ptrdiff_t end,
                          const REAL *image, REAL *band) {
    const struct conv *s = &a->s;
    const struct correlation *c = &a->c;
    for (ptrdiff_t k = begin; k < end; k++) {
        ptrdiff_t row = k * c->band_rows, rows = least(c->band_rows, c->rows - row);
        for (ptrdiff_t block = 0; block < c->blocks; block++) {
            ptrdiff_t first = share(s->F, c->blocks, block);
            ptrdiff_t last = share(s->F, c->blocks, block + 1);
            REAL *to = a->out + ((n * s->F + first) * s->H_out + row) * s->W_out;
            ptrdiff_t pitch = correlate(c, image, block, row, rows, band, to, s->H_out * s->W_out,
                                        s->W_out);
            for (ptrdiff_t f = 0; pitch != 0 && f < last - first; f++)
                for (ptrdiff_t i = 0; i < rows; i++)
                    memcpy(to + (f * s->H_out + i) * s->W_out, band + f * pitch + i * c->band_pitch,
                           (size_t)s->W_out * sizeof(REAL));
        }
    }
}

static void forward_task(void *context, ptrdiff_t task) {
    struct forward *a = context;
    REAL *image = scratch(SLOT_IMAGE, padded_bytes(&a->padded));
    REAL *band = scratch(SLOT_BAND, (size_t)band_size(&a->c) * sizeof(REAL));
    if (image == NULL || band == NULL) {
        a->failed = 1;
        return;
    }
    ptrdiff_t group = task / a->parts, part = task % a->parts;
    clear_padded(&a->padded, image);
    for (ptrdiff_t n = share(a->s.N, a->groups, group); n < share(a->s.N, a->groups, group + 1); n++) {
        fill_padded(&a->padded, a->x + n * a->s.C * a->s.H * a->s.W, image);
        forward_bands(a, n, share(a->c.bands, a->parts, part),
                      share(a->c.bands, a->parts, part + 1), image, band);
    }
}

static int conv_forward(const struct conv *s, const void *x, const void *w, const void *b,
                        void *out) {
    struct forward a = {.s = *s, .x = x, .out = out, .padded = padded_for_windows(s)};
    a.c.filters = s->F;
    a.c.start = b;
    a.c.rows = s->H_out;
    a.c.columns = s->W_out;
    a.c.pitch = a.padded.columns;
    lay_out(&a.c);
    if (prepare_forward(&a.c, s, &a.padded, w) != 0)
        return -1;
    a.groups = least(s->N, 8 * threads_get());
    a.parts = s->N >= 4 * threads_get() ? 1 : least(a.c.bands, 4);
    parallel_for(forward_task, &a, a.groups * a.parts);
    return a.failed ? -1 : 0;
}
