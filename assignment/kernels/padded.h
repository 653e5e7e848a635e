/* Padded copies of one image's planes, split into phases. See tile.h for why.
 *
 * Plane c, phase (py, px) is a grid of `rows` by `columns` numbers; its element (i, j) is the
 * padded image's element (s * i + py, s * j + px), where the image itself begins at (top, left).
 * Phases that no tap looks at are left out.
 */

struct padded {
    ptrdiff_t planes, H, W; /* the image */
    ptrdiff_t stride, top, left;
    ptrdiff_t phases_y, phases_x;
    ptrdiff_t rows, columns; /* of one phase; columns is also the pitch of its rows */
    ptrdiff_t phase, plane;  /* numbers in a phase, and in all phases of a plane */
};

/* The last vector of a grid may reach over its end: there must be room, and numbers to read. */
INLINE size_t padded_bytes(const struct padded *p) {
    return sizeof(REAL) * (size_t)(p->planes * p->plane + 2 * VL);
}

static void padded_sizes(struct padded *p) {
    p->phase = p->rows * p->columns;
    p->plane = p->phases_y * p->phases_x * p->phase;
}

/* The padded image through which windows of (HH, WW), `stride` apart, are seen. */
static struct padded padded_for_windows(const struct conv *s) {
    struct padded p = {.planes = s->C, .H = s->H, .W = s->W};
    p.stride = s->stride;
    p.top = p.left = s->pad;
    p.phases_y = least(s->stride, s->HH);
    p.phases_x = least(s->stride, s->WW);
    p.rows = s->H_out + (s->HH - 1) / s->stride;
    p.columns = s->W_out + (s->WW - 1) / s->stride;
    padded_sizes(&p);
    return p;
}

/* Copy a row by vectors, of which the last two may overlap: rows are so short that calling memcpy for
 * each takes longer than copying. */
INLINE void copy_row(REAL *restrict to, const REAL *restrict from, ptrdiff_t count) {
    if (count < VL) {
        memcpy(to, from, (size_t)count * sizeof(REAL));
        return;
    }
    vec last = load(from + count - VL);
    for (ptrdiff_t j = 0; j < count - VL; j += VL) {
        KEEP(from); /* or the compiler would call memcpy after all */
        store(to + j, load(from + j));
    }
    store(to + count - VL, last);
}

/* Copy every s-th number. */
INLINE void gather(REAL *restrict to, const REAL *restrict from, ptrdiff_t count, ptrdiff_t s) {
    if (s == 1)
        copy_row(to, from, count);
    else if (s == 2 && count > VL) {
        /* The last vector may overlap, and is the odd numbers from one before it on: then nothing
         * behind the last number is read. */
        const REAL *last = from + 2 * (count - VL) - 1;
        for (ptrdiff_t j = 0; j < count - VL; j += VL)
            store(to + j, SHUFFLE(load(from + 2 * j), load(from + 2 * j + VL), EVEN));
        store(to + count - VL, SHUFFLE(load(last), load(last + VL), ODD));
    } else if (s == 2)
        for (ptrdiff_t j = 0; j < count; j++)
            to[j] = from[2 * j];
    else
        for (ptrdiff_t j = 0; j < count; j++)
            to[j] = from[s * j];
}

/* Write to every s-th place. */
INLINE void scatter(REAL *restrict to, const REAL *restrict from, ptrdiff_t count, ptrdiff_t s) {
    if (s == 1)
        memcpy(to, from, (size_t)count * sizeof(REAL));
    else
        for (ptrdiff_t j = 0; j < count; j++)
            to[s * j] = from[j];
}

/* Set the zeros around the images: once, as every image is then copied to the same place. */
static void clear_padded(const struct padded *p, REAL *out) { memset(out, 0, padded_bytes(p)); }

/* Copy an image of so many planes of (H, W) to its place. */
static void fill_planes(const struct padded *p, ptrdiff_t planes, const REAL *restrict image,
                        REAL *restrict out) {
    ptrdiff_t s = p->stride;
    for (ptrdiff_t c = 0; c < planes; c++, image += p->H * p->W, out += p->plane)
        for (ptrdiff_t px = 0; px < p->phases_x; px++) {
            /* columns j with 0 <= s * j + px - left < W */
            ptrdiff_t j0 = most(0, ceil_div(most(0, p->left - px), s));
            ptrdiff_t j1 = least(p->columns, (p->W + p->left - px + s - 1) / s);
            const REAL *from = image + s * j0 + px - p->left;
            REAL *to = out + px * p->phase + j0;
            /* rows one after the other, which the processor foresees and asks for */
            ptrdiff_t i = p->top / s, py = p->top % s;
            for (ptrdiff_t y = 0; y < p->H && j0 < j1; y++, from += p->W) {
                if (py < p->phases_y && i < p->rows)
                    gather(to + py * p->phases_x * p->phase + i * p->columns, from, j1 - j0, s);
                if (++py == s) {
                    py = 0;
                    i++;
                }
            }
        }
}

static void fill_padded(const struct padded *p, const REAL *restrict image, REAL *restrict out) {
    fill_planes(p, p->planes, image, out);
}

/* How far tap (c, i, j) of a window looks from the window's place. */
INLINE ptrdiff_t tap_offset(const struct padded *p, ptrdiff_t c, ptrdiff_t i, ptrdiff_t j) {
    ptrdiff_t s = p->stride;
    return c * p->plane + (i % s * p->phases_x + j % s) * p->phase + i / s * p->columns + j / s;
}

/* The offsets of all taps, row by row of the filter. */
static void list_taps(const struct conv *s, const struct padded *p, ptrdiff_t *offset) {
    for (ptrdiff_t i = 0; i < s->HH; i++)
        for (ptrdiff_t c = 0; c < s->C; c++)
            for (ptrdiff_t j = 0; j < s->WW; j++)
                *offset++ = tap_offset(p, c, i, j);
}
