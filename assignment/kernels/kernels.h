/* What the compiled kernels offer: one table of functions for each instruction set and real type.
 *
 * Arrays are C-contiguous. A function returns 0, or -1 if memory ran out; it holds no Python object
 * and takes no lock of Python's.
 */
#ifndef CONVNETS_KERNELS_H
#define CONVNETS_KERNELS_H

#include <stddef.h>
#include <stdint.h>

/* The sizes of a convolution: x (N, C, H, W), w (F, C, HH, WW), out (N, F, H_out, W_out). */
struct conv {
    ptrdiff_t N, C, H, W, F, HH, WW, stride, pad, H_out, W_out;
};

/* The sizes of a pooling of `planes` images: (H, W) to (H_out, W_out), windows (height, width). Where
 * the maximum was is kept as its number in the window: uint8_t, or uint32_t for windows of more than
 * 255 positions. */
struct pool {
    ptrdiff_t planes, H, W, height, width, stride, H_out, W_out;
};

struct kernels {
    int (*conv_forward)(const struct conv *, const void *x, const void *w, const void *b,
                        void *out);
    /* In dx and dw, where == NULL means that dout is the convolution's; else it is that of a relu
     * and a pooling that followed, and `where` is from conv_relu_pool_forward. */
    int (*conv_dx)(const struct conv *, const struct pool *, const void *dout, const void *where,
                   const void *w, void *dx);
    int (*conv_dw)(const struct conv *, const struct pool *, const void *dout, const void *where,
                   const void *x, void *dw, void *db);
    int (*conv_relu_pool_forward)(const struct conv *, const struct pool *, const void *x,
                                  const void *w, const void *b, void *out, void *where);
    int (*max_pool_forward)(const struct pool *, const void *x, void *out, void *where);
    int (*max_pool_backward)(const struct pool *, const void *dout, const void *where, void *dx);
    /* out (M, N) = a (M, K) b (K, N); a transposed matrix is given as it lies in memory */
    int (*matmul)(ptrdiff_t M, ptrdiff_t N, ptrdiff_t K, const void *a, int a_transposed,
                  const void *b, int b_transposed, void *out);
    void (*relu_forward)(ptrdiff_t size, const void *x, void *out);
    void (*relu_backward)(ptrdiff_t size, const void *dout, const void *x, void *dx);
    /* dw += reg * w, and *sum is the sum of the squares of w */
    int (*l2_penalty)(ptrdiff_t size, const void *w, void *dw, double reg, double *sum);
    void (*momentum)(ptrdiff_t size, const void *w, const void *dw, const void *velocity,
                     void *next_w, void *next_velocity, double rate, double momentum);
    void (*rmsprop)(ptrdiff_t size, const void *w, const void *dw, const void *cache, void *next_w,
                    void *next_cache, double rate, double decay, double epsilon);
    /* scale1 and scale2 are 1 / (1 - beta ** t) */
    void (*adam)(ptrdiff_t size, const void *w, const void *dw, const void *m, const void *v,
                 void *next_w, void *next_m, void *next_v, double rate, double beta1, double beta2,
                 double epsilon, double scale1, double scale2);
};

/* The kernels for `isa` ("avx512", "avx2" or "baseline") and reals of `bits` (32 or 64) bits, or NULL
 * if this machine cannot run them. */
const struct kernels *kernels_of(const char *isa, int bits);

#endif
