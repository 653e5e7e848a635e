/* Convolution, the gradient with respect to the input.
 *
 * With padding, x[i] was seen by tap k of the output at o where i + pad = stride * o + k. Let
 * i + pad = stride * q + r with 0 <= r < stride: then only taps k = r, r + stride, ... see x[i], and
 * tap r + stride * a does so from o = q - a. So the positions of one phase r of the input are
 * themselves a convolution, of stride 1, of dout with every stride-th weight in reverse order:
 *
 *     dx[c][q of phase r] = sum over f and a of  dout[f][q - a] * w[f][c][r + stride * a]
 *
 * in both directions, which tile.h computes as it does the forward pass: "filters" are now the
 * channels of x, taps are (f, a in rows, a in columns), and the padded image is dout's.
 *
 * With stride 2, the two phases of a row are computed one after the other, and written together.
 *
 * Threading. As in the forward pass.
 */

struct dx_phase {
    struct correlation c;
    ptrdiff_t row, column;     /* the first input row and column of the phase */
    ptrdiff_t q_row, q_column; /* and their q */
};

struct backward_x {
    struct conv s;
    struct upstream dout;
    REAL *dx;
    struct padded padded;
    struct dx_phase *phase; /* stride * stride of them */
    ptrdiff_t bands;        /* of all phases alike */
    ptrdiff_t band_size;    /* the largest of the phases */
    ptrdiff_t groups, parts;
    int failed;
};

/* dout, with zeros before and after it where taps look past its ends. */
static struct padded padded_dout(const struct conv *s) {
    struct padded p = {.planes = s->F, .H = s->H_out, .W = s->W_out, .stride = 1};
    p.top = (s->HH - 1) / s->stride;
    p.left = (s->WW - 1) / s->stride;
    p.phases_y = p.phases_x = 1;
    p.rows = p.top + most((s->H - 1 + s->pad) / s->stride + 1, 1);
    p.columns = p.left + most((s->W - 1 + s->pad) / s->stride + 1, 1);
    padded_sizes(&p);
    return p;
}

/* Along one axis: the first position of phase r, its q, the number of positions, and of taps. */
static void phase_of(ptrdiff_t r, ptrdiff_t length, ptrdiff_t window, const struct conv *s,
                     ptrdiff_t *first, ptrdiff_t *q, ptrdiff_t *count, ptrdiff_t *taps) {
    *q = s->pad > r ? ceil_div(s->pad - r, s->stride) : 0;
    *first = s->stride * *q + r - s->pad;
    *count = *first < length ? ceil_div(length - *first, s->stride) : 0;
    *taps = r < window ? ceil_div(window - r, s->stride) : 0;
}

