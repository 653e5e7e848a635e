/* Operations on each number alone: relu, the L2 penalty, and the update rules of cs231n.optim.
 *
 * They do little arithmetic, so memory sets the pace: what counts is to go through each array once,
 * where NumPy goes through it for each operator. Results of an update rule that are larger than the
 * caches are written past them (see `stream` in vector.h).
 *
 * Threading. A task is a stretch of the arrays.
 */

#define STRETCH 16384 /* numbers in a task */

#if REAL_BITS == 32
#define SQRT __builtin_sqrtf
#else
#define SQRT __builtin_sqrt
#endif

INLINE vec square_root(vec a) {
    vec root;
    for (int lane = 0; lane < VL; lane++) /* the compiler makes one instruction of this */
        root[lane] = SQRT(a[lane]);
    return root;
}

struct elements {
    ptrdiff_t size;
    const REAL *a, *b;
    REAL *to;
};

/* relu: to = max(a, 0); NaN stays NaN. */
static void relu_forward_task(void *context, ptrdiff_t task) {
    const struct elements *e = context;
    ptrdiff_t begin = task * STRETCH, end = least(begin + STRETCH, e->size);
    for (ptrdiff_t i = begin; i < end; i++)
        e->to[i] = e->a[i] < 0 ? 0 : e->a[i];
}

/* Its gradient: to = a where b > 0, else 0. */
static void relu_backward_task(void *context, ptrdiff_t task) {
    const struct elements *e = context;
    ptrdiff_t begin = task * STRETCH, end = least(begin + STRETCH, e->size);
    for (ptrdiff_t i = begin; i < end; i++)
        e->to[i] = e->b[i] > 0 ? e->a[i] : 0;
}

static void relu_forward(ptrdiff_t size, const void *x, void *out) {
    struct elements e = {.size = size, .a = x, .to = out};
    parallel_for(relu_forward_task, &e, ceil_div(size, STRETCH));
}

static void relu_backward(ptrdiff_t size, const void *dout, const void *x, void *dx) {
    struct elements e = {.size = size, .a = dout, .b = x, .to = dx};
    parallel_for(relu_backward_task, &e, ceil_div(size, STRETCH));
}

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

/* The update rules. `s` and `t` are what a rule remembers, `rate` and the like its settings; p1 is
 * 1 - p, and q1 is 1 - q. */
struct update {
    ptrdiff_t size;
    const REAL *w, *dw, *s, *t;
    REAL *next_w, *next_s, *next_t;
    REAL p, p1, q, q1, rate, epsilon, scale;
    int streams; /* whether results are written past the caches */
};

struct step {
    vec w, s, t;
};

typedef struct step rule_function(const struct update *u, vec w, vec dw, vec s, vec t);

/* Momentum: p is the momentum, s the velocity. */
INLINE struct step momentum_rule(const struct update *u, vec w, vec dw, vec s, vec t) {
    vec velocity = u->p * s - u->rate * dw;
    return (struct step){w + velocity, velocity, t};
}

/* RMSProp: p is the decay rate, s the mean square. */
INLINE struct step rmsprop_rule(const struct update *u, vec w, vec dw, vec s, vec t) {
    vec square = u->p * s + u->p1 * (dw * dw);
    return (struct step){w - u->rate * dw / (square_root(square) + u->epsilon), square, t};
}

/* Adam: p and q are beta1 and beta2, s and t the moments; step number n is corrected for by `rate`,
 * which is over 1 - beta1 ** n, and by `scale`, 1 / (1 - beta2 ** n). */
INLINE struct step adam_rule(const struct update *u, vec w, vec dw, vec s, vec t) {
    vec first = u->p * s + u->p1 * dw;
    vec second = u->q * t + u->q1 * (dw * dw);
    vec move = u->rate * first / (square_root(second * u->scale) + u->epsilon);
    return (struct step){w - move, first, second};
}

