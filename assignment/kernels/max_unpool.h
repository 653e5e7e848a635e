/* Max pooling, the backward pass, for any window and stride.
 *
 * Each number of dx is the sum of dout over the windows that have their maximum there. It is asked for
 * from its side: a number in row r and column c is position (a, b) of the windows in row (r - a) / s
 * and column (c - b) / s, wherever these divisions leave nothing. So each number of dx is written
 * once, where sending each dout to its maximum would need zeros first, and additions to memory.
 *
 * Layout. Columns c = s * j + px of one phase px look at neighbouring windows, so vectors are laid
 * over j. A plane's dout and positions are first copied to rows with zeros around them, so that no
 * vector needs to ask whether its windows are there. With stride 2, the vectors of both phases are
 * shuffled into one another and stored; with others, numbers are scattered.
 *
 * Threading. A task is a group of planes.
 */

/* A plane's dout and positions, with zeros around them. */
struct windows {
    ptrdiff_t above, left;     /* rows and columns of zeros before the first window */
    ptrdiff_t rows, columns;   /* of dx in one phase; columns are filled up to whole vectors */
    ptrdiff_t pitch;           /* from row to row */
    ptrdiff_t size;            /* numbers in all */
};

static struct windows windows_of(const struct pool *s) {
    struct windows w = {.above = (s->height - 1) / s->stride, .left = (s->width - 1) / s->stride};
    w.rows = most(ceil_div(s->H, s->stride), s->H_out);
    w.columns = round_up(most(ceil_div(s->W, s->stride), s->W_out), VL);
    w.pitch = w.left + w.columns;
    w.size = (w.above + w.rows) * w.pitch;
    return w;
}

/* For both, and a row of dx split into phases. */
static size_t windows_bytes(const struct windows *w, const struct pool *s) {
    return (size_t)(2 * w->size + s->stride * w->columns) * sizeof(REAL);
}

/* dout and the positions of a vector of windows. */
struct vector_of_windows {
    vec d;
    int_vec position;
};

/* Load `count` of them. `room` numbers may be read from there on: so whole vectors are read where that
 * is possible, and what is not asked for becomes zero. */
INLINE struct vector_of_windows load_windows(const REAL *dout, const void *where, ptrdiff_t where_at,
                                             ptrdiff_t count, ptrdiff_t room, int wide) {
    struct vector_of_windows w = {};
    if (count >= VL)
        return (struct vector_of_windows){load(dout), load_where(where, where_at, VL, wide)};
    if (count <= 0)
        return w;
    if (room < VL) {
        memcpy(&w.d, dout, (size_t)count * sizeof(REAL));
        w.position = load_where(where, where_at, count, wide);
        return w;
    }
    int_vec lanes;
    for (int lane = 0; lane < VL; lane++)
        lanes[lane] = lane;
    w.d = (vec)((int_vec)load(dout) & (lanes < (INTEGER)count - (int_vec){}));
    w.position = load_where(where, where_at, VL, wide);
    return w;
}

/* Copy a plane's dout and positions to their rows. `room` numbers may be read. */
static void fill_windows(const struct pool *s, const struct windows *w, const REAL *dout,
                         const void *where, ptrdiff_t where_at, ptrdiff_t room, REAL *d,
                         INTEGER *position) {
    int wide = s->height * s->width > 255;
    for (ptrdiff_t i = 0; i < s->H_out; i++)
        for (ptrdiff_t j = 0; j < s->W_out; j += VL) {
            ptrdiff_t at = i * s->W_out + j, to = (w->above + i) * w->pitch + w->left + j;
            struct vector_of_windows v =
                load_windows(dout + at, where, where_at + at, s->W_out - j, room - at, wide);
            store(d + to, v.d);
            memcpy(position + to, &v.position, sizeof v.position);
        }
}

