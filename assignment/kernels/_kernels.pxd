# What the C files have, for `_kernels.pyx`.

cdef extern from "kernels.h":
    ctypedef struct conv "struct conv":
        Py_ssize_t N, C, H, W, F, HH, WW, stride, pad, H_out, W_out

    ctypedef struct pool "struct pool":
        Py_ssize_t planes, H, W, height, width, stride, H_out, W_out

    ctypedef struct kernels "struct kernels":
        int (*conv_forward)(const conv *, const void *x, const void *w, const void *b,
                            void *out) nogil
        int (*conv_dx)(const conv *, const pool *, const void *dout, const void *where,
                       const void *w, void *dx) nogil
        int (*conv_dw)(const conv *, const pool *, const void *dout, const void *where,
                       const void *x, void *dw, void *db) nogil
        int (*conv_relu_pool_forward)(const conv *, const pool *, const void *x, const void *w,
                                      const void *b, void *out, void *where) nogil
        int (*max_pool_forward)(const pool *, const void *x, void *out, void *where) nogil
        int (*max_pool_backward)(const pool *, const void *dout, const void *where,
                                 void *dx) nogil
        int (*matmul)(Py_ssize_t M, Py_ssize_t N, Py_ssize_t K, const void *a, int a_transposed,
                      const void *b, int b_transposed, void *out) nogil
        void (*relu_forward)(Py_ssize_t size, const void *x, void *out) nogil
        void (*relu_backward)(Py_ssize_t size, const void *dout, const void *x, void *dx) nogil
        int (*l2_penalty)(Py_ssize_t size, const void *w, void *dw, double reg,
                          double *sum) nogil
        void (*momentum)(Py_ssize_t size, const void *w, const void *dw, const void *velocity,
                         void *next_w, void *next_velocity, double rate, double momentum) nogil
        void (*rmsprop)(Py_ssize_t size, const void *w, const void *dw, const void *cache,
                        void *next_w, void *next_cache, double rate, double decay,
                        double epsilon) nogil
        void (*adam)(Py_ssize_t size, const void *w, const void *dw, const void *m,
                     const void *v, void *next_w, void *next_m, void *next_v, double rate,
                     double beta1, double beta2, double epsilon, double scale1,
                     double scale2) nogil

    const kernels *kernels_of(const char *isa, int bits) nogil


cdef extern from "threads.h":
    int threads_get() nogil
    void threads_set(int count) nogil


cdef extern from "memory.h":
    void *memory_take(size_t bytes)
    void memory_give_back(void *memory, size_t bytes)