/* Take a step on a stretch of a parameter. */
INLINE void update_stretch(const struct update *u, ptrdiff_t task, rule_function *rule,
                           const int two) {
    ptrdiff_t i = task * STRETCH, end = least(i + STRETCH, u->size);
    uint64_t arithmetic = flush_tiny();
    for (; i + VL <= end; i += VL) {
        vec t = two ? load(u->t + i) : (vec){};
        struct step next = rule(u, load(u->w + i), load(u->dw + i), load(u->s + i), t);
        if (u->streams) {
            stream(u->next_w + i, next.w);
            stream(u->next_s + i, next.s);
            if (two)
                stream(u->next_t + i, next.t);
        } else {
            store(u->next_w + i, next.w);
            store(u->next_s + i, next.s);
            if (two)
                store(u->next_t + i, next.t);
        }
    }
    if (i < end) { /* less than a vector is left */
        size_t bytes = (size_t)(end - i) * sizeof(REAL);
        vec w = {}, dw = {}, s = {}, t = {};
        memcpy(&w, u->w + i, bytes);
        memcpy(&dw, u->dw + i, bytes);
        memcpy(&s, u->s + i, bytes);
        if (two)
            memcpy(&t, u->t + i, bytes);
        struct step next = rule(u, w, dw, s, t);
        memcpy(u->next_w + i, &next.w, bytes);
        memcpy(u->next_s + i, &next.s, bytes);
        if (two)
            memcpy(u->next_t + i, &next.t, bytes);
    }
    if (u->streams)
        end_streaming();
    restore_arithmetic(arithmetic);
}

static void momentum_task(void *context, ptrdiff_t task) {
    update_stretch(context, task, momentum_rule, 0);
}

static void rmsprop_task(void *context, ptrdiff_t task) {
    update_stretch(context, task, rmsprop_rule, 0);
}

static void adam_task(void *context, ptrdiff_t task) {
    update_stretch(context, task, adam_rule, 1);
}

static void update(task_function task, struct update *u) {
    uintptr_t addresses = (uintptr_t)u->next_w | (uintptr_t)u->next_s | (uintptr_t)u->next_t;
    u->streams = u->size * (ptrdiff_t)sizeof(REAL) >= STREAM_BYTES && addresses % VECTOR_BYTES == 0;
    parallel_for(task, u, ceil_div(u->size, STRETCH));
}

static void momentum(ptrdiff_t size, const void *w, const void *dw, const void *velocity,
                     void *next_w, void *next_velocity, double rate, double momentum) {
    struct update u = {.size = size, .w = w, .dw = dw, .s = velocity, .next_w = next_w};
    u.next_s = next_velocity;
    u.p = (REAL)momentum;
    u.rate = (REAL)rate;
    update(momentum_task, &u);
}

static void rmsprop(ptrdiff_t size, const void *w, const void *dw, const void *cache, void *next_w,
                    void *next_cache, double rate, double decay, double epsilon) {
    struct update u = {.size = size, .w = w, .dw = dw, .s = cache, .next_w = next_w};
    u.next_s = next_cache;
    u.p = (REAL)decay;
    u.p1 = (REAL)(1 - decay);
    u.rate = (REAL)rate;
    u.epsilon = (REAL)epsilon;
    update(rmsprop_task, &u);
}

static void adam(ptrdiff_t size, const void *w, const void *dw, const void *m, const void *v,
                 void *next_w, void *next_m, void *next_v, double rate, double beta1, double beta2,
                 double epsilon, double scale1, double scale2) {
    struct update u = {.size = size, .w = w, .dw = dw, .s = m, .t = v, .next_w = next_w};
    u.next_s = next_m;
    u.next_t = next_v;
    u.p = (REAL)beta1;
    u.p1 = (REAL)(1 - beta1);
    u.q = (REAL)beta2;
    u.q1 = (REAL)(1 - beta2);
    u.rate = (REAL)(rate * scale1);
    u.epsilon = (REAL)epsilon;
    u.scale = (REAL)scale2;
    update(adam_task, &u);
}