/* Write two vectors, of the even and of the odd columns, from column `at` of a row of W on. */
INLINE void store_pairs(REAL *row, ptrdiff_t at, ptrdiff_t W, vec even, vec odd) {
    vec left = SHUFFLE(even, odd, LOWER_HALVES), right = SHUFFLE(even, odd, UPPER_HALVES);
    if (at + 2 * VL <= W) {
        store(row + at, left);
        store(row + at + VL, right);
    } else {
        vec both[2] = {left, right};
        memcpy(row + at, both, (size_t)(W - at) * sizeof(REAL));
    }
}

/* Write a row of dx, of phase py: `d` and `position` are at the window that begins in its corner.
 * What is known when this is compiled is given apart from `s`, so that nothing of it is left to do. */
INLINE void collect_row(const struct pool *s, const ptrdiff_t height, const ptrdiff_t width,
                        const ptrdiff_t stride, const ptrdiff_t py, const struct windows *w,
                        const REAL *d, const INTEGER *position, REAL *phases, REAL *row) {
    for (ptrdiff_t j = 0; stride * j < s->W; j += VL) {
        vec sum[2];
        UNROLL for (ptrdiff_t px = 0; px < stride; px++) {
            vec total = {};
            UNROLL for (ptrdiff_t a = py; a < height; a += stride)
                UNROLL for (ptrdiff_t b = px; b < width; b += stride) {
                    ptrdiff_t at = j - a / stride * w->pitch - b / stride;
                    int_vec positions;
                    memcpy(&positions, position + at, sizeof positions);
                    total = add_where(total, load(d + at), positions, (INTEGER)(a * width + b));
                }
            if (stride == 2)
                sum[px] = total;
            else
                store(phases + px * w->columns + j, total);
        }
        if (stride == 2)
            store_pairs(row, 2 * j, s->W, sum[0], sum[1]);
    }
    if (stride != 2)
        for (ptrdiff_t px = 0; px < least(stride, s->W); px++)
            scatter(row + px, phases + px * w->columns, ceil_div(s->W - px, stride), stride);
}

INLINE void collect(const struct pool *s, const ptrdiff_t height, const ptrdiff_t width,
                    const ptrdiff_t stride, const struct windows *w, const REAL *d,
                    const INTEGER *position, REAL *phases, REAL *dx) {
    d += w->above * w->pitch + w->left;
    position += w->above * w->pitch + w->left;
    for (ptrdiff_t r = 0; r < s->H; r += stride, d += w->pitch, position += w->pitch)
        UNROLL for (ptrdiff_t py = 0; py < stride; py++)
            if (r + py < s->H)
                collect_row(s, height, width, stride, py, w, d, position, phases,
                            dx + (r + py) * s->W);
}

/* The same for windows of 2x2 that lie side by side: a number of dx asks one window, so that dout and
 * the positions are used as they are loaded. */
static void collect_pairs(const struct pool *s, const REAL *dout, const void *where,
                          ptrdiff_t where_at, ptrdiff_t room, REAL *dx) {
    for (ptrdiff_t i = 0; i < s->H_out; i++, dx += 2 * s->W)
        for (ptrdiff_t j = 0; 2 * j < s->W; j += VL) {
            ptrdiff_t at = i * s->W_out + j;
            struct vector_of_windows v =
                load_windows(dout + at, where, where_at + at, s->W_out - j, room - at, 0);
            vec here[4];
            UNROLL for (int k = 0; k < 4; k++)
                here[k] = (vec)((int_vec)v.d & (v.position == k - (int_vec){}));
            store_pairs(dx, 2 * j, s->W, here[0], here[1]);
            store_pairs(dx + s->W, 2 * j, s->W, here[2], here[3]);
        }
    memset(dx, 0, (size_t)(s->H % 2 * s->W) * sizeof(REAL)); /* a row that no window looks at */
}

#if defined(__AVX512F__)
/* The same for windows of 3x3 with stride 2. A number of dx asks up to four windows: its own, the one to
 * the left, and those above the two. They are loaded from where they are; masks leave out what is
 * beyond the ends of a row. Vectors go down the plane: what was loaded is then above the next row. */
