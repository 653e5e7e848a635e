/* All kernels for one instruction set and one real type: the build compiles this file for each.
 *
 * REAL_BITS is 32 or 64; TABLE is the name of the table, such as kernels_avx2_float.
 */
#include "kernels.h"
#include "threads.h"

#if REAL_BITS == 32
#define REAL float
#define INTEGER int32_t
#else
#define REAL double
#define INTEGER int64_t
#endif

#include "vector.h"
#include "transpose.h"
#include "padded.h"
#include "tile.h"
#include "positions.h"
#include "max_pool.h"
#include "max_unpool.h"
#include "upstream.h"
#include "conv_forward.h"
#include "conv_dx.h"
#include "conv_dw_pooled.h"
#include "conv_db.h"
#include "conv_dw_rows.h"
#include "conv_dw.h"
#include "conv_relu_pool.h"
#include "matmul_lines.h"
#include "matmul.h"
#include "elementwise.h"

extern const struct kernels TABLE;
const struct kernels TABLE = {
    .conv_forward = conv_forward,
    .conv_dx = conv_dx,
    .conv_dw = conv_dw,
    .max_pool_forward = max_pool_forward,
    .max_pool_backward = max_pool_backward,
    .conv_relu_pool_forward = conv_relu_pool_forward,
    .matmul = matmul,
    .relu_forward = relu_forward,
    .relu_backward = relu_backward,
    .l2_penalty = l2_penalty,
    .momentum = momentum,
    .rmsprop = rmsprop,
    .adam = adam,
};