/* Fill in the phases, pack their weights and list their taps. */
static int prepare_dx(struct backward_x *a, const REAL *w) {
    const struct conv *s = &a->s;
    const struct padded *p = &a->padded;
    size_t phases = (size_t)(s->stride * s->stride);
    size_t all_taps = (size_t)(s->F * s->HH * s->WW);
    size_t weights = all_taps * (size_t)s->C;
    REAL *packed = scratch(SLOT_SHARED, (weights + (size_t)s->C + 1) * sizeof *packed);
    ptrdiff_t *offset = scratch(SLOT_OFFSETS, all_taps * sizeof *offset + phases * sizeof *a->phase);
    if (packed == NULL || offset == NULL)
        return -1;
    a->phase = (struct dx_phase *)(offset + all_taps);
    memset(a->phase, 0, phases * sizeof *a->phase);
    REAL *zeros = packed + weights;
    memset(zeros, 0, (size_t)s->C * sizeof *zeros);
    for (ptrdiff_t ry = 0; ry < s->stride; ry++)
        for (ptrdiff_t rx = 0; rx < s->stride; rx++) {
            struct dx_phase *phase = &a->phase[ry * s->stride + rx];
            struct correlation *c = &phase->c;
            ptrdiff_t taps_y, taps_x;
            phase_of(ry, s->H, s->HH, s, &phase->row, &phase->q_row, &c->rows, &taps_y);
            phase_of(rx, s->W, s->WW, s, &phase->column, &phase->q_column, &c->columns, &taps_x);
            c->pitch = p->columns;
            c->filters = s->C;
            c->start = zeros;
            c->taps = s->F * taps_y * taps_x;
            c->offset = offset;
            c->packed = packed;
            c->tap_rows = 1;
            c->image_rows = c->rows;
            if (c->rows == 0 || c->columns == 0)
                continue;
            lay_out(c);
            if (s->stride == 1) {
                c->tap_rows = taps_y;
                c->above = p->top - phase->q_row;
                c->image_rows = s->H_out;
                keep_zeros_if_infinite(c, w, s->F * s->C * s->HH * s->WW);
            }
            a->band_size = most(a->band_size, band_size(c));
            a->bands = most(a->bands, c->bands);
            for (ptrdiff_t i = taps_y - 1; i >= 0; i--)
                for (ptrdiff_t f = 0; f < s->F; f++)
                    for (ptrdiff_t j = 0; j < taps_x; j++)
                        *offset++ = tap_offset(p, f, p->top - i, p->left - j);
            for (ptrdiff_t block = 0; block < c->blocks; block++) {
                ptrdiff_t first = share(s->C, c->blocks, block);
                ptrdiff_t last = share(s->C, c->blocks, block + 1);
                for (ptrdiff_t i = taps_y - 1; i >= 0; i--)
                    for (ptrdiff_t f = 0; f < s->F; f++)
                        for (ptrdiff_t j = 0; j < taps_x; j++)
                            for (ptrdiff_t k = first; k < last; k++)
                                *packed++ = w[((f * s->C + k) * s->HH + ry + i * s->stride) * s->WW +
                                              rx + j * s->stride];
            }
        }
    return 0;
}

/* Interleave two rows: to[2 * j] is even[j], and to[2 * j + 1] is odd[j]. There are as many of both, or
 * one more of `even`. The last two vectors may overlap. */
INLINE void weave(REAL *restrict to, const REAL *even, const REAL *odd, ptrdiff_t evens,
                  ptrdiff_t odds) {
    ptrdiff_t j = 0;
    while (odds >= VL && j < odds) {
        j = least(j, odds - VL);
        vec a = load(even + j), b = load(odd + j);
        store(to + 2 * j, SHUFFLE(a, b, LOWER_HALVES));
        store(to + 2 * j + VL, SHUFFLE(a, b, UPPER_HALVES));
        j += VL;
    }
    for (; j < odds; j++) {
        to[2 * j] = even[j];
        to[2 * j + 1] = odd[j];
    }
    if (evens > odds)
        to[2 * odds] = even[odds];
}

/* Compute some rows of one phase for a block of channels; return as `correlate` does. */
static ptrdiff_t dx_phase_rows(const struct backward_x *a, const struct dx_phase *phase,
                               ptrdiff_t block, ptrdiff_t row, ptrdiff_t rows, const REAL *image,
                               REAL *band, REAL *to) {
    return correlate(&phase->c, image + phase->q_row * phase->c.pitch + phase->q_column, block, row,
                     rows, band, to, a->s.H * a->s.W, a->s.W);
}

/* Compute some rows of both column phases, and write them together, by whole vectors: `to` is where
 * the first row begins. */
static void dx_row_pairs(const struct backward_x *a, const struct dx_phase *phases, ptrdiff_t block,
                         ptrdiff_t row, ptrdiff_t rows, const REAL *image, REAL *band, REAL *to) {
    const struct conv *s = &a->s;
    ptrdiff_t blocks = filter_blocks(s->C), plane = s->H * s->W;
    ptrdiff_t count = share(s->C, blocks, block + 1) - share(s->C, blocks, block);
    for (ptrdiff_t f = 0; f < count; f++) /* these are asked for while the sums are computed */
        for (ptrdiff_t i = 0; i < rows; i++)
            for (ptrdiff_t j = 0; j < s->W; j += CACHE_LINE / (ptrdiff_t)sizeof(REAL))
                __builtin_prefetch(to + f * plane + 2 * i * s->W + j, 1);
    const struct dx_phase *even = phases + phases->column, *odd = phases + 1 - phases->column;
    REAL *odd_band = band + a->band_size;
    ptrdiff_t p = dx_phase_rows(a, even, block, row, rows, image, band, NULL);
    ptrdiff_t q = dx_phase_rows(a, odd, block, row, rows, image, odd_band, NULL);
    for (ptrdiff_t f = 0; f < count; f++)
        for (ptrdiff_t i = 0; i < rows; i++)
            weave(to + f * plane + 2 * i * s->W, band + f * p + i * even->c.band_pitch,
                  odd_band + f * q + i * odd->c.band_pitch, even->c.columns, odd->c.columns);
}