static void collect_threes(const struct pool *s, const REAL *dout, const uint8_t *where, REAL *dx) {
    for (ptrdiff_t j = 0; 2 * j < s->W; j += VL) {
        uint32_t own = lanes_between(0, s->W_out - j), left = lanes_between(j == 0, s->W_out - j + 1);
        vec d[2][2] = {}; /* above or not, to the left or not */
        int_vec position[2][2] = {};
        for (ptrdiff_t i = 0; 2 * i < s->H; i++) {
            ptrdiff_t at = i * s->W_out + j;
            if (i == s->H_out)
                own = left = 0;
            d[0][0] = load_lanes(dout + at, own);
            d[0][1] = load_lanes(dout + at - 1, left);
            position[0][0] = load_byte_lanes(where + at, own);
            position[0][1] = load_byte_lanes(where + at - 1, left);
            vec sum[2][2] = {}; /* rows, columns */
            UNROLL for (int k = 0; k < 9; k++) {
                int a = k / 3, b = k % 3;
                sum[a % 2][b % 2] = add_where(sum[a % 2][b % 2], d[a / 2][b / 2],
                                              position[a / 2][b / 2], k);
            }
            UNROLL for (int k = 0; k < 2; k++) {
                d[1][k] = d[0][k];
                position[1][k] = position[0][k];
            }
            REAL *row = dx + 2 * i * s->W;
            store_pairs(row, 2 * j, s->W, sum[0][0], sum[0][1]);
            if (2 * i + 1 < s->H)
                store_pairs(row + s->W, 2 * j, s->W, sum[1][0], sum[1][1]);
        }
    }
}
#endif

/* Compute a plane dx. `memory` is windows_bytes of it, and was zero before the first plane. */
static void unpool_plane(const struct pool *s, const struct windows *w, const REAL *dout,
                         const void *where, ptrdiff_t where_at, ptrdiff_t room, REAL *memory,
                         REAL *dx) {
    REAL *d = memory, *phases = memory + 2 * w->size;
    INTEGER *position = (INTEGER *)(memory + w->size);
    if (s->height == 2 && s->width == 2 && s->stride == 2) {
        collect_pairs(s, dout, where, where_at, room, dx);
        return;
    }
#if defined(__AVX512F__)
    if (s->height == 3 && s->width == 3 && s->stride == 2) {
        collect_threes(s, dout, (const uint8_t *)where + where_at, dx);
        return;
    }
#endif
    fill_windows(s, w, dout, where, where_at, room, d, position);
    if (s->height == 3 && s->width == 3 && s->stride == 2)
        collect(s, 3, 3, 2, w, d, position, phases, dx);
    else
        collect(s, s->height, s->width, s->stride, w, d, position, phases, dx);
}

struct unpooling {
    struct pool s;
    struct windows windows;
    const REAL *dout;
    const void *where;
    REAL *dx;
    ptrdiff_t groups;
    int failed;
};

static void max_pool_backward_task(void *context, ptrdiff_t group) {
    struct unpooling *a = context;
    const struct pool *s = &a->s;
    REAL *memory = scratch(SLOT_IMAGE, windows_bytes(&a->windows, s));
    if (memory == NULL) {
        a->failed = 1;
        return;
    }
    memset(memory, 0, windows_bytes(&a->windows, s));
    ptrdiff_t last = share(s->planes, a->groups, group + 1), pooled = s->H_out * s->W_out;
    for (ptrdiff_t k = share(s->planes, a->groups, group); k < last; k++)
        unpool_plane(s, &a->windows, a->dout + k * pooled, a->where, k * pooled,
                     (s->planes - k) * pooled, memory, a->dx + k * s->H * s->W);
}

static int max_pool_backward(const struct pool *s, const void *dout, const void *where, void *dx) {
    struct unpooling a = {.s = *s, .windows = windows_of(s), .dout = dout, .where = where};
    a.dx = dx;
    a.groups = least(s->planes, 4 * threads_get());
    parallel_for(max_pool_backward_task, &a, a.groups);
    return a.failed ? -1 : 0;
}
