/* Operations on each number alone: relu, the L2 penalty, and the update rules of cs231n.optim.
 *
 * They do little arithmetic, so memory sets the pace: what counts is to go through each array once,
 * where NumPy goes through it for each operator. The loops are plain; the compiler makes vectors of
 * them.
 *
 * Threading. A task is a stretch of the arrays.
 */

#define STRETCH 16384 /* numbers in a task */

struct elements {
    ptrdiff_t size;
    const REAL *a, *b, *s, *t; /* read; s and t are what an update rule remembers */
    REAL *to, *next_s, *next_t;
    REAL p, p1, q, q1, rate, epsilon, scale; /* p1 is 1 - p, q1 is 1 - q */
};

#define STRETCH_TASK(name, body)                                                                  \
    static void name(void *context, ptrdiff_t task) {                                             \
        const struct elements *e = context;                                                       \
        ptrdiff_t begin = task * STRETCH, count = least(STRETCH, e->size - begin);                \
        const REAL *a = e->a + begin, *b = e->b == NULL ? NULL : e->b + begin;                    \
        const REAL *s = e->s == NULL ? NULL : e->s + begin;                                       \
        const REAL *t = e->t == NULL ? NULL : e->t + begin;                                       \
        REAL *to = e->to + begin, *next_s = e->s == NULL ? NULL : e->next_s + begin;              \
        REAL *next_t = e->t == NULL ? NULL : e->next_t + begin;                                   \
        REAL p = e->p, p1 = e->p1, q = e->q, q1 = e->q1;                                          \
        REAL rate = e->rate, epsilon = e->epsilon, scale = e->scale;                              \
        (void)b, (void)s, (void)t, (void)next_s, (void)next_t, (void)p, (void)p1, (void)q;        \
        (void)q1, (void)rate, (void)epsilon, (void)scale;                                         \
        _Pragma("GCC ivdep") for (ptrdiff_t i = 0; i < count; i++) { body }                       \
    }

#if REAL_BITS == 32
#define SQRT __builtin_sqrtf
#else
#define SQRT __builtin_sqrt
#endif

/* relu: to = max(a, 0); NaN stays NaN. */
STRETCH_TASK(relu_forward_task, to[i] = a[i] < 0 ? 0 : a[i];)

/* Its gradient: to = a where b > 0, else 0. */
STRETCH_TASK(relu_backward_task, to[i] = b[i] > 0 ? a[i] : 0;)

/* Momentum: p is the momentum, s the velocity. */
STRETCH_TASK(momentum_task, {
    REAL velocity = p * s[i] - rate * b[i];
    next_s[i] = velocity;
    to[i] = a[i] + velocity;
})

/* RMSProp: p is the decay rate, s the mean square. */
STRETCH_TASK(rmsprop_task, {
    REAL square = p * s[i] + p1 * (b[i] * b[i]);
    next_s[i] = square;
    to[i] = a[i] - rate * b[i] / (SQRT(square) + epsilon);
})

/* Adam: p and q are beta1 and beta2, s and t the moments; step number n is corrected for by `rate`,
 * which is over 1 - beta1 ** n, and by `scale`, 1 / (1 - beta2 ** n). */
STRETCH_TASK(adam_task, {
    REAL first = p * s[i] + p1 * b[i];
    REAL second = q * t[i] + q1 * (b[i] * b[i]);
    next_s[i] = first;
    next_t[i] = second;
    to[i] = a[i] - rate * first / (SQRT(second * scale) + epsilon);
})

/* dw += reg * w; the sum of the squares of a stretch of w goes to a place of its own, so that the
 * places can be added up in order. */
struct penalty {
    ptrdiff_t size;
    const REAL *w;
    REAL *dw;
    REAL reg;
    double *sums;
};

static void penalty_task(void *context, ptrdiff_t task) {
    const struct penalty *e = context;
    ptrdiff_t begin = task * STRETCH, count = least(STRETCH, e->size - begin), i = 0;
    const REAL *w = e->w + begin;
    REAL *dw = e->dw + begin;
    vec sum[4] = {};
    for (; i + 4 * VL <= count; i += 4 * VL)
        UNROLL for (int k = 0; k < 4; k++) {
            vec a = load(w + i + k * VL);
            sum[k] += a * a;
            store(dw + i + k * VL, load(dw + i + k * VL) + broadcast(e->reg) * a);
        }
    double total = 0;
    for (; i < count; i++) {
        total += (double)w[i] * w[i];
        dw[i] += e->reg * w[i];
    }
    for (int k = 0; k < 4; k++)
        for (int lane = 0; lane < VL; lane++)
            total += sum[k][lane];
    e->sums[task] = total;
}

static int l2_penalty(ptrdiff_t size, const void *w, void *dw, double reg, double *sum) {
    ptrdiff_t tasks = ceil_div(size, STRETCH);
    struct penalty e = {.size = size, .w = w, .dw = dw, .reg = (REAL)reg};
    e.sums = scratch(SLOT_PARTIAL, (size_t)tasks * sizeof(double) + 1);
    if (e.sums == NULL)
        return -1;
    parallel_for(penalty_task, &e, tasks);
    *sum = 0;
    for (ptrdiff_t task = 0; task < tasks; task++)
        *sum += e.sums[task];
    return 0;
}

static void elementwise(task_function task, struct elements *e) {
    parallel_for(task, e, ceil_div(e->size, STRETCH));
}

static void relu_forward(ptrdiff_t size, const void *x, void *out) {
    struct elements e = {.size = size, .a = x, .to = out};
    elementwise(relu_forward_task, &e);
}

static void relu_backward(ptrdiff_t size, const void *dout, const void *x, void *dx) {
    struct elements e = {.size = size, .a = dout, .b = x, .to = dx};
    elementwise(relu_backward_task, &e);
}

static void momentum(ptrdiff_t size, const void *w, const void *dw, const void *velocity,
                     void *next_w, void *next_velocity, double rate, double momentum) {
    struct elements e = {.size = size, .a = w, .b = dw, .s = velocity, .to = next_w};
    e.next_s = next_velocity;
    e.p = (REAL)momentum;
    e.rate = (REAL)rate;
    elementwise(momentum_task, &e);
}

static void rmsprop(ptrdiff_t size, const void *w, const void *dw, const void *cache,
                    void *next_w, void *next_cache, double rate, double decay, double epsilon) {
    struct elements e = {.size = size, .a = w, .b = dw, .s = cache, .to = next_w};
    e.next_s = next_cache;
    e.p = (REAL)decay;
    e.p1 = (REAL)(1 - decay);
    e.rate = (REAL)rate;
    e.epsilon = (REAL)epsilon;
    elementwise(rmsprop_task, &e);
}

static void adam(ptrdiff_t size, const void *w, const void *dw, const void *m, const void *v,
                 void *next_w, void *next_m, void *next_v, double rate, double beta1,
                 double beta2, double epsilon, double scale1, double scale2) {
    struct elements e = {.size = size, .a = w, .b = dw, .s = m, .t = v, .to = next_w};
    e.next_s = next_m;
    e.next_t = next_v;
    e.p = (REAL)beta1;
    e.p1 = (REAL)(1 - beta1);
    e.q = (REAL)beta2;
    e.q1 = (REAL)(1 - beta2);
    e.rate = (REAL)(rate * scale1);
    e.epsilon = (REAL)epsilon;
    e.scale = (REAL)scale2;
    elementwise(adam_task, &e);
}