/* Compute band number k of one image's phases, and write it to its places in dx. */
static void dx_band(const struct backward_x *a, ptrdiff_t n, ptrdiff_t k, const REAL *image,
                    REAL *band) {
    const struct conv *s = &a->s;
    ptrdiff_t blocks = filter_blocks(s->C), plane = s->H * s->W;
    for (ptrdiff_t task = 0; task < s->stride * blocks; task++) {
        const struct dx_phase *phase = a->phase + task / blocks * s->stride;
        ptrdiff_t block = task % blocks, first = share(s->C, blocks, block);
        ptrdiff_t count = share(s->C, blocks, block + 1) - first;
        ptrdiff_t row = share(phase->c.rows, a->bands, k);
        ptrdiff_t rows = share(phase->c.rows, a->bands, k + 1) - row;
        if (rows == 0)
            continue;
        REAL *to = a->dx + (n * s->C + first) * plane + (phase->row + row * s->stride) * s->W;
        if (s->stride == 2 && s->W > 1) {
            dx_row_pairs(a, phase, block, row, rows, image, band, to);
            continue;
        }
        for (ptrdiff_t r = 0; r < s->stride; r++, phase++) {
            const struct correlation *c = &phase->c;
            if (c->columns == 0)
                continue;
            ptrdiff_t pitch = dx_phase_rows(a, phase, block, row, rows, image, band,
                                            s->stride == 1 ? to : NULL);
            for (ptrdiff_t f = 0; pitch != 0 && f < count; f++)
                for (ptrdiff_t i = 0; i < rows; i++)
                    scatter(to + f * plane + i * s->stride * s->W + phase->column,
                            band + f * pitch + i * c->band_pitch, c->columns, s->stride);
        }
    }
}

static void dx_task(void *context, ptrdiff_t task) {
    struct backward_x *a = context;
    const struct conv *s = &a->s;
    REAL *image = scratch(SLOT_IMAGE, padded_bytes(&a->padded));
    REAL *band = scratch(SLOT_BAND, 2 * (size_t)a->band_size * sizeof(REAL) + 1);
    if (image == NULL || band == NULL) {
        a->failed = 1;
        return;
    }
    ptrdiff_t group = task / a->parts, part = task % a->parts;
    clear_padded(&a->padded, image);
    for (ptrdiff_t n = share(s->N, a->groups, group); n < share(s->N, a->groups, group + 1); n++) {
        const REAL *dout = upstream_image(&a->dout, n, s->F, s->H_out * s->W_out);
        if (dout == NULL) {
            a->failed = 1;
            return;
        }
        fill_padded(&a->padded, dout, image);
        for (ptrdiff_t k = share(a->bands, a->parts, part); k < share(a->bands, a->parts, part + 1);
             k++)
            dx_band(a, n, k, image, band);
    }
}

static int conv_dx(const struct conv *s, const struct pool *pool, const void *dout,
                   const void *where, const void *w, void *dx) {
    struct backward_x a = {.s = *s, .dx = dx, .padded = padded_dout(s)};
    a.dout = make_upstream(dout, where, pool);
    if (prepare_dx(&a, w) != 0)
        return -1;
    a.groups = least(s->N, 8 * threads_get());
    a.parts = s->N >= 4 * threads_get() ? 1 : 4;
    parallel_for(dx_task, &a, a.groups * a.parts);
    return a.failed ? -1 : 0;
}
